from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

# 03:30 in UTC is still the evening before in New York.
EVENING = datetime(2026, 11, 6, 3, 30, tzinfo=UTC)


def context(
    key: str | None = None, conf: dict[str, Any] | None = None, params: dict[str, Any] | None = None, **more: Any
) -> dict[str, Any]:
    run = SimpleNamespace(partition_key=key, conf=conf, run_after=EVENING)
    return {"dag_run": run, "params": params or {}, **more}


@pytest.mark.parametrize(
    ("given", "day"),
    [
        (context("2026-11-03"), date(2026, 11, 3)),
        (context("2026-11-03", {"business_date": "2026-11-03"}), date(2026, 11, 3)),
        (context(None, {"business_date": "2026-11-02"}), date(2026, 11, 2)),
        (context(None, {"business_date": "2026-11-02"}, {"business_date": "2026-11-01"}), date(2026, 11, 2)),
        (context(None, None, {"business_date": "2026-11-01"}), date(2026, 11, 1)),
        (context(), date(2026, 11, 4)),
        (context(None, {}, {"business_date": None}), date(2026, 11, 4)),
        (context(logical_date=EVENING, ds="2026-10-01", data_interval_start=EVENING), date(2026, 11, 4)),
    ],
    ids=["key", "key and equal conf", "conf", "conf before params", "params", "yesterday", "empty params", "never ds"],
)
def test_the_business_date_is_the_key_or_the_date_asked_for_or_yesterday(given: dict[str, Any], day: date) -> None:
    from revcycle_airflow.business_date import business_date

    assert business_date(given) == day


def test_yesterday_is_counted_in_the_zone_of_the_practice(monkeypatch: pytest.MonkeyPatch) -> None:
    from revcycle_airflow.business_date import business_date

    monkeypatch.setenv("REVCYCLE_TIME_ZONE", "Pacific/Auckland")
    assert business_date(context()) == date(2026, 11, 5)


@pytest.mark.parametrize("days", [0, 1])
def test_a_day_that_is_not_over_in_the_practices_zone_is_refused(days: int) -> None:
    from airflow.sdk.exceptions import AirflowFailException

    from revcycle_airflow.business_date import business_date

    day = datetime.now(ZoneInfo("America/New_York")).date() + timedelta(days=days)
    with pytest.raises(AirflowFailException, match="is not over in America/New_York"):
        business_date(context(day.isoformat()))


@pytest.mark.parametrize("asked", ["05.11.2026", "2026-13-01", "Quillfeather", 20261105])
def test_a_date_that_cannot_be_read_is_refused_without_repeating_it(asked: object) -> None:
    from airflow.sdk.exceptions import AirflowFailException

    from revcycle_airflow.business_date import business_date

    with pytest.raises(AirflowFailException, match="no date as 2026-11-05") as refused:
        business_date(context(None, {"business_date": asked}))
    assert str(asked) not in str(refused.value)


def test_a_key_and_a_date_that_differ_are_refused() -> None:
    from airflow.sdk.exceptions import AirflowFailException

    from revcycle_airflow.business_date import business_date

    with pytest.raises(AirflowFailException, match="two different days"):
        business_date(context("2026-11-03", {"business_date": "2026-11-02"}))


def test_midnight_gives_every_date_of_a_year_once_clock_changes_included() -> None:
    from airflow.serialization.encoders import coerce_to_core_timetable
    from airflow.timetables.base import TimeRestriction

    from revcycle_airflow.business_date import NIGHTLY

    timetable = coerce_to_core_timetable(NIGHTLY)
    zone = ZoneInfo("America/New_York")
    span = TimeRestriction(datetime(2026, 1, 2, tzinfo=zone), datetime(2027, 1, 1, tzinfo=zone), catchup=True)
    keys, last = [], None
    while (info := timetable.next_dagrun_info_v2(last_dagrun_info=last, restriction=span)) is not None:
        keys.append(info.partition_key)
        last = info
    assert keys == [(date(2026, 1, 1) + timedelta(days=n)).isoformat() for n in range(365)]


def test_a_run_without_key_names_its_date_to_the_followers_and_one_with_a_key_leaves_that_to_airflow() -> None:
    from revcycle_airflow.assets import SWEPT
    from revcycle_airflow.business_date import announce

    named: list[str] = []
    outlets = {SWEPT: SimpleNamespace(add_partitions=named.append)}
    announce(context("2026-11-03", outlet_events=outlets), SWEPT)
    assert named == []
    announce(context(None, outlet_events=outlets), SWEPT)
    assert named == ["2026-11-04"]


def events(*extras: dict[str, Any] | None) -> dict[str, Any]:
    return {"triggering_asset_events": {"swept": [SimpleNamespace(extra=extra) for extra in extras]}}


MEDICARE, TRICARE = {"payers": ["MEDICARE"]}, {"payers": ["TRICARE"]}


@pytest.mark.parametrize(
    ("given", "limited"),
    [
        (context(), {}),
        (context(None, MEDICARE | {"business_date": "2026-11-02"}), MEDICARE),
        (context(None, TRICARE, **events(MEDICARE)), TRICARE),
        (context(None, None, **events(MEDICARE, MEDICARE)), MEDICARE),
        (context(None, None, **events(MEDICARE, None)), {}),
        (context(None, None, **events(MEDICARE, TRICARE)), {}),
        (context(None, None, **events(MEDICARE | {"anything": 1})), MEDICARE),
    ],
    ids=["nothing", "own", "own first", "all agree", "one is not limited", "two differ", "what is not handed on"],
)
def test_a_scope_is_handed_on_and_only_narrows(given: dict[str, Any], limited: dict[str, Any]) -> None:
    from revcycle_airflow.business_date import scope

    assert scope(given) == limited


def test_a_scope_goes_along_with_the_date() -> None:
    from revcycle_airflow.assets import SWEPT
    from revcycle_airflow.business_date import announce

    outlet = SimpleNamespace(extra=None)
    announce(context("2026-11-03", MEDICARE, outlet_events={SWEPT: outlet}), SWEPT)
    assert outlet.extra == MEDICARE


def test_the_instant_is_the_one_that_is_played_or_the_clocks() -> None:
    from airflow.sdk.exceptions import AirflowFailException

    from revcycle_airflow.business_date import instant

    midnight = {"now": "2026-11-04T00:00:00-05:00"}
    assert instant(context(None, None, **events(midnight))) == datetime(2026, 11, 4, 5, tzinfo=UTC)
    assert abs(instant(context()) - datetime.now(UTC)) < timedelta(minutes=1)
    with pytest.raises(AirflowFailException, match="no instant as"):
        instant(context(None, {"now": "noon"}))
