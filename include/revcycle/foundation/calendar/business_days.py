"""Days on which payers work: no weekends, no federal holidays, none of the days that somebody lists besides.

Source: 5 USC 6103(a) names the holidays, (b)(1) moves one on a Saturday to the Friday before; Executive Order 11582
moves one on a Sunday to the Monday after. Juneteenth came with Public Law 117-17 of 17 June 2021.
"""

import calendar
from collections.abc import Collection
from datetime import date, timedelta
from functools import cache

ONE_DAY = timedelta(days=1)
MONDAY, THURSDAY, SATURDAY = 0, 3, 5
FIRST_JUNETEENTH = 2021


@cache
def federal_holidays(year: int) -> frozenset[date]:
    """The days of the year on which federal offices are closed; the New Year of the next may be one of them."""
    fixed = [date(year, 1, 1), date(year, 7, 4), date(year, 11, 11), date(year, 12, 25)]
    if year >= FIRST_JUNETEENTH:
        fixed.append(date(year, 6, 19))
    if year < date.max.year:
        fixed.append(date(year + 1, 1, 1))
    moving = [
        _nth(year, 1, MONDAY, 3),  # Birthday of Martin Luther King, Jr.
        _nth(year, 2, MONDAY, 3),  # Washington's Birthday
        _nth(year, 5, MONDAY, -1),  # Memorial Day
        _nth(year, 9, MONDAY, 1),  # Labor Day
        _nth(year, 10, MONDAY, 2),  # Columbus Day
        _nth(year, 11, THURSDAY, 4),  # Thanksgiving Day
    ]
    return frozenset(day for day in (*moving, *map(_observed, fixed)) if day.year == year)


def is_business_day(day: date, closed_on: Collection[date] = ()) -> bool:
    """Whether it is neither weekend nor federal holiday nor one of `closed_on`."""
    return day.weekday() < SATURDAY and day not in federal_holidays(day.year) and day not in closed_on


def business_day_from(day: date, closed_on: Collection[date] = ()) -> date:
    """The day itself or the next one that is a business day; at the end of the calendar its last day."""
    while not is_business_day(day, closed_on) and day < date.max:
        day += ONE_DAY
    return day


def business_day_until(day: date, closed_on: Collection[date] = ()) -> date:
    """The day itself or the last business day before it."""
    while not is_business_day(day, closed_on) and day > date.min:
        day -= ONE_DAY
    return day


def _nth(year: int, month: int, weekday: int, nth: int) -> date:
    """The nth such weekday of the month, counted from its end where `nth` is negative."""
    days = [week[weekday] for week in calendar.monthcalendar(year, month) if week[weekday]]
    return date(year, month, days[nth - 1 if nth > 0 else nth])


def _observed(day: date) -> date:
    """A Saturday's holiday is kept on the Friday before, a Sunday's on the Monday after."""
    if day.weekday() == SATURDAY and day > date.min:
        return day - ONE_DAY
    return day + ONE_DAY if day.weekday() > SATURDAY else day
