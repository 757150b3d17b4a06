"""The last day of filing, as the rules count it."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from revcycle.foundation.calendar import FilingLimit, due_on
from revcycle.foundation.calendar.limits import Unit

DATES = st.dates(date(2000, 1, 1), date(2100, 12, 31))


def limit(count: int, unit: Unit) -> FilingLimit:
    return FilingLimit("ANY", date(2010, 1, 1), None, count, unit, "a contract")


@pytest.mark.parametrize(
    ("count", "unit", "service", "last"),
    [
        (1, "years", date(2025, 11, 19), date(2026, 11, 19)),  # 42 CFR 424.44: one calendar year
        (1, "years", date(2024, 2, 29), date(2025, 2, 28)),  # no 29 February in the year after
        (1, "years", date(2023, 2, 28), date(2024, 2, 28)),
        (4, "years", date(2024, 2, 29), date(2028, 2, 29)),
        (12, "months", date(2024, 2, 29), date(2025, 2, 28)),  # 42 CFR 447.45(d)(1)
        (6, "months", date(2026, 8, 31), date(2027, 2, 28)),
        (1, "months", date(2026, 12, 31), date(2027, 1, 31)),
        (90, "days", date(2026, 11, 24), date(2027, 2, 22)),
        (180, "days", date(2023, 12, 31), date(2024, 6, 28)),  # over a 29 February
        (0, "days", date(2026, 11, 24), date(2026, 11, 24)),
    ],
)
def test_a_limit_is_counted_as_its_source_says(count: int, unit: Unit, service: date, last: date) -> None:
    assert due_on(limit(count, unit), service) == last


@given(DATES, st.integers(0, 1000))
def test_days_are_calendar_days(service: date, count: int) -> None:
    assert due_on(limit(count, "days"), service) - service == timedelta(days=count)


@given(DATES, st.integers(0, 60))
def test_months_land_on_the_same_day_or_on_the_last_of_the_month(service: date, count: int) -> None:
    last = due_on(limit(count, "months"), service)
    assert (last.year * 12 + last.month) - (service.year * 12 + service.month) == count
    assert last.day == service.day or (last.day < service.day and (last + timedelta(days=1)).day == 1)


@given(DATES, st.integers(0, 5))
def test_a_year_is_twelve_months(service: date, count: int) -> None:
    assert due_on(limit(count, "years"), service) == due_on(limit(12 * count, "months"), service)


def test_a_rule_covers_both_its_ends() -> None:
    rule = FilingLimit("ANY", date(2026, 1, 1), date(2026, 6, 30), 90, "days", "a contract")
    covered = [rule.covers(date(2026, 1, 1)), rule.covers(date(2026, 6, 30)), rule.covers(date(2026, 7, 1))]
    assert covered == [True, True, False]


@pytest.mark.parametrize("unit", ["days", "months", "years"])
def test_a_date_at_the_end_of_the_calendar_has_a_last_day(unit: Unit) -> None:
    assert due_on(limit(365, unit), date(9999, 12, 31)) == date.max
