"""Starts again what has died or hangs: PostgreSQL, then Airflow's parts, each after the end of all that was left of it.

Scheduler, dag-processor and triggerer end themselves when PostgreSQL is away for some seconds; executor workers and
tasks of a scheduler that was killed work on as orphans beside their own retries until somebody ends them. A process
of its own (`python -m revcycle.local.supervisor`), itself started again by `up`.
"""

import contextlib
import fcntl
import json
import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import TypedDict

import psutil

from revcycle.foundation.errors import ServiceUnavailable
from revcycle.foundation.state import State
from revcycle.local import log_files, processes
from revcycle.local.databases import databases
from revcycle.local.environment import inherited, of_parts, parts
from revcycle.local.monitor import ask
from revcycle.local.secrets import read_secrets, write_private
from revcycle.local.settings import read_settings

PART = "supervisor"
LOOK_SECONDS, TIDY_SECONDS = 1.0, 60.0
CRASH_LOOP_SECONDS = 600.0  # deaths within this time count towards the pause before the next start
LONGEST_PAUSE_SECONDS = 60.0
ASK_SECONDS = 15.0
HANG_SECONDS = 240.0  # a live part may be unhealthy for as long as `up` waits for a start; beyond that it hangs

log = logging.getLogger(PART)
Command = Sequence[str]


class PartReport(TypedDict):
    """How often a part died within the last ten minutes, and when it is started next (ISO; None: it runs)."""

    deaths: int
    next_start: str | None


Report = dict[str, PartReport]


@dataclass
class Part:
    """One part: its process, when it died lately, not before when it may be started again, and how often in a row it
    was found unhealthy."""

    name: str
    process: psutil.Process | None = None
    deaths: list[float] = field(default_factory=list)
    not_before: float = 0.0
    unwell: int = 0

    def died(self, now: float) -> None:
        """The first death of the last ten minutes costs no pause; each further one doubles it."""
        self.process = None
        self.deaths = [*(death for death in self.deaths if now - death < CRASH_LOOP_SECONDS), now]
        pause = min(2.0 ** (len(self.deaths) - 1), LONGEST_PAUSE_SECONDS) if len(self.deaths) > 1 else 0.0
        self.not_before = now + pause


