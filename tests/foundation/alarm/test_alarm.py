import json
import logging
from datetime import UTC, datetime
from typing import Any

import apprise
import pytest

from revcycle.foundation.alarm import Alarm, Kind, send, standing
from revcycle.foundation.state import State

NOW = datetime(2026, 11, 6, 5, 1, tzinfo=UTC)
RED = Alarm(Kind.RUN_FAILED, "code_validation", "scheduled__1", "2026-11-05", task_id="sweep")
ADDRESS = "json://pager:hunter2secret@127.0.0.1:1/alarms"


@pytest.fixture
def people(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """What Apprise was asked to tell them."""
    told: list[tuple[str, str]] = []

    def notify(self: Any, body: str, title: str, **kwargs: Any) -> bool:
        told.append((title, body))
        return True

    monkeypatch.setattr(apprise.Apprise, "notify", notify)
    return told


def test_an_alarm_names_the_dag_the_date_the_run_and_the_task() -> None:
    assert RED.title == "Revcycle: run failed, code_validation 2026-11-05"
    assert RED.text.startswith("code_validation for 2026-11-05 ended red.")
    assert RED.text.endswith("Run scheduled__1 at task sweep.")


def test_an_alarm_of_a_run_without_a_date_reads_as_a_sentence_too() -> None:
    late = Alarm(Kind.RUN_LATE, "code_validation", "manual__1", "")
    assert late.title == "Revcycle: run late, code_validation"
    assert late.text.startswith("code_validation is not done in its time.")


def test_an_alarm_goes_to_every_address(
    state: State, people: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REVCYCLE_ALERT_URL", f"{ADDRESS} json://127.0.0.1:2")
    assert send(RED, state=state, now=NOW)
    assert people == [(RED.title, RED.text)]


def test_without_an_address_the_alarm_is_kept_and_logged(
    state: State, people: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delenv("REVCYCLE_ALERT_URL", raising=False)
    assert not send(RED, state=state, now=NOW)
    assert people == []
    assert RED.text in caplog.messages
    assert json.loads(state.alarms.read_text()) == {
        "at": "2026-11-06T05:01:00+00:00",
        "kind": "run_failed",
        "dag_id": "code_validation",
        "run_id": "scheduled__1",
        "business_date": "2026-11-05",
        "task_id": "sweep",
        "text": RED.text,
        "sent": False,
    }
    assert state.alarms.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("address", [ADDRESS, "no address at all"])
def test_an_alarm_that_cannot_leave_is_kept_and_its_address_is_not_logged(
    address: str, state: State, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    monkeypatch.setenv("REVCYCLE_ALERT_URL", address)
    assert not send(RED, state=state, now=NOW)
    assert "This alarm could not be sent to REVCYCLE_ALERT_URL; check the address and the network." in caplog.messages
    assert "hunter2secret" not in caplog.text
    assert [line["sent"] for line in standing(state, NOW.date())] == [False]


def test_a_failing_service_never_fails_the_run(
    state: State, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def notify(*args: Any, **kwargs: Any) -> bool:
        raise RuntimeError("hunter2secret")

    monkeypatch.setattr(apprise.Apprise, "notify", notify)
    monkeypatch.setenv("REVCYCLE_ALERT_URL", ADDRESS)
    assert not send(RED, state=state, now=NOW)
    assert "Sending an alarm ended with RuntimeError." in caplog.messages
    assert "hunter2secret" not in caplog.text


def test_a_full_disk_never_fails_the_run(
    state: State, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delenv("REVCYCLE_ALERT_URL", raising=False)
    state.alarms.mkdir()  # no file can be opened there
    assert not send(RED, state=state, now=NOW)
    assert "This alarm could not be kept in the state folder: Is a directory." in caplog.messages


def test_the_newest_alarms_are_shown_oldest_first_and_a_torn_line_is_skipped(
    state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("REVCYCLE_ALERT_URL", raising=False)
    assert standing(state, NOW.date()) == []
    for number in range(1, 4):
        send(Alarm(Kind.NIGHT_EMPTY, "code_validation", f"run {number}", "2026-11-05"), state=state, now=NOW)
    with state.alarms.open("a") as stream:
        stream.write('{"at": "2026-')
    assert [line["run_id"] for line in standing(state, NOW.date(), most=2)] == ["run 2", "run 3"]
