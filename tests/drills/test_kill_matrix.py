"""Whatever is killed with -9 in the middle of a sweep, the night ends in success and with the same digest."""

import json
from collections.abc import Callable
from datetime import date

import psutil
import pytest

from revcycle.local import processes
from tests.drills.conftest import Practice
from tests.drills.crowd import Crowd
from tests.drills.running_state import DAG, DRILL, RunningState, finish, wait_until

pytestmark = DRILL
# Some fifteen chunks: a night of half a minute, in which each of the parts has its work.
ENCOUNTERS = 6000

Victims = Callable[[RunningState], list[psutil.Process]]
WATCHED: dict[str, Victims] = {
    "scheduler": lambda running: running.part("scheduler"),
    "leader of the scheduler": lambda running: running.part("scheduler")[:1],
    "dag-processor": lambda running: running.part("dag-processor"),
    "triggerer": lambda running: running.part("triggerer"),
    "api-server": lambda running: running.part("api-server"),
    "postmaster": lambda running: [running.postmaster()],
}


@pytest.fixture(scope="module")
def crowd(practice: Practice, tmp_path_factory: pytest.TempPathFactory) -> Crowd:
    folder = tmp_path_factory.mktemp("crowd")
    return Crowd(practice.running, folder, encounters=ENCOUNTERS, through=practice.day)


@pytest.mark.parametrize("victim", WATCHED)
def test_what_the_supervisor_watches_is_started_again_and_the_night_ends(
    victim: str, crowd: Crowd, running: RunningState, day: date
) -> None:
    wanted = crowd.bring_unswept()
    night = running.begin("night", "--date", day.isoformat())
    running.wait_for_sweep()
    kill(WATCHED[victim](running))

    finish(night)
    assert running.coders_digest() == wanted
    wait_until(lambda: healthy(running), seconds=120)


def test_a_killed_sweep_leaves_nothing_half_done_and_is_tried_again(
    crowd: Crowd, running: RunningState, day: date
) -> None:
    wanted = crowd.bring_unswept()
    night = running.begin("night", "--date", day.isoformat())
    kill([running.stopped_sweep()])

    finish(night)
    assert running.coders_digest() == wanted
    api = running.api()
    run = api.runs(DAG, day.isoformat())[-1]["dag_run_id"]
    sweeps = [task for task in api.task_instances(DAG, run) if task["task_id"] == "sweep"]
    assert sorted(task["try_number"] for task in sweeps)[-2:] == [1, 2]


def test_the_night_ends_without_a_supervisor_and_up_brings_it_back(
    crowd: Crowd, running: RunningState, day: date
) -> None:
    wanted = crowd.bring_unswept()
    night = running.begin("night", "--date", day.isoformat())
    running.wait_for_sweep()
    kill(running.part("supervisor"))

    finish(night)
    assert running.coders_digest() == wanted
    assert any("supervisor does not run" in trouble for trouble in status(running)["troubles"])
    running.up("--no-night")
    assert running.part("supervisor")


def test_up_recovers_and_ends_the_night_when_everything_was_killed_at_once(
    crowd: Crowd, running: RunningState, day: date
) -> None:
    wanted = crowd.bring_unswept()
    run = running.api().trigger(DAG, day.isoformat())
    running.wait_for_sweep()
    kill(running.processes())
    assert not running.processes()

    running.up()
    assert running.api().runs(DAG, day.isoformat())[-1]["dag_run_id"] == run, "the night under way was joined"
    assert running.coders_digest() == wanted
    assert healthy(running)


def kill(victims: list[psutil.Process]) -> None:
    assert victims
    processes.kill(victims)
    assert not any(map(processes.alive, victims))


def status(running: RunningState) -> dict[str, dict[str, dict[str, bool]]]:
    found: dict[str, dict[str, dict[str, bool]]] = json.loads(running.command("status", "--json")[0])
    return found


def healthy(running: RunningState) -> bool:
    return all(status(running)["airflow"]["healthy"].values())
