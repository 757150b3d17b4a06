"""A state that is really up: driven through the launcher as a user does it, watched from outside, ended for good."""

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import psycopg
import pytest

from revcycle.foundation.archive import Archive
from revcycle.foundation.reference import ReleaseSet
from revcycle.foundation.state import State
from revcycle.foundation.store.embedded import EmbeddedPostgres
from revcycle.local import processes
from revcycle.local.airflow_api import AirflowApi
from revcycle.local.databases import databases

LAUNCHER = Path(__file__).resolve().parents[2] / "revcycle"
# One worker runs all drills, one after the other: they share a state, and each of them fills the machine.
DRILL = [pytest.mark.slow, pytest.mark.xdist_group("drills")]
DAG = "code_validation"
PATIENCE_SECONDS = 600.0
SECONDS_TO_A_SWEEP = 120.0
# A chunk is swept under an advisory lock of two numbers, so whoever holds one is in the middle of a sweep.
SWEEPING = """
SELECT client_port FROM pg_locks JOIN pg_stat_activity USING (pid)
WHERE locktype = 'advisory' AND objsubid = 2 AND granted
"""

# The kinds of fact that intake and a sweep write; all others go on with the clearinghouse and the payers.
OF_CODERS = frozenset({"patient", "coverage", "encounter", "quarantine", "finding"})
CODERS_ITEMS = """
SELECT cause_id, credential, due_on, amount_cents FROM work_item
WHERE cause_kind = 'edits' AND closed_at IS NULL ORDER BY cause_id
"""


class RunningState:
    """One state folder with its services on a port of its own."""

    def __init__(self, root: Path, port: int) -> None:
        self.state = State(root)
        self.port = port

    def stock(self, starter: tuple[State, ReleaseSet]) -> None:
        """Put the code sets in place, as an earlier start would have left them."""
        source, releases = starter
        shelf = Archive(source.archive)
        for release in releases.releases:
            Archive(self.state.create().archive).put(shelf.path(release.sha256))
        self.state.reference_json.write_bytes(source.reference_json.read_bytes())

    def begin(self, *arguments: str) -> "subprocess.Popen[str]":
        """Start a command of the shell; its output goes into pipes."""
        return subprocess.Popen(
            [str(LAUNCHER), *arguments, "--state", str(self.state.root)],
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def command(self, *arguments: str, code: int = 0) -> tuple[str, str]:
        """Run a command to its end, and to the end of its pipes; returns stdout and stderr."""
        return finish(self.begin(*arguments), code)

    def up(self, *arguments: str) -> str:
        return self.command("up", "--port", str(self.port), "--json", *arguments)[0]

    def digest(self) -> str:
        return self.command("digest")[0].strip()

    def coders_digest(self) -> str:
        """What a sweep and its work come to; claims and money depend on what the others have answered by now."""
        kinds = json.loads(self.command("digest", "--json")[0])
        with self.practice() as connection:
            items = connection.execute(CODERS_ITEMS).fetchall()
        return repr((sorted((kind, value) for kind, value in kinds.items() if kind in OF_CODERS), items))

    def api(self) -> AirflowApi:
        return AirflowApi.of(self.state)

    def practice(self) -> "psycopg.Connection[tuple[object, ...]]":
        return psycopg.connect(databases(self.state).practice, autocommit=True)

    def metadata(self) -> "psycopg.Connection[tuple[object, ...]]":
        return psycopg.connect(databases(self.state).metadata, autocommit=True)

    def server(self) -> EmbeddedPostgres:
        return EmbeddedPostgres(self.state.postgres)

    def postmaster(self) -> psutil.Process:
        return psutil.Process(int((self.server().data / "postmaster.pid").read_text().splitlines()[0]))

    def part(self, name: str) -> list[psutil.Process]:
        """The processes of one part, its leader first."""
        return processes.of_state(self.state)[name]

    def processes(self) -> list[psutil.Process]:
        """Every process that lives for the state, PostgreSQL's too, which know nothing of the state themselves."""
        parts = [process for part in processes.of_state(self.state).values() for process in part]
        with suppress(psutil.Error, OSError):
            postmaster = self.postmaster()
            parts += [postmaster, *postmaster.children(recursive=True)]
        return [process for process in parts if processes.alive(process)]

    def wait_for_sweep(self) -> None:
        """Until a chunk is being swept."""
        with self.practice() as connection:
            wait_until(lambda: bool(connection.execute(SWEEPING).fetchone()), seconds=SECONDS_TO_A_SWEEP, pause=0.02)

    def stopped_sweep(self) -> psutil.Process:
        """A task process in the middle of its sweep, stopped there."""
        deadline = time.monotonic() + SECONDS_TO_A_SWEEP
        with self.practice() as connection:
            while time.monotonic() < deadline:
                for (port,) in connection.execute(SWEEPING).fetchall():
                    if process := self._client(port):
                        process.suspend()
                        if (port,) in connection.execute(SWEEPING).fetchall():
                            return process
                        process.resume()
                time.sleep(0.02)
        raise AssertionError("no sweep was caught in the middle")

    def end(self) -> None:
        """End everything and leave nothing behind, whatever became of it."""
        self.begin("down").communicate(timeout=120)
        processes.kill(self.processes())
        self.server().remove()
        shutil.rmtree(self.state.root, ignore_errors=True)

    def _client(self, port: object) -> psutil.Process | None:
        """The process at the other end of a database connection."""
        for connection in psutil.net_connections("tcp4"):
            if connection.laddr and connection.laddr[1] == port and connection.pid:
                with suppress(psutil.NoSuchProcess):
                    return psutil.Process(connection.pid)
        return None


@contextmanager
def running_state(root: Path) -> Iterator[RunningState]:
    """A state that may be brought up; it is ended and removed afterwards."""
    running = RunningState(root, free_port())
    try:
        yield running
    finally:
        running.end()


def finish(command: "subprocess.Popen[str]", code: int = 0) -> tuple[str, str]:
    """Wait for a command and for the end of its output, which whatever it started must not hold open."""
    try:
        out, said = command.communicate(timeout=PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        command.kill()
        raise
    assert command.returncode == code, said
    return out, said


def wait_until(holds: Callable[[], bool], *, seconds: float = PATIENCE_SECONDS, pause: float = 0.5) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"still not so after {seconds:.0f} s"
        time.sleep(pause)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _environment() -> dict[str, str]:
    """A user's own: nothing that a test has set for Airflow or Revcycle."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "REVCYCLE", "PYTHON"))}
