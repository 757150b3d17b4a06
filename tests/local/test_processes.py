"""Which processes belong to a state, and how they end."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from revcycle.foundation.state import State
from revcycle.local import processes
from tests.local.parts import PARENT, SLEEPER, STUBBORN, told, until


@pytest.fixture
def other(tmp_path: Path) -> State:
    return State(tmp_path / "other").create()


@pytest.fixture(autouse=True)
def nothing_is_left(state: State, other: State) -> Iterator[None]:
    yield
    for each in (state, other):
        processes.kill(process for part in processes.of_state(each).values() for process in part)


def launch(state: State, part: str, command: list[str], **variables: str) -> psutil.Process:
    return processes.launch(state, part, command, os.environ | variables, state.logs / f"{part}.log")


def test_a_part_is_found_by_its_state_and_its_name(state: State, other: State) -> None:
    here, there = launch(state, "one", SLEEPER), launch(other, "one", SLEEPER)
    assert processes.of_state(state) == {"one": [here]}
    assert processes.of_state(other) == {"one": [there]}


def test_a_program_of_the_user_in_the_same_environment_is_not_a_part(state: State) -> None:
    variables = os.environ | {processes.STATE_VARIABLE: str(state.root)}
    with subprocess.Popen(SLEEPER, env=variables, start_new_session=True) as users:
        try:
            assert not any(processes.of_state(state).values())
        finally:
            users.kill()


def test_a_child_that_threw_its_environment_away_is_found_by_its_session(state: State) -> None:
    parent = launch(state, "one", PARENT)
    child = int(told(state.logs / "one.log"))
    assert [process.pid for process in processes.of_state(state)["one"]] == [parent.pid, child]


def test_what_is_left_of_a_dead_part_has_no_leader(state: State) -> None:
    spawn = "import subprocess, sys; print(subprocess.Popen([sys.executable, *sys.argv[1:]]).pid, flush=True)"
    dead = launch(state, "one", [sys.executable, "-c", spawn, *SLEEPER[1:]])
    orphan = int(told(state.logs / "one.log"))
    assert dead.wait() == 0
    left = processes.of_state(state)["one"]
    assert [process.pid for process in left] == [orphan]
    assert processes.leader(left) is None


def test_a_part_that_does_not_listen_is_killed(state: State) -> None:
    stubborn = launch(state, "one", STUBBORN)
    told(state.logs / "one.log")
    processes.ask_to_end([stubborn])
    assert not processes.wait_for_end([stubborn], 0.3)
    processes.kill([stubborn])
    assert not processes.alive(stubborn)


def test_a_part_writes_to_its_log_alone_and_for_its_owner_alone(state: State) -> None:
    part = launch(state, "one", STUBBORN)
    told(state.logs / "one.log")
    log = state.logs / "one.log"
    standard = [Path(f"/proc/{part.pid}/fd/{number}").readlink() for number in range(3)]
    assert standard == [Path("/dev/null"), log, log]
    assert log.stat().st_mode & 0o777 == 0o600


def test_a_part_started_with_other_values_is_told_from_one_with_the_same(state: State) -> None:
    part = launch(state, "one", SLEEPER, COLOUR="red")
    assert until(lambda: part.environ().get("COLOUR") == "red")
    assert not processes.runs_otherwise(part, {"COLOUR": "red", "NOT_SET": None})
    assert processes.runs_otherwise(part, {"COLOUR": "blue"})
    assert processes.runs_otherwise(part, {"COLOUR": None})
