"""The memory of everything that runs for a state, watched from outside."""

import subprocess
from contextlib import suppress

import psutil

from tests.drills.running_state import RunningState


def highest_mib(running: RunningState, command: "subprocess.Popen[str]") -> float:
    """The largest sum over all processes of a state, in MiB, looked at once a second until the command is over."""
    sums: list[float] = []
    while not sums or command.poll() is None:
        sums.append(sum(map(_proportional, running.processes())) / 2**20)
        with suppress(subprocess.TimeoutExpired):
            command.wait(1)
    return max(sums)


def _proportional(process: psutil.Process) -> int:
    """Pages that several processes share count for each of them by its part."""
    with suppress(psutil.NoSuchProcess):
        return int(process.memory_full_info().pss)
    return 0
