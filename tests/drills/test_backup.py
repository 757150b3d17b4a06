"""One file holds a whole practice: restored elsewhere it is the same one, and goes on."""

import csv
import io
import stat
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from tests.drills.running_state import DRILL, RunningState, running_state

pytestmark = DRILL
UNREADABLE = """\
patient_id,last_name,first_name,birth_date,sex,address_1,city,state,zip
B1,Invented,Ada,1970-13-45,F,1 Specimen Lane,Sampleton,ME,03991
"""


@pytest.fixture
def second(tmp_path: Path) -> Iterator[RunningState]:
    with running_state(tmp_path / "second") as state:
        yield state


def test_a_backup_restored_elsewhere_is_the_same_practice_and_works_on(
    running: RunningState, second: RunningState, day: date, tmp_path: Path
) -> None:
    override_one_item(running)
    quarantine_one_patient(running, tmp_path)
    file = tmp_path / "practice.backup"
    running.command("backup", str(file))
    wanted = running.digest()

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    second.command("restore", str(file))
    assert second.digest() == wanted
    second.up("--no-night")
    second.command("night", "--date", day.isoformat())
    assert second.digest() == wanted
    assert counts(second) == counts(running)


def test_a_restore_into_a_state_whose_services_are_up_is_refused(running: RunningState, tmp_path: Path) -> None:
    before = running.digest()
    file = tmp_path / "practice.backup"
    running.command("backup", str(file))

    _, said = running.command("restore", str(file), code=2)
    assert "./revcycle down" in said
    assert running.digest() == before


def override_one_item(running: RunningState) -> None:
    items = list(csv.DictReader(io.StringIO(running.command("work", "list", "--csv")[0])))
    done = running.command("work", "override", items[0]["item"], "--by", "wren", "--reason", "As documented.")
    assert "closed" in done[0]


def quarantine_one_patient(running: RunningState, folder: Path) -> None:
    patients = folder / "patients.csv"
    patients.write_text(UNREADABLE)
    running.command("intake", "--into-sample", "--source", "backup", str(patients), code=1)


def counts(running: RunningState) -> list[object]:
    """Overridden findings, open items and quarantined subjects, so that an equal digest is not one of empty tables."""
    queries = (
        "SELECT count(*) FROM finding WHERE state = 'overridden'",
        "SELECT count(*) FROM work_item WHERE closed_at IS NULL",
        "SELECT count(*) FROM quarantine WHERE cleared_at IS NULL",
    )
    with running.practice() as connection:
        found = [connection.execute(query).fetchone() for query in queries]
    assert all(row and row[0] for row in found)
    return list(found)
