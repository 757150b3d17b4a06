"""A payer's limits, exceptions, receipt and warning rules as rows of payer_rule."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Protocol

from revcycle.foundation.calendar import ReceiptRule
from revcycle.foundation.practice.limits import limit_value
from revcycle.foundation.practice.settings import Payer, Settings
from revcycle.foundation.practice.time_rules import (
    APPEAL,
    CORRECTION,
    EXCEPTION,
    FILING,
    RECEIPT,
    SECONDARY,
    WARNING,
    Dates,
    TimedRule,
)

TIME_KINDS = (FILING, SECONDARY, CORRECTION, APPEAL, EXCEPTION, RECEIPT, WARNING)
Row = Mapping[str, Any]


class Sourced(Protocol):
    """What every dated rule says of itself."""

    @property
    def valid_from(self) -> date: ...
    @property
    def valid_to(self) -> date | None: ...
    @property
    def source(self) -> str: ...


def rule_row(
    payer: str, kind: str, rule: Sourced, value: Mapping[str, Any], *, plan: str = "", evidence: str = ""
) -> Row:
    """One row of payer_rule. `plan` narrows it: of an exception it is the number of the claim that has it."""
    return {
        "payer": payer,
        "kind": kind,
        "plan": plan,
        "valid_from": rule.valid_from,
        "valid_to": rule.valid_to,
        "value": value,
        "source": rule.source,
        "evidence": evidence,
    }


def time_rules(settings: Settings) -> Iterable[Row]:
    """Every dated rule about time of every payer."""
    for payer in settings.payers:
        closed_on = settings.closed_on(payer)
        yield from _limits(payer, closed_on)
        for exception in payer.exceptions:
            until = {"reason": exception.reason, "until": exception.last_day(closed_on).isoformat()}
            place = {"plan": exception.claim, "evidence": exception.evidence}
            yield rule_row(payer.code, EXCEPTION, exception, until, **place)
        for receiving in payer.receipt:
            yield _receipt(receiving.applied(payer.code, closed_on))
        for warning in payer.warnings:
            calls = {"days_before": warning.days_before, "escalates_to": warning.escalates_to}
            yield rule_row(payer.code, WARNING, warning, calls)


def _limits(payer: Payer, closed_on: Dates) -> Iterable[Row]:
    kinds: dict[str, Sequence[TimedRule]]
    kinds = {FILING: payer.filing_limits, SECONDARY: payer.secondary_limits, CORRECTION: payer.correction_limits}
    for kind, rules in kinds.items():
        for rule in rules:
            limit = rule.counted(payer.code, closed_on)
            yield rule_row(payer.code, kind, limit, limit_value(limit))
    for appeal in payer.appeal_limits:
        limit = appeal.counted(payer.code, closed_on)
        yield rule_row(payer.code, APPEAL, limit, limit_value(limit) | {"not_for": appeal.not_for})


def _receipt(rule: ReceiptRule) -> Row:
    value = {
        "cut_off_hour": rule.cut_off_hour,
        "business_days_only": rule.business_days_only,
        "closed_on": [day.isoformat() for day in rule.closed_on],
    }
    return rule_row(rule.payer, RECEIPT, rule, value)