class Supervisor:
    """Watches the parts of one state. `look` does one round and may be called at any time.

    `unwell` names the parts that are known not to be healthy.
    """

    def __init__(
        self,
        state: State,
        parts: Mapping[str, Command],
        surroundings: Callable[[], dict[str, str]],
        unwell: Callable[[], Collection[str]],
    ) -> None:
        self.state = state
        self.commands = parts
        self.surroundings = surroundings
        self.unwell = unwell
        self.asked = 0.0
        self.server = databases(state).server
        self.parts = {name: Part(name) for name in parts}
        self.postgres = Part("postgres")
        self.port = self.server.port if self.server else 0
        self.reported: Report = {}
        self._adopt()

    def look(self, now: float) -> None:
        """Start what is dead and may be started; the database first, because the parts end without it."""
        if self._database_runs(now):
            self._end_what_hangs(now)
            for part in self.parts.values():
                self._look_after(part, now)
        self._write_report(now)

    def end(self) -> None:
        """End every part and the database."""
        processes.kill(process for name in self.parts for process in processes.of_state(self.state)[name])
        if self.server:
            self.server.stop()

    def _adopt(self) -> None:
        """Parts that outlived the last supervisor go on."""
        living = processes.of_state(self.state)
        for part in self.parts.values():
            part.process = processes.leader(living[part.name])
            if part.process:
                log.info("%s goes on as process %d", part.name, part.process.pid)

    def _database_runs(self, now: float) -> bool:
        if self.server is None or self.server.running():
            return True
        if now < self.postgres.not_before:
            return False
        log.warning("PostgreSQL is away; starting it")
        self.postgres.died(now)
        try:
            self.server.start()
        except ServiceUnavailable as problem:
            log.error("%s", problem)
            return False
        if self.port != self.server.port:
            log.warning("another program has taken PostgreSQL's port; all parts start again with the new one")
            self.port = self.server.port
            for part in self.parts.values():
                self._clear(part)
        return True

    def _end_what_hangs(self, now: float) -> None:
        """A process that is stopped or deadlocked never dies. Looks are counted, not seconds: a machine that slept
        finds every part unhealthy when it wakes."""
        if now - self.asked < ASK_SECONDS:
            return
        self.asked = now
        unwell = self.unwell()
        for part in self.parts.values():
            part.unwell = part.unwell + 1 if part.name in unwell and processes.alive(part.process) else 0
            if part.process and part.unwell * ASK_SECONDS > HANG_SECONDS:
                log.warning(
                    "%s hangs: unhealthy for %.0f s though its process lives; ending it", part.name, HANG_SECONDS
                )
                processes.kill([part.process])
                part.unwell = 0

    def _look_after(self, part: Part, now: float) -> None:
        if processes.alive(part.process):
            return
        if part.process is not None:
            code = self._exit_code(part.process)
            part.died(now)
            pause = part.not_before - now
            log.warning("%s ended (%s); next start in %.0f s", part.name, code, pause)
        if now >= part.not_before:
            self._clear(part)
            where = log_files.part_log(self.state, part.name)
            part.process = processes.launch(self.state, part.name, self.commands[part.name], self.surroundings(), where)
            log.info("%s started as process %d", part.name, part.process.pid)

    def _clear(self, part: Part) -> None:
        """Nothing of an earlier process of this part works on."""
        processes.kill(processes.of_state(self.state)[part.name])
        part.process = None

    @staticmethod
    def _exit_code(process: psutil.Process) -> str:
        with contextlib.suppress(psutil.Error):
            return f"exit code {process.wait(timeout=0)}"
        return "adopted, exit code unknown"

    def _write_report(self, now: float) -> None:
        """What `status` and a waiting `up` read."""
        report: Report = {
            part.name: {
                "deaths": sum(now - death < CRASH_LOOP_SECONDS for death in part.deaths),
                "next_start": datetime.fromtimestamp(part.not_before, UTC).isoformat()
                if part.not_before > now
                else None,
            }
            for part in (self.postgres, *self.parts.values())
        }
        if report != self.reported:
            write_private(report_file(self.state), json.dumps(report, indent=1))
            self.reported = report


def report_file(state: State) -> Path:
    """How often each part died within the last ten minutes, and when it is started next, as JSON."""
    return state.root / "supervisor.json"


def main() -> int:
    """Run until told to end (the parts go on), or until the state folder is gone (nothing goes on)."""
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.Formatter.converter = time.gmtime
    logging.getLogger("httpx").setLevel(logging.WARNING)  # a line a request
    state = State(Path(os.environ[processes.STATE_VARIABLE]))
    with (state.root / "supervisor.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            log.info("another supervisor of this state is at work")
            return 0
        signal.signal(signal.SIGTERM, _end)
        wanted = parts(state, read_settings(state))
        watch(Supervisor(state, wanted, lambda: _surroundings(state), lambda: ask(read_settings(state).url).unwell))
    return 0


def watch(supervisor: Supervisor) -> None:
    """Look every second, for as long as the state folder is there."""
    tidied = 0.0
    while supervisor.state.secrets_json.exists():
        now = time.time()
        try:
            supervisor.look(now)
            if now - tidied > TIDY_SECONDS:
                tidied = now
                log_files.tidy(supervisor.state, supervisor.server)
        except OSError as problem:  # a full disk, no memory for a process: it may be over at the next look
            log.error("%s", problem)
        time.sleep(LOOK_SECONDS)
    log.warning("the state folder is gone; ending everything")
    supervisor.end()


def _surroundings(state: State) -> dict[str, str]:
    return inherited() | of_parts(state, read_settings(state), read_secrets(state), databases(state))


def _end(number: int, frame: FrameType | None) -> None:
    raise SystemExit(0)


if __name__ == "__main__":
    sys.exit(main())
