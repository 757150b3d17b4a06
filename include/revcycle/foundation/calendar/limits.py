"""How long something may take until the payer has it: counted as its rule says, in days, calendar months or years.

Sources: 42 CFR 424.44 (Medicare, one calendar year), 42 CFR 447.45(d)(1) (Medicaid, at most 12 months), 42 CFR 405.942
(Medicare appeals, 120 calendar days after the notice's receipt, presumed five days after its date), the provider's
contract for commercial payers. A limit of "1 year" is not 365 days: a leap year lies between.
"""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from revcycle.foundation.calendar.business_days import business_day_from

Unit = Literal["days", "months", "years"]
Start = Literal["date_from", "date_to", "remittance"]


@dataclass(frozen=True)
class FilingLimit:
    """One dated rule of one payer for filing a claim, a correction or an appeal, for what is counted from a day of
    `valid_from` to `valid_to`.

    `count` units from the date of service, or from what `counts_from` names. `presumed_days` lie between the date of a
    notice and its receipt, which the limit counts from; `through_month_end` lengthens it to the end of its month;
    `rolls` moves a last day on a weekend, a federal holiday or one of `closed_on` to the next business day.
    """

    payer: str
    valid_from: date
    valid_to: date | None
    count: int
    unit: Unit
    source: str
    counts_from: Start = "date_from"
    presumed_days: int = 0
    through_month_end: bool = False
    rolls: bool = False
    closed_on: tuple[date, ...] = ()

    def covers(self, start: date) -> bool:
        """Whether the rule is the one for what is counted from that day; both ends are included."""
        return self.valid_from <= start and (self.valid_to is None or start <= self.valid_to)

    def start(self, date_from: date, date_to: date | None) -> date:
        """The day of a service that a limit counted from services begins with: From, or Through where it says so."""
        return date_to if date_to and self.counts_from == "date_to" else date_from


def due_on(limit: FilingLimit, start: date) -> date:
    """The last day on which it is in time, counted from `start`. 29 February plus a year is 28 February.

    A date of service that somebody typed at the end of the calendar is in time until then.
    """
    last = counted(limit, start)
    return business_day_from(last, limit.closed_on) if limit.rolls else last


def counted(limit: FilingLimit, start: date) -> date:
    """The last day as it is counted, be it a business day or not."""
    last = _add(_days_after(start, limit.presumed_days), limit.count, limit.unit)
    if limit.through_month_end:
        return last.replace(day=calendar.monthrange(last.year, last.month)[1])
    return last


def _add(start: date, count: int, unit: Unit) -> date:
    if unit == "days":
        return _days_after(start, count)
    months = count * (12 if unit == "years" else 1)
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    if year > date.max.year:
        return date.max
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(start.day, last))


def _days_after(start: date, count: int) -> date:
    return start + min(timedelta(days=count), date.max - start)
