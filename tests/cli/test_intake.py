"""`./revcycle intake`: exit codes, what the terminal shows, and the sweep that follows."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from revcycle.cli.main import main
from revcycle.foundation.state import State
from tests.cycle.intake.delivery import PRACTICE, Row, a_coverage, a_line, a_patient, as_csv

TWICE = {"entered_on": "2026-07-02", "diagnoses": "E11.9;E11.9"}


@pytest.fixture
def practice(stocked: State, engine: Engine, database_url: str, monkeypatch: pytest.MonkeyPatch) -> State:
    """A state with the code sets, its practice database being the test's."""
    for name in ("REVCYCLE_DATABASE_URL", "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"):
        monkeypatch.setenv(name, database_url)
    stocked.practice_yaml.write_text(PRACTICE)
    return stocked


def intake(state: State, tmp_path: Path, *contents: list[Row], options: tuple[str, ...] = ()) -> int:
    files = []
    for number, rows in enumerate(contents):
        files.append(tmp_path / f"file{number}.csv")
        files[-1].write_text(as_csv(rows))
    return main(["intake", *map(str, files), "--state", str(state.root), *options])


def rows(engine: Engine, statement: str) -> list[tuple[Any, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(statement))]


def test_sound_files_go_in_and_what_changed_is_swept(
    practice: State, engine: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = [a_patient()], [a_coverage()], [a_line("E1", **TWICE), a_line("E2", entered_on="2026-07-02")]
    assert intake(practice, tmp_path, *files, options=("--json",)) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["encounters"] == {"new": 2, "changed": 0, "unchanged": 0, "quarantined": 0}
    assert report["sweep"]["encounters"] == 2
    assert report["work"]["opened"] >= 1
    assert ("icd10.duplicate",) in rows(engine, "SELECT rule FROM finding WHERE state = 'open'")
    assert intake(practice, tmp_path, *files, options=("--json",)) == 0
    again = json.loads(capsys.readouterr().out)
    assert again["encounters"]["unchanged"] == 2
    assert again["sweep"]["encounters"] == 0


def test_what_could_not_be_evaluated_is_said_as_the_sweep_says_it(
    practice: State, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    early = {"date_from": "2026-01-05", "entered_on": "2026-01-05"}
    lines = [a_line("E1", **early), a_line("E2", **early), a_line("E3", entered_on="2026-07-02")]
    assert intake(practice, tmp_path, [a_patient()], lines, options=("--json",)) == 0
    shown = capsys.readouterr()
    said = [line for line in shown.err.splitlines() if line.startswith("not evaluated: ")]
    assert [
        line for line in said if "ncci.mue_line for 2 claims with lines of 2026-01-05 to 2026-01-05: the mue" in line
    ]
    told = json.loads(shown.out)["sweep"]["not_evaluated"]
    [mue] = [entry for entry in told if "ncci.mue_line" in entry["rules"]]
    assert (mue["claims"], mue["first"], mue["last"]) == (2, "2026-01-05", "2026-01-05")
    assert mue["reason"].startswith("the mue table begins on ")
    swept = ["sweep", "--from", "2026-01-01", "--to", "2026-12-31", "--json", "--state", str(practice.root)]
    assert main(swept) == 0
    assert [line for line in capsys.readouterr().err.splitlines() if line.startswith("not evaluated: ")] == said


def test_a_finding_of_no_release_is_shown_without_one(
    practice: State, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    intake(practice, tmp_path, [a_patient()], [a_line("E1", **TWICE, procedure="00000")])
    capsys.readouterr()
    assert main(["work", "show", "1", "--state", str(practice.root)]) == 0
    shown = capsys.readouterr().out.splitlines()
    [own, *_] = [line for line in shown[shown.index("block icd10.duplicate on line 1 (open)") :] if "Source:" in line]
    assert "release" not in own
    assert [line for line in shown if "Source:" in line and "; release hcpcs" in line]


def test_the_sweep_can_be_left_to_the_night(practice: State, engine: Engine, tmp_path: Path) -> None:
    assert intake(practice, tmp_path, [a_patient()], [a_line(**TWICE)], options=("--no-sweep",)) == 0
    assert rows(engine, "SELECT count(*) FROM sweep_result") == [(0,)]


def test_what_is_quarantined_is_shown_with_its_value(
    practice: State, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    charges = [a_line("E1", date_from="07/04/2026"), a_line("E2", place_of_service="2")]
    assert intake(practice, tmp_path, [a_patient()], charges, options=("--no-sweep",)) == 1
    shown = capsys.readouterr()
    assert (
        "file1.csv: row 2: date_from: '07/04/2026': month and day may stand in either order; "
        "expected a date written YYYY-MM-DD (encounter 'E1' quarantined)\n"
    ) in shown.err
    assert "file1.csv: row 3: place_of_service: '2': read as 02" in shown.err
    assert "encounters 1 new, 0 changed, 0 unchanged, 1 quarantined" in shown.out


def test_many_problems_are_cut_short(practice: State, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    charges = [a_line(f"E{n}", units="x") for n in range(120)]
    assert intake(practice, tmp_path, [a_patient()], charges, options=("--no-sweep",)) == 1
    shown = capsys.readouterr().err
    assert shown.count("this is no number") == 21  # 20 rows, and the sum of the rest
    assert "file1.csv: and 100 more rows" in shown


def test_an_unusable_file_ends_with_2(practice: State, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert intake(practice, tmp_path, [a_patient() | {"colour": "vermilion"}]) == 2
    shown = capsys.readouterr()
    assert "file0.csv: row 1 has unknown column 'colour'" in shown.err
    assert (shown.out, "vermilion" in shown.err) == ("", False)


def test_the_sample_is_not_mixed_with_real_files_unless_asked(
    practice: State, engine: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    practice.sample_marker.write_text("{}")
    assert intake(practice, tmp_path, [a_patient()]) == 2
    assert "--into-sample" in capsys.readouterr().err
    assert rows(engine, "SELECT count(*) FROM patient") == [(0,)]
    assert intake(practice, tmp_path, [a_patient()], options=("--into-sample", "--source", "ehr")) == 0
    assert rows(engine, "SELECT source_system FROM patient") == [("ehr",)]


def test_without_settings_nothing_is_started(state: State, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert intake(state, tmp_path, [a_patient()]) == 2
    assert "practice.yaml: there is no such file; `./revcycle up --no-sample` writes one" in capsys.readouterr().err
    assert not state.postgres.exists()


def test_a_corrected_birth_date_alone_is_swept_at_once(practice: State, engine: Engine, tmp_path: Path) -> None:
    ages = "SELECT state FROM finding WHERE rule = 'icd10.age'"
    intake(practice, tmp_path, [a_patient()], [a_line(diagnoses="T76.12XD", pointers="1")])
    assert rows(engine, ages) == [("open",)]
    intake(practice, tmp_path, [a_patient(birth_date="2015-01-01")])
    assert rows(engine, ages) == [("fixed",)]


def test_what_is_in_quarantine_is_listed_until_it_is_mended(
    practice: State, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    listing = ["work", "quarantine", "--csv", "--state", str(practice.root)]
    intake(practice, tmp_path, [a_patient()], [a_line("E1", units="many"), a_line("E2")])
    capsys.readouterr()
    assert main(listing) == 0
    held = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    found = [(row["source"], row["kind"], row["subject"], row["file"], row["row"], row["field"]) for row in held]
    assert found == [("csv", "encounter", "E1", "file1.csv", "2", "units")]
    assert held[0]["found"] == "many" and held[0]["reason"] and held[0]["expected"]
    intake(practice, tmp_path, [a_patient()], [a_line("E1")])
    capsys.readouterr()
    assert main(listing) == 0
    assert list(csv.DictReader(io.StringIO(capsys.readouterr().out))) == []
