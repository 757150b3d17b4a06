"""How long a payer takes claims, corrections and appeals, when it counts them as received, and who is warned when.

Every rule is dated and names where it is written. A limit is the one whose dates cover the day it is counted from.
"""

from dataclasses import replace
from datetime import date
from typing import Annotated, Literal

from pydantic import Field, model_validator

from revcycle.foundation.calendar import FilingLimit, ReceiptRule, due_on
from revcycle.foundation.calendar.limits import Start, Unit
from revcycle.foundation.practice.fields import MANY, Day, Words
from revcycle.foundation.practice.section import Section, ordered

FILING, SECONDARY, CORRECTION, APPEAL = "filing", "secondary", "correction", "appeal"
EXCEPTION, RECEIPT, WARNING = "exception", "receipt", "warning"
"""Kinds of payer_rule."""
Days = Annotated[int, Field(ge=0, le=3650)]
Dates = tuple[date, ...]
ReasonCode = Annotated[str, Field(pattern=r"^[A-Z0-9]{1,5}$")]
# Those of 42 CFR 424.44(b)(1) to (4), and what a payer grants by itself, as in an outage.
ExceptionReason = Literal[
    "agency_error", "retroactive_entitlement", "state_recoupment", "retroactive_disenrollment", "waiver"
]
ClaimNumber = Annotated[str, Field(pattern=r"^([0-9A-Z]{10})?$")]


class Limit(Section):
    """How long something may take, in exactly one unit."""

    days: int | None = Field(default=None, ge=1, le=36500)
    months: int | None = Field(default=None, ge=1, le=1200)
    years: int | None = Field(default=None, ge=1, le=100)

    @model_validator(mode="after")
    def _one_unit(self) -> "Limit":
        if len(self.model_dump(exclude_none=True)) != 1:
            raise ValueError("exactly one of days, months, years")
        return self

    @property
    def unit(self) -> Unit:
        return "days" if self.days else "months" if self.months else "years"

    @property
    def count(self) -> int:
        return self.days or self.months or self.years or 0


class DatedRule(Section):
    """Holds from `valid_from` to `valid_to`, both included; `source` says where it is written."""

    valid_from: Day
    valid_to: Day | None = None
    source: Words

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> "DatedRule":
        return ordered(self)


class TimedRule(DatedRule):
    """A limit of a payer."""

    limit: Limit
    counts_from: Start = "date_from"
    presumed_receipt_days: Days = 0
    """Between the date of a notice and its receipt, from which the limit counts."""
    rolls: bool = False
    """Whether a last day on a weekend or holiday moves to the next business day."""

    def counted(self, payer: str, closed_on: Dates) -> FilingLimit:
        """The rule as the calendar counts it."""
        return FilingLimit(
            payer,
            self.valid_from,
            self.valid_to,
            self.limit.count,
            self.limit.unit,
            self.source,
            counts_from=self.counts_from,
            presumed_days=self.presumed_receipt_days,
            rolls=self.rolls,
            closed_on=closed_on if self.rolls else (),
        )


class FilingRule(TimedRule):
    """For a claim, counted from the date of service: the From date of each line, or the Through date (`date_to`) of an
    institutional claim, which of a stay is the discharge."""

    counts_from: Literal["date_from", "date_to"] = "date_from"


class SecondaryRule(TimedRule):
    """For a claim that another payer decided before, counted from that payer's first remittance.

    The later of this and of the filing limit counts. Without one the other payer's decision extends nothing.
    """

    counts_from: Literal["remittance"] = "remittance"


class CorrectionRule(TimedRule):
    """For a corrected claim."""

    counts_from: Start = "remittance"


class AppealRule(TimedRule):
    """For an appeal of a denial, counted from the date of its remittance."""

    counts_from: Literal["remittance"] = "remittance"
    not_for: Annotated[list[ReasonCode], MANY] = Field(default_factory=list)
    """Reasons of a denial that give no right of appeal; Medicare: 29, as late filing is no initial determination."""


class ExceptionRule(DatedRule):
    """More time for services of the rule's dates: of one claim, or of every claim in a waiver.

    Either `until`, or a limit counted from the day of the notice to the end of a month, as 42 CFR 424.44(b)(5) says.
    """

    claim: ClaimNumber = ""
    """Its claim number; left out, the payer's waiver for all."""
    reason: ExceptionReason
    until: Day | None = None
    notified_on: Day | None = None
    limit: Limit | None = None
    evidence: Words
    """What shows it, and where that is kept; never a patient's name."""

    rolls: bool = False

    def last_day(self, closed_on: Dates) -> date:
        """Until when a claim with these services is in time."""
        if self.until is not None or self.limit is None or self.notified_on is None:
            return self.until or date.max
        limit = FilingLimit("", self.valid_from, None, self.limit.count, self.limit.unit, self.source)
        limit = replace(limit, through_month_end=True, rolls=self.rolls, closed_on=closed_on)
        return due_on(limit, self.notified_on)

    @model_validator(mode="after")
    def _says_until_when(self) -> "ExceptionRule":
        counted = (self.notified_on is not None, self.limit is not None)
        if counted not in ((True, True), (False, False)) or (self.until is None) is not all(counted):
            raise ValueError("either until, or notified_on and limit")
        return self


class ReceivingRule(DatedRule):
    """When the payer counts something electronic as received."""

    cut_off_hour: Annotated[int, Field(ge=1, le=24)] = 24
    """In the payer's time zone; what comes at that hour or later counts as the next day."""
    business_days_only: bool = False
    """Whether weekends and holidays count as the next business day."""

    def applied(self, payer: str, closed_on: Dates) -> ReceiptRule:
        """The rule as the calendar applies it."""
        return ReceiptRule(
            payer,
            self.valid_from,
            self.valid_to,
            self.source,
            cut_off_hour=self.cut_off_hour,
            business_days_only=self.business_days_only,
            closed_on=closed_on if self.business_days_only else (),
        )


class WarningRule(DatedRule):
    """How many days before a last day the billers are warned; at the last of them the item goes to somebody else."""

    days_before: Annotated[list[Days], Field(min_length=1, max_length=10)]
    """From the most to the fewest."""
    escalates_to: Words | None = None
    """One of staff, by username."""

    @model_validator(mode="after")
    def _fewer_and_fewer(self) -> "WarningRule":
        if self.days_before != sorted(set(self.days_before), reverse=True):
            raise ValueError("days_before from the most to the fewest, each once")
        return self
