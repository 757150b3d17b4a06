"""When something counts as received: a payer's cut-off hour and its closed days.

Source: First Coast Service Options counts what comes electronically after 18:00 Eastern Time, or on a weekend or
holiday, as received on the next business day.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from revcycle.foundation.calendar.business_days import business_day_from, business_day_until


@dataclass(frozen=True)
class ReceiptRule:
    """One dated rule of one payer. `cut_off_hour` is in the payer's own time, 24: the whole day counts."""

    payer: str
    valid_from: date
    valid_to: date | None
    source: str
    cut_off_hour: int = 24
    business_days_only: bool = False
    closed_on: tuple[date, ...] = ()

    def covers(self, day: date) -> bool:
        """Whether the rule is the one for that day; both ends are included."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


def counts_as_received(rule: ReceiptRule, at: datetime) -> date:
    """The day that an arrival `at`, in the payer's own time, counts as."""
    day = at.date()
    if at.hour >= rule.cut_off_hour and day < date.max:
        day += timedelta(days=1)
    return business_day_from(day, rule.closed_on) if rule.business_days_only else day


def last_arrival(rule: ReceiptRule, due: date) -> date:
    """The last day, until the cut-off hour, on which an arrival still counts as received on `due` or before."""
    return business_day_until(due, rule.closed_on) if rule.business_days_only else due
