"""What a payer still has to do about a claim, and on which day."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from clearinghouse_simulator.payments.billed import BilledClaim
from clearinghouse_simulator.payments.plan import LATE_DAYS, PayerTerms, PaymentRule, Payments

Action = Literal["pay", "interest", "reverse", "correct", "withhold", "recover", "void"]
"""`withhold`: the PLB that leaves the money of a reversal where it is for now; `recover`: the one that takes it."""

SHARED = ""
"""The batch of steps that go into the payer's one payment of the day; another batch is a payment of its own."""


@dataclass(frozen=True)
class Step:
    """One action, due at an instant. `place` orders the steps of a claim within a payment."""

    action: Action
    due: datetime
    place: int = 0
    batch: str = SHARED

    @property
    def day(self) -> str:
        """The day of the payment, CCYYMMDD."""
        return f"{self.due:%Y%m%d}"


@dataclass(frozen=True)
class Promise:
    """An accepted claim, the rule and the payer's terms that decide it, and what follows."""

    claim: BilledClaim
    rule: PaymentRule
    terms: PayerTerms
    steps: tuple[Step, ...]


def promise(claim: BilledClaim, rule: PaymentRule, payments: Payments, accepted_at: datetime) -> Promise:
    """What the payer will do about a claim that it accepted at that instant."""
    return Promise(claim, rule, payments.terms_of(claim.payer_id), tuple(_steps(claim, rule, payments, accepted_at)))


def recovery(rule: PaymentRule, withheld_at: datetime) -> Step:
    """When the money of a reversal is taken after all."""
    return Step("recover", withheld_at + timedelta(days=rule.recovered_after_days), place=9)


def _steps(claim: BilledClaim, rule: PaymentRule, payments: Payments, accepted_at: datetime) -> Iterator[Step]:
    if rule.outcome == "silent":
        return
    usual = LATE_DAYS if rule.outcome == "late" else payments.after_days
    first = accepted_at + timedelta(days=usual if rule.after_days is None else rule.after_days)
    if claim.frequency == "8":
        yield Step("void", first)
        return
    yield Step("pay", first)
    then, next_day = first + timedelta(days=rule.then_after_days), timedelta(days=1)
    match rule.outcome:
        case "interest":
            yield Step("interest", first, place=1)
        case "reversal":
            gap = next_day if rule.files == "two" else timedelta(0)
            reversal_first = rule.first == "reversal"
            yield Step("reverse", then if reversal_first else then + gap, place=1 if reversal_first else 2)
            yield Step("correct", then + gap if reversal_first else then, place=2 if reversal_first else 1)
        case "takeback":
            yield Step("reverse", then, place=1)
            if rule.correction:
                yield Step("correct", then, place=2)
            yield Step("withhold", then, place=3)
        case "forward":
            yield Step("reverse", then, place=1, batch=claim.number)
            yield Step("correct", then + next_day, place=2)
