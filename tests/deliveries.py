"""Small deliveries of our own: a practice with its settings, patients and charges, written as intake files."""

import csv
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy import Engine

from revcycle.cycle import intake
from revcycle.cycle.intake import IntakeCounts
from revcycle.foundation import practice
from revcycle.foundation.archive import Archive
from revcycle.foundation.state import State
from revcycle.foundation.store.runs import Step, begin

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
TODAY = date(2026, 11, 24)
BILLING, RENDERING = "1000000012", "1000000111"
SETTINGS = """
name: Fixture practice
time_zone: America/New_York
billing_providers:
  - npi: "1000000012"
    tax_id: "000000001"
    name: Fixture Group
    address: {line_1: 1 Example Square, city: Sampleton, state: ME, zip: "03991"}
    taxonomy: 193200000X
    phone: "2075550100"
providers:
  - {npi: "1000000111", last_name: Fixture, first_name: Ada, taxonomy: 207Q00000X, specialty: family_medicine}
payers:
  - code: MEDICARE
    name: Medicare Part B
    kind: medicare
    time_zone: America/New_York
    filing_limits:
      - {valid_from: 2010-01-01, limit: {years: 1}, source: 42 CFR 424.44}
staff:
  - {username: kim, roles: [coder], credentials: [CPC], specialties: [family_medicine]}
  - {username: lee, roles: [coder], credentials: [CRC], specialties: []}
  - {username: rob, roles: [biller], credentials: [], specialties: []}
"""
CHARGE = {
    "encounter_id": "E1",
    "line": "1",
    "entered_on": "2026-11-20",
    "patient_id": "P1",
    "billing_npi": BILLING,
    "rendering_npi": RENDERING,
    "date_from": "2026-11-19",
    "place_of_service": "11",
    "procedure": "99213",
    "modifiers": "",
    "units": "1",
    "status": "",
    "charge": "120.00",
    "diagnoses": "I10",
    "pointers": "1",
}
PATIENT = {
    "patient_id": "P1",
    "last_name": "Quillfeather",
    "first_name": "Ada",
    "birth_date": "1961-03-04",
    "sex": "F",
    "address_1": "1 Elm",
    "city": "Sampleton",
    "state": "ME",
    "zip": "03991",
}
COVERAGE = {
    "patient_id": "P1",
    "responsibility": "P",
    "payer": "MEDICARE",
    "member_id": "SYN0042",
    "relationship": "self",
    "valid_from": "2018-01-01",
}


def write_csv(path: Path, rows: Iterable[Mapping[str, str]]) -> Path:
    """Rows as a file with the columns of all of them."""
    listed = list(rows)
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(dict.fromkeys(name for row in listed for name in row)), restval="")
        writer.writeheader()
        writer.writerows(listed)
    return path


class Desk:
    """Hands deliveries in to one practice database."""

    def __init__(self, engine: Engine, state: State, folder: Path) -> None:
        self.engine, self.state, self.folder = engine, state, folder
        self._number = 0
        state.practice_yaml.write_text(SETTINGS)
        with engine.begin() as connection:
            run_id = begin(connection, Step("test", "test", "settings"))
            practice.load(connection, practice.read(state.practice_yaml), run_id=run_id, now=NOW)

    def patients(self, *ids: str) -> IntakeCounts:
        """Patients with a primary coverage each."""
        self._load("patients.csv", [PATIENT | {"patient_id": one} for one in ids])
        return self._load("coverage.csv", [COVERAGE | {"patient_id": one} for one in ids])

    def charges(self, *lines: Mapping[str, str]) -> IntakeCounts:
        """Charge lines that differ from CHARGE by the columns given."""
        return self._load("charges.csv", [CHARGE | line for line in lines])

    def _load(self, name: str, rows: Iterable[Mapping[str, str]]) -> IntakeCounts:
        self._number += 1
        folder = self.folder / str(self._number)
        folder.mkdir(parents=True)
        return intake.load(
            self.engine,
            Archive(self.state.archive),
            [write_csv(folder / name, rows)],
            source="csv",
            intake_day=TODAY,
            now=NOW,
            step=Step("test", str(self._number), name),
        )
