"""A backup that is older than the archive: nothing is sent until all is known again, and nothing is sent twice."""

import json
import re
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest

from revcycle.foundation.reference import ReleaseSet
from revcycle.foundation.state import State
from revcycle.local import simulator
from sample_practice import write_sample
from tests.drills.conftest import Practice, first_nights
from tests.drills.running_state import DRILL, RunningState, running_state

pytestmark = DRILL
BRINGS = re.compile(r"^  \./revcycle (intake .+ --source \S+ --into-sample)$", re.MULTILINE)
NUMBERS = {
    "ISA13": re.compile(r"^ISA(?:\*[^*~]*){12}\*(\d{9})\*"),
    "GS06": re.compile(r"~GS(?:\*[^*~]*){5}\*(\d+)\*"),
    "BHT03": re.compile(r"~BHT\*0019\*00\*(\w+)\*"),
    "CLM01": re.compile(r"~CLM\*(\w+)\*"),
}


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory, starter: tuple[State, ReleaseSet]) -> Iterator[Practice]:
    """A practice of its own, whose simulated clearinghouse forgets nothing."""
    with running_state(tmp_path_factory.mktemp("older") / "practice") as running:
        yield first_nights(running, starter)


def test_what_was_sent_after_a_backup_is_known_again_and_never_sent_again(practice: Practice, tmp_path: Path) -> None:
    running, day = practice.running, practice.day
    night = ("night", "--date", day.isoformat())
    file = tmp_path / "practice.backup"
    running.command("backup", str(file))
    before = sent(running)

    delivery = Delivery(running, tmp_path / "later", source="later", seed=2, through=day)
    delivery.hand_in()
    running.command(*night)
    wanted, known = facts(running), sent(running)
    assert all(len(known[name]) > len(before[name]) > 0 for name in NUMBERS)

    running.command("down")
    running.command("restore", str(file))
    running.up("--no-night")
    _, said = running.command(*night, code=1)
    assert "claim_submission.assemble" in said
    assert any(
        "./revcycle reconcile --apply" in log.read_text() for log in running.state.logs.rglob("*assemble*/*.log")
    )
    assert sent(running) == known

    report, _ = running.command("reconcile", code=1)
    brings = BRINGS.findall(report)
    assert brings, report
    for bring in brings:
        running.command(*bring.split())
    running.command("reconcile", "--apply")
    running.command(*night)
    assert facts(running) == wanted
    assert sent(running) == known

    Delivery(running, tmp_path / "new", source="new", seed=3, through=day).hand_in()
    running.command(*night)
    last = sent(running)
    assert all(set(known[name]) < set(last[name]) and set(last[name].values()) == {1} for name in NUMBERS)
    assert set(accepted(running).values()) == {1}


@dataclass(frozen=True)
class Delivery:
    """Encounters of a source of their own, and the people they are about."""

    running: RunningState
    folder: Path
    source: str
    seed: int
    through: date
    encounters: int = field(default=100, kw_only=True)

    def __post_init__(self) -> None:
        write_sample(self.folder, seed=self.seed, encounters=self.encounters, through=self.through)

    def hand_in(self) -> None:
        self.hand_in_people()
        self._load("charges.csv")

    def hand_in_people(self) -> None:
        self._load("patients.csv", "coverage.csv")

    def _load(self, *names: str) -> None:
        files = [str(self.folder / name) for name in names]
        self.running.command("intake", "--into-sample", "--source", self.source, *files)


def facts(running: RunningState) -> dict[str, str]:
    """The digest by kind, so that a difference has a name."""
    found: dict[str, str] = json.loads(running.command("digest", "--json")[0])
    return found


def sent(running: RunningState) -> dict[str, Counter[str]]:
    """How often each number came to the clearinghouse, from the files that it received."""
    files = [file.read_text("ascii") for file in (simulator.folder(running.state) / "received").iterdir()]
    return {name: Counter(one for data in files for one in number.findall(data)) for name, number in NUMBERS.items()}


def accepted(running: RunningState) -> Counter[str]:
    """How often the clearinghouse accepted each claim, by its own memory."""
    with closing(sqlite3.connect(simulator.folder(running.state) / "memory.sqlite")) as memory:
        return Counter(number for (number,) in memory.execute("SELECT number FROM claim WHERE accepted"))
