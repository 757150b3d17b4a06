"""Stopping touches what belongs to the state and nothing else; a taken port is named."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from revcycle.foundation.errors import InputUnusable
from revcycle.foundation.state import State
from revcycle.local import ports, processes, services
from tests.local.parts import SLEEPER, STUBBORN, told


@pytest.fixture
def other(tmp_path: Path) -> Iterator[State]:
    state = State(tmp_path / "other").create()
    yield state
    processes.kill(process for part in processes.of_state(state).values() for process in part)


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def launch(state: State, part: str, command: list[str]) -> "processes.psutil.Process":
    return processes.launch(state, part, command, os.environ, state.logs / f"{part}.log")


def test_stop_ends_every_part_of_the_state_and_none_of_another(state: State, other: State) -> None:
    ours = [launch(state, part, SLEEPER) for part in ("supervisor", "scheduler", "api-server", "unheard-of")]
    theirs = launch(other, "scheduler", SLEEPER)
    assert services.stop(state)
    assert not any(processes.alive(process) for process in ours)
    assert processes.alive(theirs)


def test_stop_kills_a_scheduler_that_does_not_end_in_time(state: State) -> None:
    stubborn = launch(state, "scheduler", STUBBORN)
    told(state.logs / "scheduler.log")
    assert services.stop(state, patience=0.2)
    assert not processes.alive(stubborn)


def test_stop_where_nothing_runs_says_so(state: State) -> None:
    assert not services.stop(state)


def test_stop_ends_the_database_that_another_command_started(state: State) -> None:
    url = services.database(state)
    try:
        assert "revcycle" in url
        assert services.stop(state)
        assert not services.stop(state)
    finally:
        services.EmbeddedPostgres(state.postgres).remove()


def test_a_taken_port_is_named_with_the_way_out_and_nothing_is_started(state: State, taken: int) -> None:
    with pytest.raises(InputUnusable, match=rf"Port {taken} is taken by .*--port \d+"):
        services.start(state, taken, print)
    assert not any(processes.of_state(state).values())
    assert not state.postgres.exists()


def test_the_holder_of_a_port_is_named(taken: int) -> None:
    assert f"process {os.getpid()}" in str(ports.holder(taken))
    assert ports.holder(ports.free_above(taken)) is None


def test_another_revcycle_on_the_port_is_named_by_its_state(taken: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports.psutil.Process, "environ", lambda self: {"REVCYCLE_STATE": "/srv/clinic"})
    assert ports.holder(taken) == "the Revcycle of state /srv/clinic"
