"""Which alarms still stand: those of the last days after which the date did not succeed."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from revcycle.foundation.alarm import Alarm, Kind, send, settle, standing
from revcycle.foundation.alarm.record import SHOWN_DAYS
from revcycle.foundation.state import State

NOON = datetime(2026, 11, 6, 12, tzinfo=UTC)
TODAY = date(2026, 11, 6)


@pytest.fixture(autouse=True)
def no_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REVCYCLE_ALERT_URL", raising=False)


def failed(state: State, run_id: str = "run 1", day: str = "2026-11-05", at: datetime = NOON) -> None:
    send(Alarm(Kind.RUN_FAILED, "code_validation", run_id, day), state=state, now=at)


def succeeded(state: State, run_id: str = "run 2", day: str = "2026-11-05", dag_id: str = "code_validation") -> None:
    settle(state, dag_id=dag_id, run_id=run_id, business_date=day, now=NOON)


def test_a_later_success_of_the_same_dag_and_date_settles_an_alarm_and_keeps_its_record(state: State) -> None:
    failed(state)
    failed(state, run_id="another date", day="2026-11-04")
    succeeded(state)
    assert [alarm["run_id"] for alarm in standing(state, TODAY)] == ["another date"]
    kept = [json.loads(line)["run_id"] for line in state.alarms.read_text().splitlines()]
    assert kept == ["run 1", "another date", "run 2"]


def test_a_failure_after_the_success_stands(state: State) -> None:
    failed(state)
    succeeded(state)
    failed(state, run_id="run 3")
    assert [alarm["run_id"] for alarm in standing(state, TODAY)] == ["run 3"]


def test_another_dag_or_another_date_settles_nothing(state: State) -> None:
    failed(state)
    failed(state, run_id="by hand", day="")
    succeeded(state, dag_id="another")
    succeeded(state, dag_id="another", day="")
    succeeded(state, day="2026-11-04")
    assert [alarm["run_id"] for alarm in standing(state, TODAY)] == ["run 1", "by hand"]


def test_a_run_without_a_date_is_settled_by_a_later_one_without(state: State) -> None:
    failed(state)
    failed(state, run_id="half past six", day="")
    succeeded(state, run_id="seven", day="")
    assert [alarm["run_id"] for alarm in standing(state, TODAY)] == ["run 1"]


def test_alarms_of_one_run_and_kind_are_one_that_is_counted(state: State) -> None:
    failed(state, run_id="other")
    for minute in range(3):
        failed(state, at=NOON + timedelta(minutes=minute))
    send(Alarm(Kind.RUN_LATE, "code_validation", "run 1", "2026-11-05"), state=state, now=NOON + timedelta(hours=1))
    told = [(alarm["run_id"], alarm["kind"], alarm["times"], alarm["at"][:16]) for alarm in standing(state, TODAY)]
    assert told == [
        ("other", "run_failed", 1, "2026-11-06T12:00"),
        ("run 1", "run_failed", 3, "2026-11-06T12:02"),
        ("run 1", "run_late", 1, "2026-11-06T13:00"),
    ]


def test_many_clears_of_one_run_push_no_other_alarm_out(state: State) -> None:
    failed(state, run_id="other")
    for minute in range(12):
        failed(state, at=NOON + timedelta(minutes=minute))
    assert [alarm["run_id"] for alarm in standing(state, TODAY)] == ["other", "run 1"]


def test_an_alarm_stands_for_a_week_at_most(state: State) -> None:
    failed(state, run_id="old", at=NOON - timedelta(days=SHOWN_DAYS + 1))
    failed(state, run_id="young", at=NOON - timedelta(days=SHOWN_DAYS))
    assert [alarm["run_id"] for alarm in standing(state, TODAY)] == ["young"]


def test_a_success_that_settles_nothing_is_not_written(state: State) -> None:
    succeeded(state)
    assert not state.alarms.exists()
    failed(state)
    succeeded(state)
    succeeded(state)
    assert len(state.alarms.read_text().splitlines()) == 2
