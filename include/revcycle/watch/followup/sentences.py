"""A last day explained in one sentence: dates, the payer, the rule and its source, never a patient."""

from dataclasses import dataclass, replace
from datetime import date

from revcycle.foundation.calendar import FilingLimit, ReceiptRule, last_arrival

WHOLE_DAY = 24
WHAT = {"filing": "the claim", "correction": "the corrected claim", "appeal": "the appeal"}
FROM = {"date_from": "the date of service", "date_to": "the last date of service", "remittance": "the remittance of"}


@dataclass(frozen=True)
class Reckoning:
    """A last day, the day it is counted from, the rule that says so, how it was counted, and what else to know."""

    starts_on: date
    due_on: date
    rule: str
    how: str
    note: str = ""


def reckoned(limit: FilingLimit, start: date, due: date, counted: date) -> Reckoning:
    """By a limit; `counted` is the last day before it rolled to a business day."""
    unit = limit.unit if limit.count != 1 else limit.unit.removesuffix("s")
    how = f"{limit.count} {unit} from {FROM[limit.counts_from]} {start}"
    if limit.presumed_days:
        how += f", whose receipt is presumed after {limit.presumed_days} days"
    if counted != due:
        how += f", and {counted} is no business day"
    return Reckoning(start, due, _rule(limit.source, limit.valid_from), how)


def extended(usual: Reckoning, until: date, source: str, valid_from: date) -> Reckoning:
    """By an exception to the usual limit."""
    how = f"an exception, instead of {usual.due_on}, which was {usual.how}"
    return replace(usual, due_on=until, rule=_rule(source, valid_from), how=how)


def arriving(reckoning: Reckoning, receipt: ReceiptRule) -> Reckoning:
    """As the payer counts electronic arrivals: the last day is one on which it receives, until its cut-off hour."""
    last = max(last_arrival(receipt, reckoning.due_on), reckoning.starts_on)
    said = []
    if last != reckoning.due_on:
        said.append(f"what arrives on {reckoning.due_on} counts as the next business day")
    if receipt.cut_off_hour < WHOLE_DAY:
        said.append(f"it counts until {receipt.cut_off_hour:02}:00 of the payer's time")
    note = f"; {' and '.join(said)} ({receipt.source})" if said else ""
    return replace(reckoning, due_on=last, note=note)


def written(rule_kind: str, payer: str, reckoning: Reckoning) -> str:
    """Such as `MEDICARE must have the claim by 2026-11-19: 1 year from the date of service 2025-11-19 (42 CFR 424.44,
    in force since 2010-01-01).`"""
    how = f"{reckoning.how} ({reckoning.rule})" if reckoning.how else reckoning.rule
    return f"{payer} must have {WHAT[rule_kind]} by {reckoning.due_on}: {how}{reckoning.note}."


def _rule(source: str, valid_from: date) -> str:
    return f"{source}, in force since {valid_from}"
