"""The last day that follows from a payer's rules, why it is that day, and what the proven receipt counts as."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol, TypeVar

from sqlalchemy import Connection

from revcycle.foundation.calendar import FilingLimit, ReceiptRule, counted, counts_as_received, due_on
from revcycle.foundation.practice.claim_rule import ClaimRule
from revcycle.foundation.practice.limits import (
    Extension,
    stored_extensions,
    stored_limits,
    stored_receipt_rules,
    unappealable,
)
from revcycle.foundation.practice.partners import stored_claim_rules
from revcycle.foundation.practice.time_rules import APPEAL, CORRECTION, FILING, SECONDARY
from revcycle.watch.followup.sentences import Reckoning, arriving, extended, reckoned, written


class OfPayer(Protocol):
    """A rule of one payer."""

    @property
    def payer(self) -> str: ...


Rule = TypeVar("Rule", bound=OfPayer)


@dataclass(frozen=True)
class Term:
    """What a last day follows from. `claim` is empty unless the claim has an exception of its own; `remitted_on` is the
    denial's remittance, or of a filing that of the payer before; `received_at` is the proven receipt, as the payer's
    clock showed it."""

    term: int
    rule_kind: str
    payer: str
    claim: str
    date_from: date | None
    date_to: date | None
    remitted_on: date | None
    appeal_by: date | None
    reason: str
    received_at: datetime | None


@dataclass(frozen=True)
class Verdict:
    """The last day of a term, which rule says so, why in a sentence, and as which day the receipt counts."""

    term: int
    starts_on: date
    due_on: date
    rule: str
    sentence: str
    filed_on: date | None


@dataclass(frozen=True)
class Rules:
    """Every payer's rules about time, by payer."""

    limits: Mapping[str, Mapping[str, tuple[FilingLimit, ...]]]
    extensions: Mapping[str, tuple[Extension, ...]]
    receipt: Mapping[str, tuple[ReceiptRule, ...]]
    not_for: Mapping[tuple[str, date], frozenset[str]]
    claims: Mapping[str, list[ClaimRule]]

    @classmethod
    def stored(cls, connection: Connection) -> "Rules":
        """As the practice database has them now."""
        kinds = (FILING, SECONDARY, CORRECTION, APPEAL)
        return cls(
            {kind: _by_payer(stored_limits(connection, kind)) for kind in kinds},
            _by_payer(stored_extensions(connection)),
            _by_payer(stored_receipt_rules(connection)),
            unappealable(connection),
            stored_claim_rules(connection),
        )

    def excepted(self) -> list[str]:
        """The numbers of claims that have an exception of their own."""
        return sorted({one.claim for several in self.extensions.values() for one in several if one.claim})


def judge(rules: Rules, term: Term, *, as_of: date) -> Verdict | None:
    """The last day of a term; None where no rule names one."""
    reckoning = REASONED[term.rule_kind](rules, term, as_of)
    if reckoning is None:
        return None
    if term.rule_kind != APPEAL and (receipt := _receipt(rules, term.payer, reckoning.due_on)):
        reckoning = arriving(reckoning, receipt)
    sentence = written(term.rule_kind, term.payer, reckoning)
    return Verdict(term.term, reckoning.starts_on, reckoning.due_on, reckoning.rule, sentence, _filed_on(rules, term))


def _filing(rules: Rules, term: Term, as_of: date) -> Reckoning | None:
    """The filing limit, or the later last day that another payer's decision or an exception gives."""
    found = [one for kind in (FILING, SECONDARY) if (one := _by_limit(rules, kind, term))]
    if not found:
        return None
    last = max(found, key=lambda one: one.due_on)
    more = [one for one in rules.extensions.get(term.payer, ()) if _has(term, one) and one.until > last.due_on]
    if not more:
        return last
    longest = max(more, key=lambda one: one.until)
    return extended(last, longest.until, longest.source, longest.valid_from)


def _has(term: Term, extension: Extension) -> bool:
    """Whether an exception is the claim's own, or everybody's, and for its date of service."""
    return extension.claim in ("", term.claim) and term.date_from is not None and extension.covers(term.date_from)


def _correction(rules: Rules, term: Term, as_of: date) -> Reckoning | None:
    """None where the payer takes no corrected claims now."""
    in_force = [rule for rule in rules.claims.get(term.payer, ()) if rule.covers(as_of)]
    return _by_limit(rules, CORRECTION, term) if all(rule.takes_corrections for rule in in_force) else None


def _appeal(rules: Rules, term: Term, as_of: date) -> Reckoning | None:
    """The day that the denial itself names goes before the payer's rule."""
    if term.appeal_by and term.remitted_on:
        return Reckoning(term.remitted_on, max(term.appeal_by, term.remitted_on), "the denial's own last day", "")
    limit = _in_force(rules, APPEAL, term)
    if limit is None or term.reason in rules.not_for.get((term.payer, limit[0].valid_from), ()):
        return None
    return _by_limit(rules, APPEAL, term)


REASONED = {FILING: _filing, CORRECTION: _correction, APPEAL: _appeal}


def _by_limit(rules: Rules, kind: str, term: Term) -> Reckoning | None:
    found = _in_force(rules, kind, term)
    if found is None:
        return None
    limit, start = found
    return reckoned(limit, start, due_on(limit, start), counted(limit, start))


def _in_force(rules: Rules, kind: str, term: Term) -> tuple[FilingLimit, date] | None:
    """The limit whose dates cover the day it counts from, and that day."""
    for limit in rules.limits[kind].get(term.payer, ()):
        start = _start(limit, term)
        if start and limit.covers(start):
            return limit, start
    return None


def _start(limit: FilingLimit, term: Term) -> date | None:
    if limit.counts_from == "remittance":
        return term.remitted_on
    return limit.start(term.date_from, term.date_to) if term.date_from else None


def _filed_on(rules: Rules, term: Term) -> date | None:
    if term.received_at is None:
        return None
    day = term.received_at.date()
    receipt = _receipt(rules, term.payer, day)
    return counts_as_received(receipt, term.received_at) if receipt else day


def _receipt(rules: Rules, payer: str, day: date) -> ReceiptRule | None:
    """How the payer counts what arrives electronically on that day."""
    return next((one for one in rules.receipt.get(payer, ()) if one.covers(day)), None)


def _by_payer(rules: Iterable[Rule]) -> dict[str, tuple[Rule, ...]]:
    found: dict[str, tuple[Rule, ...]] = {}
    for rule in rules:
        found[rule.payer] = (*found.get(rule.payer, ()), rule)
    return found
