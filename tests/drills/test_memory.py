"""What everything that runs for a state holds together while a night is under way."""

import subprocess
import sys
from contextlib import suppress
from datetime import date
from pathlib import Path

import psutil
import pytest

from tests.drills.crowd import Crowd
from tests.drills.running_state import DRILL, RunningState, finish

pytestmark = DRILL
LIMIT_MIB = 3 * 1024


def test_all_processes_of_a_night_together_stay_below_3_gib(
    running: RunningState, day: date, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Crowd(running, tmp_path, encounters=3000, through=day).bring_unswept()

    night = running.begin("night", "--date", day.isoformat())
    highest = max(watched(running, night))
    finish(night)
    with capsys.disabled():
        sys.stderr.write(f"highest proportional set size of a night: {highest:.0f} MiB\n")
    assert 100 < highest < LIMIT_MIB


def watched(running: RunningState, night: "subprocess.Popen[str]") -> list[float]:
    """Sums in MiB, one a second until the night is over."""
    sums = []
    while not sums or night.poll() is None:
        sums.append(sum(map(_proportional, running.processes())) / 2**20)
        with suppress(subprocess.TimeoutExpired):
            night.wait(1)
    return sums


def _proportional(process: psutil.Process) -> int:
    """Pages that several processes share count for each of them by its part."""
    with suppress(psutil.NoSuchProcess):
        return int(process.memory_full_info().pss)
    return 0
