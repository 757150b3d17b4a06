"""Last days and receipts case by case, each with the source that says so, and what holds for all of them."""

import csv
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from revcycle.foundation.calendar import (
    FilingLimit,
    ReceiptRule,
    counted,
    counts_as_received,
    due_on,
    federal_holidays,
    is_business_day,
    last_arrival,
)

HERE = Path(__file__).parent
DATES = st.dates(date(2000, 1, 1), date(2100, 12, 31))
CLOSED = st.sets(st.dates(date(2026, 1, 1), date(2026, 12, 31)), max_size=30).map(lambda days: tuple(sorted(days)))
LIMITS = st.builds(
    FilingLimit,
    payer=st.just("ANY"),
    valid_from=st.just(date(2000, 1, 1)),
    valid_to=st.none(),
    count=st.integers(0, 60),
    unit=st.sampled_from(["days", "months", "years"]),
    source=st.just("any"),
    presumed_days=st.integers(0, 10),
    through_month_end=st.booleans(),
    rolls=st.booleans(),
    closed_on=CLOSED,
)
RECEIPTS = st.builds(
    ReceiptRule,
    payer=st.just("ANY"),
    valid_from=st.just(date(2000, 1, 1)),
    valid_to=st.none(),
    source=st.just("any"),
    cut_off_hour=st.integers(1, 24),
    business_days_only=st.booleans(),
    closed_on=CLOSED,
)
ARRIVALS = st.builds(datetime.combine, st.dates(date(2025, 12, 1), date(2027, 1, 31)), st.times())


def cases(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(newline="") as file:
        return list(csv.DictReader(file))


def days(text: str) -> tuple[date, ...]:
    return tuple(date.fromisoformat(day) for day in text.split("+") if day)


def limit_of(case: dict[str, str]) -> FilingLimit:
    count, unit = case["limit"].split()
    flags = dict(flag.partition(":")[::2] for flag in case["flags"].split())
    return FilingLimit(
        "ANY",
        date(2010, 1, 1),
        None,
        int(count),
        unit,  # type: ignore[arg-type]
        case["source"],
        presumed_days=int(flags.get("presumed", 0)),
        through_month_end="month_end" in flags,
        rolls="rolls" in flags,
        closed_on=days(flags.get("closed", "")),
    )


@pytest.mark.parametrize("case", cases("last_days.csv"), ids=lambda case: case["case"])
def test_the_last_day_is_the_one_that_its_source_names(case: dict[str, str]) -> None:
    assert case["source"]
    assert due_on(limit_of(case), date.fromisoformat(case["start"])) == date.fromisoformat(case["due"])


@pytest.mark.parametrize("case", cases("receipts.csv"), ids=lambda case: case["case"])
def test_an_arrival_counts_as_the_day_that_its_source_names(case: dict[str, str]) -> None:
    rule = ReceiptRule(
        "ANY",
        date(2010, 1, 1),
        None,
        case["source"],
        cut_off_hour=int(case["cut_off"]),
        business_days_only=case["business_days"] == "yes",
        closed_on=days(case["closed_on"]),
    )
    assert case["source"]
    assert counts_as_received(rule, datetime.fromisoformat(case["arrives"])) == date.fromisoformat(case["counts_as"])


def test_the_federal_holidays_of_a_year_are_those_that_opm_lists() -> None:
    """OPM, federal holidays 2026 and 2022 (a New Year that 2021 kept on its last day)."""
    of_2026 = "01-01 01-19 02-16 05-25 06-19 07-03 09-07 10-12 11-11 11-26 12-25"
    of_2022 = "01-17 02-21 05-30 06-20 07-04 09-05 10-10 11-11 11-24 12-26"
    for year, listed in ((2026, of_2026), (2022, of_2022)):
        assert [f"{day:%m-%d}" for day in sorted(federal_holidays(year))] == listed.split()


def test_the_first_and_the_last_year_of_the_calendar_have_holidays() -> None:
    assert date(9999, 12, 24) in federal_holidays(9999)  # 25 December is a Saturday
    assert date(1, 1, 1) in federal_holidays(1)


@given(DATES)
def test_there_are_ten_to_twelve_holidays_a_year_and_none_on_a_weekend(day: date) -> None:
    holidays = federal_holidays(day.year)
    assert 9 <= len(holidays) <= 12
    assert all(one.weekday() < 5 and one.year == day.year for one in holidays)


@given(LIMITS, DATES, st.integers(0, 800))
def test_what_starts_later_is_not_due_earlier(limit: FilingLimit, start: date, later: int) -> None:
    assert due_on(limit, start) <= due_on(limit, start + timedelta(days=later))


@given(LIMITS, DATES)
def test_a_last_day_is_never_before_its_start_nor_before_the_day_it_is_counted_to(
    limit: FilingLimit, start: date
) -> None:
    assert start <= counted(limit, start) <= due_on(limit, start)


@given(LIMITS, DATES)
def test_a_limit_that_rolls_ends_on_a_business_day_with_none_between(limit: FilingLimit, start: date) -> None:
    last, first = due_on(limit, start), counted(limit, start)
    skipped = [first + timedelta(days=number) for number in range((last - first).days)]
    assert not limit.rolls or is_business_day(last, limit.closed_on)
    assert not any(is_business_day(day, limit.closed_on) for day in skipped)


@given(DATES, st.integers(0, 4000))
def test_days_counted_forward_are_counted_back_to_the_start(start: date, count: int) -> None:
    limit = FilingLimit("ANY", date(2000, 1, 1), None, count, "days", "any")
    assert due_on(limit, start) - timedelta(days=count) == start


@given(RECEIPTS, ARRIVALS, st.integers(0, 40_000))
def test_what_arrives_later_never_counts_as_earlier(rule: ReceiptRule, at: datetime, minutes: int) -> None:
    assert at.date() <= counts_as_received(rule, at) <= counts_as_received(rule, at + timedelta(minutes=minutes))


@given(RECEIPTS, st.dates(date(2025, 12, 1), date(2027, 1, 31)))
def test_the_last_arrival_is_the_last_day_that_counts_in_time(rule: ReceiptRule, due: date) -> None:
    last = last_arrival(rule, due)
    morning = datetime.min.time()
    assert counts_as_received(rule, datetime.combine(last, morning)) <= due
    assert counts_as_received(rule, datetime.combine(last + timedelta(days=1), morning)) > due
