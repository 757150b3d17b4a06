"""A practice of two payers, and intake files in the making. Nobody in them exists."""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, text

from revcycle.cycle.intake import IntakeCounts, load
from revcycle.foundation import practice
from revcycle.foundation.archive import Archive
from revcycle.foundation.store.runs import Step, begin

NOW = datetime(2026, 7, 6, 16, tzinfo=UTC)
TODAY = date(2026, 7, 6)
STEP = Step("test", "intake", "intake")
BILLING, OTHER_BILLING, UNLISTED = "1000000012", "1000000020", "1000000111"

PRACTICE = f"""
name: Example Medical Group
time_zone: America/New_York
billing_providers:
  - {{npi: {BILLING}, tax_id: "000000001", name: One, address: &where {{line_1: A, city: B, state: ME, zip: 03991}}}}
  - {{npi: {OTHER_BILLING}, tax_id: "000000002", name: Two, address: *where}}
payers:
  - {{code: MEDICARE, name: Medicare Part B, kind: medicare, time_zone: America/New_York}}
  - {{code: NORTHWIND, name: Northwind Health, kind: commercial, time_zone: America/Chicago}}
"""

Row = dict[str, str]


def a_patient(patient_id: str = "P1", **changed: str) -> Row:
    """A patient of whom all that is required is known."""
    return {
        "patient_id": patient_id,
        "last_name": "Example",
        "first_name": "Ada",
        "birth_date": "1961-03-09",
        "sex": "F",
        "address_1": "12 Sample Street",
        "city": "Sampleton",
        "state": "ME",
        "zip": "03991",
    } | changed


def a_coverage(patient_id: str = "P1", **changed: str) -> Row:
    """A primary coverage without end."""
    return {
        "patient_id": patient_id,
        "responsibility": "P",
        "payer": "MEDICARE",
        "member_id": "M-0001-01",
        "relationship": "self",
        "valid_from": "2026-01-01",
        "valid_to": "",
    } | changed


def a_line(encounter_id: str = "E1", line: int | str = 1, **changed: str) -> Row:
    """A charge line of a visit."""
    return {
        "encounter_id": encounter_id,
        "line": str(line),
        "patient_id": "P1",
        "billing_npi": BILLING,
        "date_from": "2026-07-01",
        "place_of_service": "11",
        "procedure": "99213",
        "units": "1",
        "charge": "125.00",
        "diagnoses": "E11.9;I10",
        "pointers": "1;2",
    } | changed


def as_csv(rows: Iterable[Mapping[str, str]]) -> str:
    """The rows under a header of all columns that any of them has."""
    rows = list(rows)
    columns = list(dict.fromkeys(name for row in rows for name in row))
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


@dataclass(frozen=True)
class Desk:
    """Where files are handed in: an empty practice database with practice.yaml in it, an archive, a folder."""

    engine: Engine
    archive: Archive
    folder: Path

    def open(self, settings: str = PRACTICE) -> "Desk":
        path = self.folder / "practice.yaml"
        path.write_text(settings)
        with self.engine.begin() as connection:
            practice.load(connection, practice.read(path), run_id=begin(connection, STEP), now=NOW)
        return self

    def file(self, name: str, content: str | bytes | Iterable[Mapping[str, str]]) -> Path:
        """A file in the folder."""
        if not isinstance(content, str | bytes):
            content = as_csv(content)
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def hand_in(self, *contents: Any, source: str = "csv", intake_day: date = TODAY) -> IntakeCounts:
        """Load files of these contents (rows, text or bytes) together."""
        files = [self.file(f"file{number}.csv", content) for number, content in enumerate(contents)]
        return load(self.engine, self.archive, files, source=source, intake_day=intake_day, now=NOW, step=STEP)

    def rows(self, statement: str, **named: Any) -> list[tuple[Any, ...]]:
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(statement), named)]

    def problems(self) -> set[tuple[int, str, str]]:
        """Row, column and class of every problem."""
        stored = "SELECT position, field, substr(code, length(field) + 2) FROM problem"
        return set(self.rows(stored))  # type: ignore[arg-type]

    def quarantined(self) -> set[str]:
        return {row[0] for row in self.rows("SELECT subject FROM quarantine WHERE cleared_at IS NULL")}

    def encounters(self) -> set[str]:
        return {row[0] for row in self.rows("SELECT source_encounter_id FROM encounter")}

    def counts(self) -> dict[str, int]:
        """Rows of every table."""
        names = [row[0] for row in self.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
        return {name: self.rows(f"SELECT count(*) FROM {name}")[0][0] for name in names}
