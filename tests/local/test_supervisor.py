"""The supervisor: what dies is started again, alone, and not faster and faster."""

import os
import sys
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

import pytest

from revcycle.foundation.state import State
from revcycle.local import processes, supervisor
from revcycle.local.health import supervisor_report
from revcycle.local.supervisor import Part, Supervisor, watch
from tests.local.parts import PARENT, SLEEPER, told

NOW = 1_000_000.0


@pytest.fixture
def supervise(state: State, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Supervisor]]:
    """A supervisor of harmless parts, whose databases are somebody else's."""
    monkeypatch.setenv("REVCYCLE_DATABASE_URL", "postgresql://elsewhere/practice")
    monkeypatch.setenv("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "postgresql://elsewhere/airflow")

    def make(unwell: Callable[[], Collection[str]] = tuple, **parts: list[str]) -> Supervisor:
        return Supervisor(state, parts, lambda: dict(os.environ), unwell)

    yield make
    processes.kill(process for part in processes.of_state(state).values() for process in part)


def pid(watched: Supervisor, name: str = "one") -> int:
    process = watched.parts[name].process
    assert process is not None
    return process.pid


def kill(watched: Supervisor, name: str = "one") -> None:
    process = watched.parts[name].process
    assert process is not None
    process.kill()
    assert processes.wait_for_end([process], 5)


def test_it_starts_every_part_once(supervise: Callable[..., Supervisor], state: State) -> None:
    watched = supervise(one=SLEEPER, two=SLEEPER)
    watched.look(NOW)
    first = {name: pid(watched, name) for name in ("one", "two")}
    watched.look(NOW + 1)
    living = processes.of_state(state)
    assert {name: [process.pid for process in living[name]] for name in first} == {n: [p] for n, p in first.items()}


def test_a_part_that_dies_is_started_again_at_once_and_the_others_go_on(supervise: Callable[..., Supervisor]) -> None:
    watched = supervise(one=SLEEPER, two=SLEEPER)
    watched.look(NOW)
    before = {name: pid(watched, name) for name in ("one", "two")}
    kill(watched)
    watched.look(NOW + 1)
    assert pid(watched) != before["one"]
    assert pid(watched, "two") == before["two"]


def test_what_is_left_of_a_dead_part_ends_before_its_next_start(
    supervise: Callable[..., Supervisor], state: State
) -> None:
    orphans_parent = [*PARENT[:2], PARENT[2].replace("env={}", "env=None")]
    watched = supervise(one=orphans_parent)
    watched.look(NOW)
    orphan = processes.psutil.Process(int(told(state.logs / "one.log")))
    kill(watched)
    assert processes.alive(orphan)
    watched.look(NOW + 1)
    assert not processes.alive(orphan)


def test_the_pause_before_a_start_doubles_up_to_a_minute_and_is_forgotten_after_ten() -> None:
    part, pauses = Part("one"), []
    for _ in range(8):
        part.died(NOW)
        pauses.append(part.not_before - NOW)
    assert pauses == [0, 2, 4, 8, 16, 32, 60, 60]
    part.died(NOW + supervisor.CRASH_LOOP_SECONDS)
    assert part.not_before == NOW + supervisor.CRASH_LOOP_SECONDS


def test_a_crash_loop_pauses_and_is_reported(supervise: Callable[..., Supervisor], state: State) -> None:
    watched = supervise(one=SLEEPER)
    for second in range(2):
        watched.look(NOW + second)
        kill(watched)
    watched.look(NOW + 2)
    assert watched.parts["one"].process is None
    assert supervisor_report(state)["one"] == {"deaths": 2, "next_start": "1970-01-12T13:46:44+00:00"}
    watched.look(NOW + 5)
    assert processes.alive(watched.parts["one"].process)
    assert supervisor_report(state)["one"]["next_start"] is None


def test_parts_outlive_their_supervisor_and_the_next_one_takes_them_over(supervise: Callable[..., Supervisor]) -> None:
    first = supervise(one=SLEEPER)
    first.look(NOW)
    second = supervise(one=SLEEPER)
    second.look(NOW + 1)
    assert pid(second) == pid(first)
    kill(second)
    second.look(NOW + 2)
    assert pid(second) != pid(first)


def test_when_the_state_folder_is_gone_everything_ends(
    supervise: Callable[..., Supervisor], state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "LOOK_SECONDS", 0.01)
    watched = supervise(one=SLEEPER)
    watched.look(NOW)
    part = watched.parts["one"].process
    assert not state.secrets_json.exists()
    watch(watched)
    assert not processes.alive(part)


def test_a_full_disk_does_not_end_the_supervisor(
    supervise: Callable[..., Supervisor], state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "LOOK_SECONDS", 0)
    watched = supervise()
    state.secrets_json.touch()
    looks: list[float] = []

    def look(now: float) -> None:
        looks.append(now)
        if len(looks) == 3:
            state.secrets_json.unlink()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(watched, "look", look)
    watch(watched)
    assert len(looks) == 3


def test_a_second_supervisor_of_a_state_ends_by_itself(state: State) -> None:
    command = [sys.executable, "-m", "revcycle.local.supervisor"]
    include = str(Path(supervisor.__file__).parents[2])
    with (state.root / "supervisor.lock").open("w") as lock:
        supervisor.fcntl.flock(lock, supervisor.fcntl.LOCK_EX)
        second = processes.launch(
            state, supervisor.PART, command, os.environ | {"PYTHONPATH": include}, state.logs / "supervisor.log"
        )
        assert second.wait(timeout=20) == 0
    assert "another supervisor" in (state.logs / "supervisor.log").read_text()


def look_unwell(watched: Supervisor, times: int, since: float = NOW) -> float:
    """Looks that each ask for the health of the parts; returns when the last one was."""
    now = since
    for _ in range(times):
        now += supervisor.ASK_SECONDS
        watched.look(now)
    return now


LOOKS_BEFORE_A_HANG = int(supervisor.HANG_SECONDS / supervisor.ASK_SECONDS)


def test_a_part_that_lives_but_is_long_unhealthy_is_started_anew(supervise: Callable[..., Supervisor]) -> None:
    watched = supervise(lambda: {"one"}, one=SLEEPER, two=SLEEPER)
    watched.look(NOW - 100 * supervisor.ASK_SECONDS)
    before = {name: pid(watched, name) for name in ("one", "two")}
    frozen = processes.psutil.Process(before["one"])
    frozen.suspend()
    now = look_unwell(watched, LOOKS_BEFORE_A_HANG)
    assert pid(watched) == before["one"]
    look_unwell(watched, 1, now)
    assert pid(watched) != before["one"]
    assert not processes.alive(frozen)
    assert pid(watched, "two") == before["two"]


def test_a_part_that_recovers_and_a_machine_that_slept_are_no_hang(supervise: Callable[..., Supervisor]) -> None:
    unwell = {"one"}
    watched = supervise(lambda: unwell, one=SLEEPER)
    watched.look(NOW - supervisor.ASK_SECONDS)
    before = pid(watched)
    now = look_unwell(watched, LOOKS_BEFORE_A_HANG - 1)
    unwell.clear()
    now = look_unwell(watched, 1, now)
    unwell.add("one")
    look_unwell(watched, LOOKS_BEFORE_A_HANG, now + 10 * supervisor.HANG_SECONDS)
    assert pid(watched) == before
