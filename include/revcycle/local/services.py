"""Start, stop and look at everything that runs for one state."""

import contextlib
import fcntl
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from revcycle.foundation.errors import InputUnusable, ServiceUnavailable
from revcycle.foundation.state import State
from revcycle.foundation.store.embedded import EmbeddedPostgres
from revcycle.local import log_files, ports, processes, simulator, supervisor
from revcycle.local.airflow_api import ensure_pools
from revcycle.local.databases import METADATA_VARIABLE, PRACTICE_VARIABLE, start_databases
from revcycle.local.environment import AIRFLOW_PARTS, inherited, of_parts, of_supervisor, parts
from revcycle.local.health import wait_until_healthy
from revcycle.local.metadata import migrate
from revcycle.local.secrets import password_file, read_secrets, write_passwords
from revcycle.local.settings import ADMIN, Role, Settings, read_settings, write_settings

SCHEDULER = "scheduler"
PATIENCE_SECONDS = 30.0  # of `stop` with the tasks under way: a task that is killed is done again by the next start
Report = Callable[[str], None]


@dataclass(frozen=True)
class Services:
    """Where what runs is reached. `practice_url` has the password in it."""

    url: str
    practice_url: str
    user: str
    password_file: Path


def start(
    state: State, port: int | None, report: Report, *, time_zone: str = "", users: Mapping[str, Role] | None = None
) -> Services:
    """Start what does not run, restart what runs with other settings, and wait until all of it is healthy.

    `port`, `time_zone` and `users` (with their role) stay what they were where they are not given.

    Raises: InputUnusable for a taken port; ServiceUnavailable, after everything was ended again, with the log's path.
    """
    with _only_one(state):
        before = read_settings(state)
        runs = bool(processes.of_state(state)[simulator.PART])
        simulated = simulator.choose_port(state, before.simulator_port, runs=runs)
        settings = Settings(port or before.port, time_zone or before.time_zone, users or before.users, simulated)
        secrets = read_secrets(state)
        if not _has_api_on(state, settings.port):
            _refuse_taken_port(settings.port)
        database = start_databases(state, report)
        write_settings(state, settings)
        write_passwords(state, settings.users)
        log_files.tidy(state, database.server)
        wanted = of_parts(state, settings, secrets, database)
        _end_what_runs_otherwise(state, wanted, report)
        report("Preparing Airflow's database ...")
        migrate(state, database.metadata, inherited() | wanted)
        _start_supervisor(state)
        try:
            wait_until_healthy(state, settings.url, report)
        except ServiceUnavailable:
            stop(state, report, patience=0)
            raise
        ensure_pools(state)
        return Services(settings.url, database.practice, ADMIN, password_file(state))


def database(state: State, report: Report = lambda _: None) -> str:
    """The practice database's URL, password included; starts PostgreSQL (and nothing else) when it is down."""
    return start_databases(state, report).practice


def stop(state: State, report: Report = lambda _: None, *, patience: float = PATIENCE_SECONDS) -> bool:
    """End everything of this state and nothing else; returns whether anything ran.

    The supervisor first, or it would start the rest again; then the scheduler, which waits for its tasks; the API last,
    through which tasks report. Whatever is left after `patience` seconds is killed, an idle triggerer after 3 already:
    it takes 12 to end and leaves nothing undone.
    """
    server = EmbeddedPostgres(state.postgres)
    living = processes.of_state(state)
    anything = any(living.values()) or server.running()
    if any(living.values()):
        report("Ending the supervisor and Airflow's parts ...")
    for name, seconds in ((supervisor.PART, 5.0), (SCHEDULER, patience)):
        _end_politely([name], state, seconds)
    _end_politely([name for name in AIRFLOW_PARTS if name != SCHEDULER], state, min(patience, 3.0))
    processes.kill(process for part in processes.of_state(state).values() for process in part)
    if server.running():
        report("Ending PostgreSQL ...")
    server.stop()
    return anything


def _end_politely(names: list[str], state: State, seconds: float) -> None:
    """SIGTERM to the leaders alone: a leader ends its own children, and tasks shall be waited for."""
    living = processes.of_state(state)
    leaders = [found for name in names if (found := processes.leader(living[name]))]
    processes.ask_to_end(leaders)
    processes.wait_for_end(leaders, seconds)


def _has_api_on(state: State, port: int) -> bool:
    return read_settings(state).port == port and bool(processes.of_state(state)["api-server"])


def _refuse_taken_port(port: int) -> None:
    if taken_by := ports.holder(port):
        free = ports.free_above(port)
        raise InputUnusable(f"Port {port} is taken by {taken_by}; name a free one: ./revcycle up --port {free}.")


def _end_what_runs_otherwise(state: State, wanted: Mapping[str, str | None], report: Report) -> None:
    """Parts that were started with other settings, an older checkout or the database's last port."""
    given = {name: os.environ.get(name) for name in (PRACTICE_VARIABLE, METADATA_VARIABLE)}
    wanted_of = dict.fromkeys(parts(state, read_settings(state)), wanted) | {
        supervisor.PART: of_supervisor(state) | given
    }
    living = processes.of_state(state)
    if any(processes.runs_otherwise(process, wanted_of[part]) for part in wanted_of for process in living[part][:1]):
        report("The settings have changed; ending Airflow's parts ...")
        for name in (supervisor.PART, SCHEDULER):
            _end_politely([name], state, PATIENCE_SECONDS)
        processes.kill(process for part in processes.of_state(state).values() for process in part)


def _start_supervisor(state: State) -> None:
    if not processes.leader(processes.of_state(state)[supervisor.PART]):
        supervisor.report_file(state).unlink(missing_ok=True)
        command = [sys.executable, "-P", "-m", "revcycle.local.supervisor"]
        surroundings = inherited() | of_supervisor(state)
        processes.launch(state, supervisor.PART, command, surroundings, log_files.part_log(state, supervisor.PART))


@contextlib.contextmanager
def _only_one(state: State) -> Iterator[None]:
    """Two calls of `up` at once: the second finds everything running."""
    with (state.create().root / "up.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
