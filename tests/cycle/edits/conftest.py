"""A small, made-up set of code tables, and the sweep of rows written as dictionaries over it."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from revcycle.cycle.edits import report, sweep_file
from revcycle.foundation.archive import Archive
from revcycle.foundation.calendar import FilingLimit
from revcycle.foundation.reference import Release, ReleaseSet
from revcycle.foundation.reference.parquet import write_rows

DAY = "2026-07-15"
AS_OF = date(2026, 8, 1)
DEFAULTS = {
    "claim_id": "C1",
    "line": "1",
    "patient_id": "P1",
    "birth_date": "1980-02-29",
    "sex": "F",
    "payer": "MEDICARE",
    "rendering_npi": "1234567893",
    "taxonomy": "",
    "date_from": DAY,
    "date_to": "",
    "place_of_service": "11",
    "procedure": "X1000",
    "modifiers": "",
    "units": "1",
    "charge": "10.00",
    "diagnoses": "A10",
    "pointers": "1",
    "prior_authorization": "",
}
LIMITS = (FilingLimit("MEDICARE", date(2020, 1, 1), None, 1, "years", "42 CFR 424.44"),)

Row = Mapping[str, str]
Finding = dict[str, Any]
SweepLines = Callable[..., list[Finding]]
Fired = Callable[..., set[str]]

ICD10_START, START, MUE_START, LAST = date(2015, 10, 1), date(2019, 7, 1), date(2026, 7, 1), date(2026, 9, 30)
TABLES: dict[str, tuple[str, date, date, list[tuple[Any, ...]]]] = {
    "icd10cm": (
        "any",
        ICD10_START,
        date(2027, 9, 30),
        [
            *((code, ICD10_START, None) for code in ("A10", "A11", "F601", "V700", "W801", "W802")),
            ("B20", ICD10_START, date(2021, 9, 30)),
            ("B201", date(2021, 10, 1), None),
            ("C301", date(2022, 10, 1), None),
            ("D400", ICD10_START, date(2017, 9, 30)),
            ("E500", ICD10_START, date(2016, 9, 30)),
            ("E500", date(2018, 10, 1), None),
            ("G700", ICD10_START, date(2016, 9, 30)),
            ("G700", date(2018, 10, 1), date(2020, 9, 30)),
            *((f"K{number:02}", ICD10_START, None) for number in range(13)),
        ],
    ),
    "icd10cm_header": (
        "any",
        ICD10_START,
        date(2027, 9, 30),
        [
            ("B20", date(2021, 10, 1), None),
            ("C30", date(2022, 10, 1), None),
            ("D40", ICD10_START, date(2017, 9, 30)),
        ],
    ),
    "diagnosis_flag": (
        "any",
        START,
        LAST,
        [
            ("F601", True, False, 0, 124, START, None),
            ("V700", False, True, 0, 124, START, date(2026, 7, 31)),
            ("W801", False, False, 0, 17, START, None),
            ("W802", False, False, 15, 124, START, None),
        ],
    ),
    "hcpcs": (
        "any",
        START,
        LAST,
        [
            *((f"X{number}", START, None) for number in range(1000, 1010)),
            *((code, START, None) for code in ("Y1000", "Y2000", "Y3000", "Y1300", "99201", "99213", "99499")),
            *((code, START, None) for code in ("99200", "99500", "92002", "G0101", "9921A")),
            ("X2000", START, date(2021, 12, 31)),
            ("X3000", date(2025, 1, 1), None),
            ("X4000", START, date(2020, 6, 30)),
            ("X4000", date(2021, 1, 1), None),
        ],
    ),
    "modifier": (
        "any",
        START,
        LAST,
        [
            *((code, True, START, None) for code in ("24", "25", "57", "59", "XE", "XP", "XS", "XU", "LT", "RT")),
            *((code, False, START, None) for code in ("26", "50", "76", "TC", "CT", "FX", "8P")),
            ("ZZ", False, START, date(2020, 12, 31)),
            ("N1", True, START, date(2026, 7, 14)),
        ],
    ),
    "modifier_conflict": (
        "any",
        START,
        LAST,
        [("CT", "FX", START, None), ("FX", "CT", START, None), ("76", "8P", START, date(2026, 7, 14))],
    ),
    "ptp": (
        "outpatient_hospital",
        START,
        LAST,
        [
            ("X1000", "X1001", 0, START, None),
            ("X1000", "X1002", 1, START, None),
            ("X1000", "X1003", 9, START, None),
            ("X1000", "X1004", 1, START, date(2026, 7, 14)),
        ],
    ),
    "mue": (
        "professional",
        MUE_START,
        LAST,
        [
            ("X1005", 2, 1, MUE_START, LAST),
            ("X1006", 2, 2, MUE_START, LAST),
            ("X1007", 2, 3, MUE_START, LAST),
            ("X1008", 0, 2, MUE_START, LAST),
        ],
    ),
    "addon": (
        "any",
        START,
        LAST,
        [
            ("Y1000", "X1000", 1, START, None),
            ("Y2000", "", 2, START, None),
            ("Y3000", "X1001", 3, START, None),
            ("Y1300", "X1000", 1, START, None),
            ("Y1300", "X1001", 3, START, None),
        ],
    ),
}


def add_release(
    archive: Archive, folder: Path, source: str, setting: str, *, days: tuple[date, date], rows: Sequence[Any]
) -> Release:
    """Write rows as one release of the archive."""
    made = folder / f"{source}-{setting}-{days[0]}.parquet"
    written = write_rows(made, source, rows)
    return Release(source, setting, f"{days[1]:%Y}Q3", *days, archive.put(made), written)


@pytest.fixture(scope="session")
def books(tmp_path_factory: pytest.TempPathFactory) -> tuple[Archive, ReleaseSet]:
    """The tables above as releases of an archive."""
    folder = tmp_path_factory.mktemp("books")
    archive = Archive(folder / "archive")
    made = [
        add_release(archive, folder, source, setting, days=(first, last), rows=rows)
        for source, (setting, first, last, rows) in TABLES.items()
    ]
    return archive, ReleaseSet.of_all(made)


def write_csv(path: Path, rows: Iterable[Row], columns: Sequence[str] = tuple(DEFAULTS)) -> Path:
    """Rows as a file of claims, each value the default's where a row does not give it."""
    with path.open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, columns)
        writer.writeheader()
        writer.writerows({name: (DEFAULTS | dict(row))[name] for name in columns} for row in rows)
    return path


