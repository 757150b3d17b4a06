"""Which week a run is for, over changes of the clock and however the run began."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

WEEK = timedelta(days=7)
ZONES = ("America/New_York", "America/Los_Angeles", "America/Phoenix", "Pacific/Honolulu", "UTC")


def context(
    key: str | None = None, conf: dict[str, Any] | None = None, began: datetime | None = None
) -> dict[str, Any]:
    run_after = began or datetime(2026, 11, 9, 5, tzinfo=UTC)
    return {"dag_run": SimpleNamespace(partition_key=key, conf=conf, run_after=run_after), "params": {}}


def weekly(zone: str) -> Any:
    from airflow.serialization.encoders import coerce_to_core_timetable

    from revcycle_airflow.week import WEEKLY

    timetable = coerce_to_core_timetable(WEEKLY)
    return timetable.deserialize(timetable.serialize() | {"timezone": zone})


def scheduled(timetable: Any, first: datetime, last: datetime) -> Iterator[Any]:
    """Every run the scheduler would make, one after the other."""
    from airflow.timetables.base import TimeRestriction

    window = TimeRestriction(earliest=first, latest=last, catchup=True)
    info = timetable.next_dagrun_info_v2(last_dagrun_info=None, restriction=window)
    while info is not None:
        yield info
        info = timetable.next_dagrun_info_v2(last_dagrun_info=info, restriction=window)


@pytest.mark.parametrize("zone", ZONES)
def test_every_week_of_two_years_has_one_run_at_midnight_after_its_sunday(zone: str) -> None:
    import pendulum

    first, last = pendulum.datetime(2026, 1, 5, tz=zone), pendulum.datetime(2028, 1, 3, tz=zone)
    monday = date(2025, 12, 29)
    for info in scheduled(weekly(zone), first, last):
        began = info.run_after.astimezone(ZoneInfo(zone))
        assert info.partition_key == monday.isoformat()
        assert (began.date(), began.hour, began.minute) == (monday + WEEK, 0, 0)
        monday += WEEK
    assert monday == date(2028, 1, 3)


@pytest.mark.parametrize("key", ["2026-03-02", "2026-03-09", "2026-10-26", "2026-11-02"])
def test_a_scheduled_run_and_one_by_hand_agree_about_the_partition_date_so_that_a_backfill_sees_both(key: str) -> None:
    import pendulum

    zone = "America/New_York"
    timetable = weekly(zone)
    after = pendulum.instance(datetime.fromisoformat(key)).naive().in_timezone(zone).add(days=7)
    (info,) = scheduled(timetable, after, after)
    assert info.partition_date == timetable.resolve_partition_date(key)


def test_bare_dates_of_a_backfill_are_both_included_over_a_change_of_the_clock() -> None:
    import pendulum

    first, last = pendulum.datetime(2026, 10, 26), pendulum.datetime(2026, 11, 9)
    infos = weekly("America/New_York").iter_partition_dagrun_infos(earliest=first, latest=last)
    assert [info.partition_key for info in infos] == ["2026-10-26", "2026-11-02", "2026-11-09"]


@pytest.mark.parametrize(
    ("given", "monday"),
    [
        (context("2026-11-02"), date(2026, 11, 2)),
        (context(None, {"business_date": "2026-10-26"}), date(2026, 10, 26)),
        (context(began=datetime(2026, 11, 9, 5, tzinfo=UTC)), date(2026, 11, 2)),
        (context(began=datetime(2026, 11, 9, 4, 59, tzinfo=UTC)), date(2026, 10, 26)),
        (context(began=datetime(2026, 11, 15, 12, tzinfo=UTC)), date(2026, 11, 2)),
        (context(began=datetime(2026, 11, 16, 12, tzinfo=UTC)), date(2026, 11, 9)),
    ],
    ids=["key", "conf", "just over", "not quite over", "on a Sunday", "on a Monday"],
)
def test_the_week_is_the_key_or_the_last_one_that_was_over(given: dict[str, Any], monday: date) -> None:
    from revcycle_airflow.week import week

    assert week(given) == monday


def test_a_key_that_is_no_monday_is_refused() -> None:
    from airflow.sdk.exceptions import AirflowFailException

    from revcycle_airflow.week import week

    with pytest.raises(AirflowFailException, match="2026-11-03 is a Tuesday"):
        week(context("2026-11-03"))


def test_a_week_that_is_not_over_is_refused_at_once_and_waits_for_nothing() -> None:
    from airflow.sdk.exceptions import AirflowFailException

    from revcycle_airflow.operators.week_settled import WeekSettledSensor

    yesterday = datetime.now(ZoneInfo("America/New_York")).date() - timedelta(days=1)
    monday = yesterday - timedelta(days=yesterday.weekday())
    if yesterday.weekday() == 6:  # on a Monday the week of yesterday is over: the day then is refused for itself
        monday += WEEK
    with pytest.raises(AirflowFailException, match="is not over"):
        WeekSettledSensor(task_id="settled").poke(context(monday.isoformat()))


@pytest.mark.parametrize(("minute", "settled"), [(59, False), (60, True)])
def test_a_review_waits_until_two_hours_after_midnight_of_the_practice(minute: int, settled: bool) -> None:
    from revcycle_airflow.operators.week_settled import WeekSettledSensor

    now = datetime(2026, 11, 9, 6, tzinfo=UTC) + timedelta(minutes=minute)
    sensor = WeekSettledSensor(task_id="settled")
    assert sensor.poke(context("2026-11-02", {"now": now.isoformat()})) is settled
    assert sensor.mode == "reschedule"
