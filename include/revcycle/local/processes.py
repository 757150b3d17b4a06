"""Which processes belong to a part of a state, and how they are started and ended.

Every process of a part inherits two variables that name its state and its part, and stands in the part's session. A
process id from a file is never believed: it may be anybody's by now.
"""

import contextlib
import os
import subprocess
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import psutil

from revcycle.foundation.state import State

STATE_VARIABLE, PART_VARIABLE = "REVCYCLE_STATE", "REVCYCLE_PART"
Parts = dict[str, list[psutil.Process]]


def launch(
    state: State, part: str, command: Sequence[str], environment: Mapping[str, str], log: Path
) -> psutil.Process:
    """Start a part as the leader of a session of its own, holding nothing of the caller's input and output."""
    log.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    marked = {**environment, STATE_VARIABLE: str(state.root), PART_VARIABLE: part}
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        process = psutil.Popen(
            command, env=marked, cwd=state.root, stdin=subprocess.DEVNULL, stdout=descriptor, stderr=descriptor,
            start_new_session=True, umask=0o077,
        )  # fmt: skip
        _wait_for_marks(process)
        return process
    finally:
        os.close(descriptor)


def _wait_for_marks(process: psutil.Process) -> None:
    """A process that has just begun shows no environment yet: whoever looks then would start its part once more."""
    deadline = time.monotonic() + 2.0
    with contextlib.suppress(psutil.Error, OSError):
        while PART_VARIABLE not in process.environ() and time.monotonic() < deadline:
            time.sleep(0.001)


def of_state(state: State) -> Parts:
    """Every live process of a state by its part, the leader first; empty for a part of which nothing lives."""
    parts: Parts = defaultdict(list)
    sessions: dict[int, str] = {}
    unmarked = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.status() == psutil.STATUS_ZOMBIE:
                continue
            environment = process.environ()
            session = os.getsid(process.pid)
            if environment.get(STATE_VARIABLE) != str(state.root) or PART_VARIABLE not in environment:
                unmarked.append((session, process))
                continue
            parts[environment[PART_VARIABLE]].append(process)
            if session == process.pid:
                sessions[session] = environment[PART_VARIABLE]
    for session, process in unmarked:  # started by a part with an environment of its own choice
        if session in sessions:
            parts[sessions[session]].append(process)
    for processes in parts.values():
        processes.sort(key=lambda process: process.pid not in sessions)
    return parts


def leader(processes: Sequence[psutil.Process]) -> psutil.Process | None:
    """The first process of a part if it leads a session: without it the part is dead, whatever is left of it."""
    with contextlib.suppress(ProcessLookupError):
        if processes and os.getsid(processes[0].pid) == processes[0].pid:
            return processes[0]
    return None


def runs_otherwise(process: psutil.Process, wanted: Mapping[str, str | None]) -> bool:
    """Whether a process was started with other values of these variables (None: without it)."""
    with contextlib.suppress(psutil.Error):
        has = process.environ()
        return any(has.get(name) != value for name, value in wanted.items())
    return False


def alive(process: psutil.Process | None) -> bool:
    """Whether this very process still runs (a later one with its id does not count, nor does a zombie)."""
    with contextlib.suppress(psutil.NoSuchProcess):
        return process is not None and process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


def ask_to_end(processes: Iterable[psutil.Process]) -> None:
    """SIGTERM, never SIGINT: a process in the background may ignore that one."""
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.terminate()


def wait_for_end(processes: Iterable[psutil.Process], seconds: float) -> bool:
    """Whether all have ended within the time."""
    waiting, deadline = list(processes), time.monotonic() + seconds
    while waiting := [process for process in waiting if alive(process)]:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def kill(processes: Iterable[psutil.Process]) -> None:
    """SIGKILL, and wait until they are gone."""
    killed = list(processes)
    for process in killed:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    wait_for_end(killed, 10)
