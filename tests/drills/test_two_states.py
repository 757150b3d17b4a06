"""States side by side, what they listen on, and what `up` leaves behind."""

import json
import time
from collections.abc import Iterator

import psutil
import pytest

from revcycle.foundation.reference import ReleaseSet
from revcycle.foundation.state import State
from tests.drills.conftest import Practice
from tests.drills.running_state import DRILL, RunningState, running_state

pytestmark = DRILL
SECONDS_TO_RESUME = 15.0
LOOPBACK = {"127.0.0.1", "::1"}


@pytest.fixture(scope="module")
def second(tmp_path_factory: pytest.TempPathFactory, starter: tuple[State, ReleaseSet]) -> Iterator[RunningState]:
    """A second, empty practice; a space in its path."""
    with running_state(tmp_path_factory.mktemp("second state") / "empty practice") as state:
        state.stock(starter)
        state.up("--no-sample", "--no-night")
        yield state


@pytest.mark.parametrize("which", ["practice", "second"])
def test_nothing_listens_beyond_loopback(which: str, practice: Practice, second: RunningState) -> None:
    state = practice.running if which == "practice" else second
    own = {process.pid for process in state.processes()}
    listening = [c for c in psutil.net_connections("all") if c.pid in own and c.status == psutil.CONN_LISTEN]
    addresses = {connection.laddr.ip for connection in listening if connection.laddr and connection.laddr[0]}

    ports = {connection.laddr.port for connection in listening if hasattr(connection.laddr, "port")}
    assert {state.port, state.server().port} <= ports
    assert addresses <= LOOPBACK


def test_up_again_resumes_at_once_starts_nothing_anew_and_holds_no_pipe(running: RunningState) -> None:
    before = {process.pid for part in ("supervisor", "scheduler", "api-server") for process in running.part(part)[:1]}
    began = time.monotonic()
    summary = json.loads(running.up("--no-night"))  # returns at the end of both pipes

    assert time.monotonic() - began < SECONDS_TO_RESUME
    assert summary["seconds"]["services"] < SECONDS_TO_RESUME
    after = {process.pid for part in ("supervisor", "scheduler", "api-server") for process in running.part(part)[:1]}
    assert after == before


def test_what_stays_after_up_has_none_of_its_pipes(second: RunningState) -> None:
    second.command("down")
    began = time.monotonic()
    up = second.begin("up", "--port", str(second.port), "--no-night", "--json")
    assert up.stdout and up.stderr
    said = up.stderr.read()  # ends when the last holder of the pipe has closed it
    summary = json.loads(up.stdout.read())

    assert up.wait(10) == 0, said
    assert time.monotonic() - began < summary["seconds"]["services"] + 15
    assert second.part("scheduler")


def test_down_of_one_state_leaves_the_other_at_work(running: RunningState, second: RunningState) -> None:
    before = {process.pid for part in ("supervisor", "scheduler", "api-server") for process in running.part(part)[:1]}
    digest, known = running.digest(), json.loads(running.command("status", "--json")[0])["troubles"]
    second.command("down")

    assert not second.processes()
    after = {process.pid for part in ("supervisor", "scheduler", "api-server") for process in running.part(part)[:1]}
    assert after == before
    seen = json.loads(running.command("status", "--json")[0])
    assert all(seen["airflow"]["healthy"].values()) and seen["database_running"] and seen["troubles"] == known
    assert running.digest() == digest
