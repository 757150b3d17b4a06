"""The command `sweep --claims`: what it prints where, and its exit codes."""

import json
from pathlib import Path

import pytest

from revcycle.cli.main import main
from revcycle.foundation.state import State

COLUMNS = "claim_id,line,patient_id,date_from,place_of_service,procedure,units,charge,diagnoses,pointers,rendering_npi"
CLEAN = "C1,1,P1,2026-06-15,11,99213,1,100.00,I10,1,1234567893"


@pytest.fixture
def swept(stocked: State, tmp_path: Path):
    def sweep(rows: str, *options: str, header: str = COLUMNS) -> int:
        path = tmp_path / "claims.csv"
        path.write_text(f"{header}\n{rows}\n", encoding="utf-8")
        return main(["--state", str(stocked.root), "sweep", "--claims", str(path), *options])

    return sweep


def test_findings_are_json_lines_on_stdout_and_counts_on_stderr(swept, capsys):
    assert swept(CLEAN.replace(",11,", ",1,"), "--as-of", "2026-07-01", "--json") == 0
    out, err = capsys.readouterr()
    assert [json.loads(line)["rule"] for line in out.splitlines()] == ["place.unknown"]
    assert "place.unknown" in err
    assert err.count("not evaluated: ncci.mue_clinical, ncci.mue_day, ncci.mue_line") == 1


def test_a_clean_file_prints_nothing_on_stdout(swept, capsys):
    assert swept(CLEAN, "--as-of", "2026-07-01", "--json", "--fail-on", "block") == 0
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(("row", "code"), [(CLEAN.replace(",11,", ",1,"), 1), (CLEAN.replace(",1234567893", ","), 0)])
def test_fail_on_block_ends_with_1_only_where_a_finding_blocks(swept, capsys, row, code):
    assert swept(row, "--as-of", "2026-07-01", "--fail-on", "block") == code
    assert len(capsys.readouterr().out.splitlines()) == 1


def test_as_of_sets_the_day_of_judgement(swept, capsys):
    assert swept(CLEAN, "--as-of", "2026-06-14", "--json") == 0
    assert json.loads(capsys.readouterr().out)["rule"] == "line.dates"


def test_a_file_that_cannot_be_used_ends_with_2(swept, capsys):
    assert swept(CLEAN, header=COLUMNS.replace("units", "unit")) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "claims.csv: row 1 has unknown column 'unit'" in err
