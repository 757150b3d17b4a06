"""One business date through the chain on the running Airflow."""

import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import text

from revcycle.foundation.errors import InputUnusable, ServiceUnavailable
from revcycle.foundation.state import State
from revcycle.local import processes, simulator
from revcycle.local.airflow_api import AirflowApi, Json
from revcycle.local.practice import practice_engine
from revcycle.local.settings import read_settings

ROOT = "code_validation"
ANNOUNCES = "verify"  # the task of ROOT whose success starts the followers
FOLLOWERS = ("claim_submission",)
GATHERS = "acknowledgments"
AFTERWARDS = (
    "remittance_posting",
    "timely_filing",
)  # roots of their own that a night by hand starts too, one after the other
LONGEST_SECONDS = 4 * 3600.0
FOLLOWS_WITHIN_SECONDS = 90.0
SAMPLE_ROUNDS, SAMPLE_PAUSE_SECONDS = 8, 4.0  # the simulated clearinghouse answers within seconds, no real one does
SUCCESS = "success"
AWAITED = "SELECT count(*) FROM expected_answer WHERE met_by IS NULL AND kind <> '835'"
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

    def __add__(self, later: "Night") -> "Night":
        """Two nights as one: every DAG by its worst end."""
        states = self.states | {
            dag: end for dag, end in later.states.items() if self.states.get(dag, SUCCESS) == SUCCESS
        }
        failed = tuple(dict.fromkeys((*self.failed, *later.failed)))
        return Night(states, failed, self.seconds + later.seconds)


def last_business_date(state: State, now: datetime) -> date:
    """Yesterday in the practice's time zone: the last date that is over."""
    today = now.astimezone(ZoneInfo(read_settings(state).time_zone)).date()
    return date.fromordinal(today.toordinal() - 1)


def run_night(state: State, day: date, *, now: datetime, watch: Watch, at: datetime | None = None) -> Night:
    """Run the date's chain, or join a run of it that is under way, and wait for its end.

    `at` is the instant that every step takes for now, when nights are played one after the other.
    Raises: InputUnusable for a date that is not over; ServiceUnavailable when Airflow does not answer.
    """
    if not any(processes.of_state(state).values()):
        raise ServiceUnavailable(f"Airflow is not running for {state.root}; start it with ./revcycle up.")
    last = last_business_date(state, now)
    if day > last:
        raise InputUnusable(f"--date {day}: the day is not over in the practice's time zone; the last one is {last}.")
    began = time.monotonic()
    chain = _Chain(AirflowApi.of(state), day.isoformat(), {"now": at.isoformat()} if at else {}, watch)
    with simulator.playing(state, at):
        chain.root()
        for dag_id in FOLLOWERS:
            chain.follower(dag_id)
        for _ in range(SAMPLE_ROUNDS if simulator.belongs(state) else 1):
            chain.alone(GATHERS)
            if not _awaits_answers(state):
                break
            time.sleep(SAMPLE_PAUSE_SECONDS)
        for dag_id in AFTERWARDS:
            chain.keyed(dag_id)
    return Night(chain.states, tuple(dict.fromkeys(chain.failed)), time.monotonic() - began)


@dataclass(frozen=True)
class Gathered:
    """How a run of `acknowledgments` ended, and the names of its failed tasks."""

    state: str
    failed: tuple[str, ...]


def gather(state: State, *, watch: Watch, since: datetime | None = None) -> Gathered:
    """Let the running Airflow look into the mailboxes; with `since` also at what was seen before and changed since.

    Raises: ServiceUnavailable when Airflow does not answer.
    """
    chain = _Chain(AirflowApi.of(state), "", {"since": since.isoformat()} if since else {}, watch)
    chain.alone(GATHERS)
    return Gathered(chain.states[GATHERS], tuple(dict.fromkeys(chain.failed)))


@dataclass
class _Chain:
    """The runs of one business date, one DAG after the other."""

    api: AirflowApi
    key: str
    conf: Mapping[str, str]
    watch: Watch
    states: dict[str, str] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)
    began: str = ""
    announced: bool = False

    def root(self) -> None:
        self.api.wait_for_dag(ROOT)
        run_id = self.api.trigger_or_join(ROOT, self.key, self.conf)
        self.began = self.api.run(ROOT, run_id)["run_after"]
        tasks = self._wait(ROOT, run_id)
        self.announced = any(task["task_id"] == ANNOUNCES and task["state"] == SUCCESS for task in tasks)

    def follower(self, dag_id: str) -> None:
        """The run that the root's event has started; none where the root announced nothing."""
        if not self.announced:
            return
        deadline = time.monotonic() + FOLLOWS_WITHIN_SECONDS
        while not (runs := self.api.runs_since(dag_id, self.key, self.began)):
            if time.monotonic() > deadline:
                self.states[dag_id] = "not started"
                return
            time.sleep(0.5)
        self._wait(dag_id, runs[-1]["dag_run_id"])

    def alone(self, dag_id: str) -> None:
        """A run of a DAG that follows nothing and has no key; only its last one counts."""
        self.api.wait_for_dag(dag_id)
        self.failed = [name for name in self.failed if not name.startswith(f"{dag_id}.")]
        self._wait(dag_id, self.api.trigger(dag_id, None, self.conf))

    def keyed(self, dag_id: str) -> None:
        """A run of the date of a DAG that follows nothing."""
        self.api.wait_for_dag(dag_id)
        self._wait(dag_id, self.api.trigger_or_join(dag_id, self.key, self.conf))

    def _wait(self, dag_id: str, run_id: str) -> list[Json]:
        state = self.api.wait(dag_id, run_id, seconds=LONGEST_SECONDS, watch=_watching(dag_id, self.watch))
        tasks = self.api.task_instances(dag_id, run_id)
        self.states[dag_id] = state
        self.failed += [f"{dag_id}.{task['task_id']}" for task in tasks if task["state"] == "failed"]
        return tasks


def _awaits_answers(state: State) -> bool:
    with practice_engine(state).connect() as connection:
        return bool(connection.execute(text(AWAITED)).scalar_one())


def _watching(dag_id: str, watch: Watch) -> Callable[[list[Json]], None]:
    def look(tasks: list[Json]) -> None:
        states = Counter(task["state"] for task in tasks)
        done = sum(states[state] for state in (SUCCESS, "failed", "skipped", "upstream_failed"))
        watch(dag_id, done, len(tasks))

    return look
