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


def test_another_dag_or_no_date_settles_nothing_but_its_own_run(state: State) -> None:
    failed(state)
    failed(state, run_id="by hand", day="")
    succeeded(state, dag_id="another")
    succeeded(state, run_id="other by hand", day="")
    assert len(standing(state, TODAY)) == 2
    succeeded(state, run_id="by hand", day="")
    assert [alarm["run_id"] for alarm in standing(state, TODAY)] == ["run 1"]


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
