"""What everything that runs for a state holds together while a night is under way."""

import sys
from datetime import date
from pathlib import Path

import pytest

from tests.drills.crowd import Crowd
from tests.drills.memory import highest_mib
from tests.drills.running_state import DRILL, RunningState, finish

pytestmark = DRILL
LIMIT_MIB = 3 * 1024


def test_all_processes_of_a_night_together_stay_below_3_gib(
    running: RunningState, day: date, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Crowd(running, tmp_path, encounters=3000, through=day).bring_unswept()

    night = running.begin("night", "--date", day.isoformat())
    highest = highest_mib(running, night)
    finish(night)
    with capsys.disabled():
        sys.stderr.write(f"highest proportional set size of a night: {highest:.0f} MiB\n")
    assert 100 < highest < LIMIT_MIB