@pytest.fixture
def sweep_path(books: tuple[Archive, ReleaseSet], tmp_path: Path) -> SweepLines:
    """Sweep a file and give its findings as the objects that `--json` prints."""
    archive, all_releases = books

    def sweep(
        path: Path,
        *,
        as_of: date = AS_OF,
        limits: Sequence[FilingLimit] = LIMITS,
        without: Sequence[str] = (),
        also: Sequence[Release] = (),
    ) -> list[Finding]:
        kept = [release for release in all_releases.releases if release.source not in without]
        releases = ReleaseSet.of_all([*kept, *also])
        out = io.StringIO()
        spill = tmp_path / "spill"
        with sweep_file(path, as_of=as_of, releases=releases, archive=archive, limits=limits, spill=spill) as swept:
            report.print_json(report.findings(swept), out)
        return [json.loads(line) for line in out.getvalue().splitlines()]

    return sweep


@pytest.fixture
def sweep_lines(sweep_path: SweepLines, tmp_path: Path) -> SweepLines:
    """Sweep rows given as dictionaries, beside each other in one file."""
    numbers = count()

    def sweep(*rows: Row, **how: Any) -> list[Finding]:
        return sweep_path(write_csv(tmp_path / f"{next(numbers)}.csv", rows), **how)

    return sweep


@pytest.fixture
def fired(sweep_lines: SweepLines) -> Fired:
    """The names of the cases in which a rule fires. Each case (a row or several) is a patient and claim of its own."""

    def names(rule: str, cases: Mapping[str, Row | Sequence[Row]], **how: Any) -> set[str]:
        rows: list[Row] = []
        for name, case in cases.items():
            given = [case] if isinstance(case, Mapping) else case
            own = {"claim_id": name, "patient_id": name}
            rows += [own | {"line": str(number)} | dict(row) for number, row in enumerate(given, 1)]
        return {finding["claim"] for finding in sweep_lines(*rows, **how) if finding["rule"] == rule}

    return names
