"""Weeks as the practice counts them: from Monday 0:00 to Sunday 24:00 in its own zone, 167 or 169 hours long twice a
year."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from revcycle.foundation.errors import InputUnusable

DAYS = timedelta(days=7)
TREND = 13  # the week itself and twelve before it: 91 days, the quarter over which days in A/R are averaged

WEEK = """week AS (
    SELECT * FROM unnest(CAST(:mondays AS date[]), CAST(:next_mondays AS date[]), CAST(:begins AS timestamptz[]),
                         CAST(:ends AS timestamptz[])) AS w (monday, next_monday, begins_at, ends_at))"""
"""The weeks of `asked` as a relation: dates `>= monday AND < next_monday`, instants `>= begins_at AND < ends_at`."""


@dataclass(frozen=True)
class Week:
    """One week by its Monday. Raises: InputUnusable for another day of the week."""

    monday: date
    zone: ZoneInfo

    def __post_init__(self) -> None:
        if self.monday.weekday():
            raise InputUnusable(f"A week is named by its Monday, and {self.monday} is a {self.monday:%A}.")

    @property
    def next_monday(self) -> date:
        """The first day that no longer belongs to the week."""
        return self.monday + DAYS

    @property
    def sunday(self) -> date:
        """The last day of the week, as of which its figures stand."""
        return self.next_monday - timedelta(days=1)

    @property
    def begins_at(self) -> datetime:
        """The first instant of the week."""
        return _midnight(self.monday, self.zone)

    @property
    def ends_at(self) -> datetime:
        """The first instant after the week."""
        return _midnight(self.next_monday, self.zone)


def with_weeks_before(week: Week) -> list[Week]:
    """The week and those that its trends show, the earliest first."""
    return [Week(week.monday - back * DAYS, week.zone) for back in reversed(range(TREND))]


def asked(weeks: Sequence[Week]) -> dict[str, Any]:
    """The parameters of WEEK, and of the last of the weeks as `monday`, `next_monday`, `begins_at`, `ends_at`."""
    last = weeks[-1]
    return {
        "mondays": [week.monday for week in weeks],
        "next_mondays": [week.next_monday for week in weeks],
        "begins": [week.begins_at for week in weeks],
        "ends": [week.ends_at for week in weeks],
        "first_monday": weeks[0].monday,
        "monday": last.monday,
        "next_monday": last.next_monday,
        "begins_at": last.begins_at,
        "ends_at": last.ends_at,
        "zone": last.zone.key,
    }


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
