"""One business date through the chain on the running Airflow."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from revcycle.foundation.errors import InputUnusable, ServiceUnavailable
from revcycle.foundation.state import State
from revcycle.local import processes
from revcycle.local.airflow_api import AirflowApi, Json
from revcycle.local.settings import read_settings

CHAIN = ("code_validation",)
LONGEST_SECONDS = 4 * 3600.0
SUCCESS = "success"
Watch = Callable[[str, int, int], None]
"""Called with the DAG, its finished and all its known task instances."""


@dataclass(frozen=True)
class Night:
    """How the runs of a date ended: the state of each DAG, the names of failed tasks, and the seconds it took."""

    states: dict[str, str]
    failed: tuple[str, ...]
    seconds: float

    @property
    def succeeded(self) -> bool:
        return all(state == SUCCESS for state in self.states.values())


def last_business_date(state: State, now: datetime) -> date:
    """Yesterday in the practice's time zone: the last date that is over."""
    today = now.astimezone(ZoneInfo(read_settings(state).time_zone)).date()
    return date.fromordinal(today.toordinal() - 1)


def run_night(state: State, day: date, *, now: datetime, watch: Watch) -> Night:
    """Run the date's chain, or join a run of it that is under way, and wait for its end.

    Raises: InputUnusable for a date that is not over; ServiceUnavailable when Airflow does not answer.
    """
    if not any(processes.of_state(state).values()):
        raise ServiceUnavailable(f"Airflow is not running for {state.root}; start it with ./revcycle up.")
    last = last_business_date(state, now)
    if day > last:
        raise InputUnusable(f"--date {day}: the day is not over in the practice's time zone; the last one is {last}.")
    began = time.monotonic()
    api = AirflowApi.of(state)
    states: dict[str, str] = {}
    failed: list[str] = []
    for dag_id in CHAIN:
        api.wait_for_dag(dag_id)
        run_id = api.trigger_or_join(dag_id, day.isoformat())
        states[dag_id] = api.wait(dag_id, run_id, seconds=LONGEST_SECONDS, watch=_watching(dag_id, watch))
        failed += [
            f"{dag_id}.{task['task_id']}" for task in api.task_instances(dag_id, run_id) if task["state"] == "failed"
        ]
    return Night(states, tuple(dict.fromkeys(failed)), time.monotonic() - began)


def _watching(dag_id: str, watch: Watch) -> Callable[[list[Json]], None]:
    def look(tasks: list[Json]) -> None:
        states = Counter(task["state"] for task in tasks)
        done = sum(states[state] for state in (SUCCESS, "failed", "skipped", "upstream_failed"))
        watch(dag_id, done, len(tasks))

    return look
