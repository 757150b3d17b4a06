"""Whatever is killed with -9 in the middle of a sweep, the night ends in success and with the same digest."""

from collections.abc import Callable
from datetime import date

import psutil
import pytest
from tests.drills.crowd import Crowd
from tests.drills.running_state import DAG, DRILL, RunningState, finish

from revcycle.local import processes

pytestmark = DRILL
# Enough for some fifteen chunks: a night of half a minute, in which each of the parts has its work.
ENCOUNTERS = 6000


@pytest.fixture(scope="module")
def crowd(practice: object, tmp_path_factory: pytest.TempPathFactory, day: date) -> Crowd:
    return Crowd(practice.running, tmp_path_factory.mktemp("crowd"), encounters=ENCOUNTERS, through=day)


Victims = Callable[[RunningState], list[psutil.Process]]
VICTIMS: dict[str, Victims] = {
    "scheduler": lambda running: running.part("scheduler"),
    "scheduler's leader": lambda running: running.part("scheduler")[:1],
    "dag-processor": lambda running: running.part("dag-processor"),
    "triggerer": lambda running: running.part("triggerer"),
    "api-server": lambda running: running.part("api-server"),
    "postmaster": lambda running: [running.postmaster()],
    "sweep": lambda running: [running.stopped_sweep()],
}


@pytest.mark.parametrize("victim", VICTIMS)
def test_a_night_ends_like_an_undisturbed_one_though_this_was_killed(
    victim: str, crowd: Crowd, running: RunningState, day: date
) -> None:
    wanted = crowd.bring_unswept()
    night = running.begin("night", "--date", day.isoformat())
    running.wait_for_sweep()
    killed = VICTIMS[victim](running)
    processes.kill(killed)
    finish(night)

    assert killed and not any(map(processes.alive, killed))
    assert running.digest() == wanted
    if victim == "sweep":
        assert max(task["try_number"] for task in last_tasks(running, day, "sweep")) > 1
    else:
        assert json_status(running)["healthy"], "the supervisor has started again what died"
