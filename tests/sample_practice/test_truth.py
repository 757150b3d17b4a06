"""The truth file of a sample against the oracle: what is named there is found, and nothing else is."""

import json
from datetime import date
from pathlib import Path

import pytest

from revcycle.foundation.reference import ReleaseSet
from revcycle.foundation.state import State
from sample_practice import write_sample
from tests.oracles.intake_files import charge_lines, filing_limits, judged_as_of, unlisted
from tests.oracles.sweep import judge
from tests.oracles.tables import tables_of

Key = tuple[str, str, tuple[str, ...]]

# After the newest tables, with October's new diagnoses in the eight weeks; a leap day; a year's turn.
SAMPLES = ((1, date(2026, 11, 23)), (2, date(2026, 10, 20)), (3, date(2024, 3, 20)), (4, date(2022, 2, 1)))


@pytest.mark.parametrize(("seed", "through"), SAMPLES)
def test_the_oracle_finds_what_the_truth_file_names_and_nothing_else(
    seed: int, through: date, tmp_path: Path, starter: tuple[State, ReleaseSet]
) -> None:
    write_sample(tmp_path, seed=seed, encounters=2000, through=through)
    state, releases = starter
    tables = tables_of(releases, state.archive)

    today = judged_as_of(tmp_path).__getitem__
    found = judge(charge_lines(tmp_path), tables, today, filing_limits(tmp_path)) + unlisted(tmp_path)

    truth = _truth(tmp_path)
    assert {(f["rule"], f["claim"], tuple(f["codes"])) for f in found} == truth
    assert len({rule for rule, _, _ in truth}) > 20


def _truth(folder: Path) -> set[Key]:
    rows = (folder / "truth.jsonl").read_text(encoding="utf-8").splitlines()
    return {(row["rule"], row["claim"], tuple(row["codes"])) for row in map(json.loads, rows)}
