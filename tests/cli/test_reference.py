"""`./revcycle reference`."""

import argparse
import json
from datetime import date
from pathlib import Path

import pytest

from revcycle.cli import reference
from revcycle.foundation.reference import Release, ReleaseSet, read_projection
from revcycle.foundation.reference.projection import write_projection
from revcycle.foundation.state import State

RELEASE = Release("hcpcs", "any", "2026Q2", date(2019, 7, 1), date(2026, 6, 30), "a" * 64, 21_151)


def call(state: State, *words: str) -> int:
    """Parse the words as the launcher does, and run what they name."""
    common = argparse.ArgumentParser(add_help=False)
    parser = argparse.ArgumentParser()
    reference.add_parser(parser.add_subparsers(), common)
    arguments = parser.parse_args(["reference", *words])
    code = arguments.run(arguments, state)
    assert isinstance(code, int)
    return code


def test_list_prints_each_release_with_its_age(state: State, capsys: pytest.CaptureFixture[str]) -> None:
    write_projection(state, ReleaseSet((RELEASE,)))

    assert call(state, "list", "--as-of", "2026-07-10") == 0

    header, row = capsys.readouterr().out.splitlines()
    assert header.split("  ")[0] == "source"
    assert row.split() == ["hcpcs", "any", "2026Q2", "2019-07-01", "2026-06-30", "21151", "10"]


def test_list_as_json_prints_json_only(state: State, capsys: pytest.CaptureFixture[str]) -> None:
    write_projection(state, ReleaseSet((RELEASE,)))

    assert call(state, "list", "--json", "--as-of", "2026-06-30") == 0

    captured = capsys.readouterr()
    assert json.loads(captured.out) == [{**RELEASE.as_json(), "age_days": 0}]
    assert captured.err == ""


def test_load_says_what_became_of_each_file(state: State, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "icd10cm_order_2028.txt"
    file.write_text("00001 A00     0 x\n00002 A000    1 x\n")

    assert [call(state, "load", str(file)) for _ in range(2)] == [0, 0]

    said = capsys.readouterr().out.splitlines()
    assert said[0] == "icd10cm_order_2028.txt: icd10cm any FY2028, 1 rows, loaded"
    assert said[-1] == "icd10cm_order_2028.txt: icd10cm_header any FY2028, 1 rows, unchanged"
    assert len(read_projection(state).releases) == 2


def test_starter_shows_and_records_the_notice(stocked: State, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(stocked, "starter") == 0

    captured = capsys.readouterr()
    assert "American Medical Association" in captured.err
    assert captured.out.startswith("9 releases, ")
    assert (stocked.root / "notice.json").exists()
