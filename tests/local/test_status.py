"""What `status` and a waiting `up` see."""

import json
import os
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from revcycle.cli import status as command
from revcycle.foundation.alarm import Alarm, Kind, send, settle
from revcycle.foundation.errors import ServiceUnavailable
from revcycle.foundation.state import State
from revcycle.local import health, processes, supervisor
from revcycle.local.monitor import ask
from revcycle.local.secrets import read_secrets, write_passwords
from revcycle.local.settings import Settings, write_settings
from revcycle.local.status import status
from tests.local.parts import SLEEPER

NOW = datetime(2026, 11, 6, 12, tzinfo=UTC)
WELL = {"metadatabase": {"status": "healthy"}} | {
    part: {"status": "healthy"} for part in ("scheduler", "dag_processor", "triggerer")
}


@pytest.fixture
def monitor() -> Iterator[tuple[str, dict[str, dict[str, str]]]]:
    """A stand-in for Airflow's health address; what it says can be changed."""
    says = dict(WELL)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(says).encode())

        def log_message(self, *arguments: object) -> None:
            """Silent."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", says
        server.shutdown()


@pytest.fixture
def running(state: State) -> Iterator[State]:
    """A state with a supervisor and an API server that only sleep."""
    for part in (supervisor.PART, "api-server"):
        processes.launch(state, part, SLEEPER, os.environ, state.logs / f"{part}.log")
    yield state
    processes.kill(process for part in processes.of_state(state).values() for process in part)


def test_all_parts_healthy_is_what_airflow_says(monitor: tuple[str, dict[str, dict[str, str]]]) -> None:
    url, says = monitor
    assert ask(url).healthy == {"scheduler": True, "dag_processor": True, "triggerer": True, "api": True}
    says["scheduler"] = {"status": "unhealthy"}
    assert ask(url).healthy == {"scheduler": False, "dag_processor": True, "triggerer": True, "api": True}
    assert ask(url).unwell == {"scheduler"}


def test_no_answer_is_no_health() -> None:
    silence = ask("http://127.0.0.1:9")
    assert not any(silence.healthy.values())
    assert silence.unwell == {"api-server"}


def test_without_its_database_airflow_knows_nothing_of_the_other_parts(
    monitor: tuple[str, dict[str, dict[str, str]]],
) -> None:
    url, says = monitor
    says |= {name: {"status": "unhealthy"} for name in ("metadatabase", "scheduler")}
    assert ask(url).unwell == frozenset()


@pytest.mark.parametrize("heartbeat_after", [None, -60, 20], ids=["none yet", "of its predecessor", "its own"])
def test_a_part_that_lives_but_is_silent_hangs(
    heartbeat_after: int | None, running: State, monitor: tuple[str, dict[str, dict[str, str]]]
) -> None:
    url, says = monitor
    write_settings(running, Settings(port=int(url.rpartition(":")[2])))
    frozen = processes.launch(running, "scheduler", SLEEPER, os.environ, running.logs / "scheduler.log")
    began = datetime.fromtimestamp(frozen.create_time(), UTC)
    says["scheduler"] = {"status": "unhealthy"}
    if heartbeat_after is not None:
        heartbeat = began + timedelta(seconds=heartbeat_after)
        says["scheduler"]["latest_scheduler_heartbeat"] = heartbeat.isoformat()
    assert status(running, began + timedelta(seconds=30)).troubles == []
    [trouble] = status(running, began + timedelta(seconds=95)).troubles
    assert f"scheduler hangs: its process {frozen.pid} lives" in trouble
    assert f"last sign of life {95 - max(heartbeat_after or 0, 0)} s ago" in trouble


def test_an_api_server_that_lives_and_does_not_answer_hangs_and_is_not_called_away(
    running: State,
) -> None:
    write_settings(running, Settings(port=9))
    seen = status(running, datetime.now(UTC) + timedelta(minutes=2))
    assert seen.running
    [trouble] = seen.troubles
    assert "api-server hangs" in trouble and "does not answer" in trouble


def test_waiting_ends_when_all_are_healthy(running: State, monitor: tuple[str, dict[str, dict[str, str]]]) -> None:
    url, says = monitor
    says["triggerer"] = {"status": "unhealthy"}
    said: list[str] = []

    def report(line: str) -> None:
        said.append(line)
        says["triggerer"] = {"status": "healthy"}

    health.wait_until_healthy(running, url, report)
    assert said == ["Waiting for Airflow: 3 of 4 parts healthy ..."]


def test_waiting_for_a_part_that_does_not_stay_up_ends_with_its_log(running: State) -> None:
    def report(line: str) -> None:
        seen = {"scheduler": {"deaths": 2, "next_start": None}}
        supervisor.report_file(running).write_text(json.dumps(seen))

    with pytest.raises(ServiceUnavailable, match=r"scheduler does not stay up; see .*scheduler\.log"):
        health.wait_until_healthy(running, "http://127.0.0.1:9", report)


def test_waiting_without_a_supervisor_ends_with_its_log(state: State) -> None:
    with pytest.raises(ServiceUnavailable, match=r"supervisor ended; see .*supervisor\.log"):
        health.wait_until_healthy(state, "http://127.0.0.1:9", print)


def test_waiting_ends_after_its_time_with_who_is_late(running: State, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "SECONDS_TO_HEALTHY", 0.0)
    with pytest.raises(ServiceUnavailable, match="not healthy: scheduler, dag_processor, triggerer, api"):
        health.wait_until_healthy(running, "http://127.0.0.1:9", print)


def test_nothing_running_is_an_answer_with_exit_0(state: State, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.run(command.argparse.Namespace(json=True), state) == 0
    told = json.loads(capsys.readouterr().out)
    assert not any(told["airflow"]["healthy"].values())
    assert told["troubles"] == []
    assert told["state"] == str(state.root)


def test_status_has_the_promised_fields_and_no_secret(running: State, capsys: pytest.CaptureFixture[str]) -> None:
    secrets = read_secrets(running)
    write_passwords(running, {"admin": "admin"})
    for as_json in (False, True):
        command.run(command.argparse.Namespace(json=as_json), running)
    out = capsys.readouterr().out
    told = json.loads(out.splitlines()[-1])
    promised = {"airflow", "database_url", "metadata_database_url", "pgpass_file", "simulator", "login", "state"}
    assert promised | {"reference"} <= told.keys()
    assert told["login"] == {"user": "admin", "password_file": str(running.root / "passwords.json")}
    passwords = json.loads((running.root / "passwords.json").read_text()).values()
    assert not [secret for secret in (secrets.revcycle, secrets.airflow, secrets.fernet, *passwords) if secret in out]


def test_health_on_the_port_of_another_state_is_not_ours(
    state: State, monitor: tuple[str, dict[str, dict[str, str]]]
) -> None:
    write_settings(state, Settings(port=int(monitor[0].rpartition(":")[2])))
    assert not status(state, NOW).running


def test_a_crash_loop_and_a_missing_supervisor_are_troubles(running: State) -> None:
    seen = {"triggerer": {"deaths": 4, "next_start": "2026-11-06T01:02:03+00:00"}}
    supervisor.report_file(running).write_text(json.dumps(seen))
    [trouble] = status(running, datetime.now(UTC)).troubles
    assert "triggerer died 4 times" in trouble
    assert "2026-11-06T01:02:03" in trouble
    processes.kill(processes.of_state(running)[supervisor.PART])
    [trouble] = status(running, datetime.now(UTC)).troubles
    assert "supervisor does not run" in trouble


def test_the_last_alarms_are_shown(state: State) -> None:
    alarm = Alarm(Kind.NIGHT_EMPTY, dag_id="code_validation", run_id="r", business_date="2026-11-05", task_id="")
    send(alarm, state=state, now=datetime(2026, 11, 6, tzinfo=UTC))
    assert [told["kind"] for told in status(state, NOW).as_json()["alarms"]] == [Kind.NIGHT_EMPTY]
    settle(state, dag_id="code_validation", run_id="s", business_date="2026-11-05", now=datetime.now(UTC))
    assert status(state, NOW).alarms == []


def test_alarms_of_one_run_are_one_line_that_says_how_many(state: State, capsys: pytest.CaptureFixture[str]) -> None:
    alarm = Alarm(Kind.RUN_FAILED, dag_id="acknowledgments", run_id="r", business_date="")
    for _ in range(3):
        send(alarm, state=state, now=datetime.now(UTC))
    assert command.run(command.argparse.Namespace(json=False), state) == 0
    [line] = [line for line in capsys.readouterr().out.splitlines() if line.startswith("Alarm")]
    assert line.endswith("Run r. (3 times)")
