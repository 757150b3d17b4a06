"""How long a payer takes claims, counted as its rule says it: in days, calendar months or calendar years.

Sources: 42 CFR 424.44 (Medicare, one calendar year), 42 CFR 447.45(d)(1) (Medicaid, at most 12 months), the
provider's contract for commercial payers. A limit of "1 year" is not 365 days: a leap year lies between.
"""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

Unit = Literal["days", "months", "years"]


@dataclass(frozen=True)
class FilingLimit:
    """One dated rule of one payer: `count` units from the date of service, for services `valid_from` to `valid_to`."""

    payer: str
    valid_from: date
    valid_to: date | None
    count: int
    unit: Unit
    source: str

    def covers(self, service: date) -> bool:
        """Whether the rule is the one for a service of that day; both ends are included."""
        return self.valid_from <= service and (self.valid_to is None or service <= self.valid_to)


def due_on(limit: FilingLimit, service: date) -> date:
    """The last day on which the claim is in time. 29 February plus a year is 28 February.

    A date of service that somebody typed at the end of the calendar is in time until then.
    """
    if limit.unit == "days":
        return service + min(timedelta(days=limit.count), date.max - service)
    months = limit.count * (12 if limit.unit == "years" else 1)
    year, month = divmod(service.year * 12 + service.month - 1 + months, 12)
    if year > date.max.year:
        return date.max
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(service.day, last))
