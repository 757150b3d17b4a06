"""A date run late, twice or in a backfill leaves the practice as one undisturbed sweep does."""

from datetime import date, timedelta
from pathlib import Path

import httpx

from revcycle.foundation.errors import ServiceUnavailable
from revcycle.local.airflow_api import OVER
from tests.drills.crowd import Crowd
from tests.drills.running_state import DAG, DRILL, RunningState, finish, wait_until

pytestmark = DRILL
DATES = 5
FOLLOWER = "claim_submission"


def test_a_backfill_of_five_dates_sweeps_what_is_left_and_a_second_one_changes_nothing(
    running: RunningState, day: date, tmp_path: Path
) -> None:
    wanted = Crowd(running, tmp_path, encounters=500, through=day).bring_unswept()
    dates = [(day - timedelta(days=before)).isoformat() for before in reversed(range(DATES))]
    all_in_success = [(date, "success") for date in dates]

    known = _over(running)
    assert backfill(running, dates) == all_in_success
    assert running.coders_digest() == wanted
    wait_until(lambda: _each_was_followed_once(running, known))
    finish(running.begin("night", "--date", day.isoformat()))  # until the clearinghouse has answered
    before, known = running.digest(), _over(running)
    assert backfill(running, dates) == all_in_success
    wait_until(lambda: _each_was_followed_once(running, known))
    assert running.coders_digest() == wanted
    assert running.digest() == before


def test_the_same_night_again_changes_nothing(running: RunningState, day: date) -> None:
    before = running.digest()

    for _ in range(2):
        finish(running.begin("night", "--date", day.isoformat()))
        assert running.digest() == before


def backfill(running: RunningState, dates: list[str]) -> list[tuple[str, str]]:
    """Backfill from the first to the last date over Airflow's REST interface; returns its runs' dates and ends."""
    api = running.api()
    known = {run["dag_run_id"] for run in _runs(running)}
    body = {
        "dag_id": DAG,
        "from_date": dates[0],
        "to_date": dates[-1],
        "reprocess_behavior": "completed",
        "max_active_runs": 2,
        "run_backwards": False,
        "dag_run_conf": {},
    }
    started: list[int] = []

    def accepted() -> bool:  # not while an earlier backfill is being closed
        try:
            started.append(api.call("POST", "/api/v2/backfills", json=body)["id"])
        except ServiceUnavailable as refusal:
            assert str(httpx.codes.CONFLICT.value) in str(refusal)
        return bool(started)

    wait_until(accepted, seconds=90)
    wait_until(lambda: bool(api.call("GET", f"/api/v2/backfills/{started[0]}")["completed_at"]))
    backfilled = [run for run in _runs(running) if run["dag_run_id"] not in known and run["run_type"] == "backfill"]
    return sorted((run["partition_key"], run["state"]) for run in backfilled)


def _runs(running: RunningState, dag_id: str = DAG) -> list[dict[str, str]]:
    query = {"order_by": "run_after", "limit": 100}
    found: list[dict[str, str]] = running.api().call("GET", f"/api/v2/dags/{dag_id}/dagRuns", params=query)["dag_runs"]
    return found


def _over(running: RunningState) -> set[str]:
    """The ids of the runs of both DAGs that are over."""
    runs = [*_runs(running), *_runs(running, FOLLOWER)]
    return {run["dag_run_id"] for run in runs if run["state"] in OVER}


def _each_was_followed_once(running: RunningState, known: set[str]) -> bool:
    """Whether nothing is under way, and each date has as many new submissions as it had new sweeps (the scheduler may
    have started one of its own)."""
    roots, followers = _runs(running), _runs(running, FOLLOWER)
    if any(run["state"] not in OVER for run in (*roots, *followers)):
        return False
    new = [
        sorted(run["partition_key"] for run in runs if run["dag_run_id"] not in known) for runs in (roots, followers)
    ]
    return new[0] == new[1]
