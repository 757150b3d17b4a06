"""A practice's intake files joined, row by row, into what the sweep judges."""

import csv
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml

from tests.oracles.lines import COLUMNS, Finding, Line, parse
from tests.oracles.sweep import Limit
from tests.oracles.tables import in_force

NPI_COLUMNS = ("rendering_npi", "referring_npi", "supervising_npi", "ordering_npi", "facility_npi")


def charge_lines(folder: Path) -> list[Line]:
    """The lines of every encounter that is not cancelled, with the patient's and the primary coverage's data."""
    patients = {row["patient_id"]: row for row in _rows(folder / "patients.csv")}
    coverages = [row for row in _rows(folder / "coverage.csv") if row["responsibility"] == "P"]
    payers: dict[str, list[dict[str, str]]] = {}
    for coverage in coverages:
        payers.setdefault(coverage["patient_id"], []).append(coverage)
    lines = []
    for row in _rows(folder / "charges.csv"):
        if row["status"] == "cancelled":
            continue
        patient, day = patients[row["patient_id"]], date.fromisoformat(row["date_from"])
        values = {column: row[column] for column in COLUMNS if column in row} | {
            "claim_id": row["encounter_id"],
            "birth_date": patient["birth_date"],
            "sex": patient["sex"],
            "payer": "".join(c["payer"] for c in payers.get(row["patient_id"], []) if _covers(c, day)),
        }
        lines.append(parse(values))
    return lines


def judged_as_of(folder: Path) -> dict[str, date]:
    """For each encounter the day after its coding was finished, or after its latest service where that is not said."""
    finished: dict[str, date] = {}
    for row in _rows(folder / "charges.csv"):
        day = date.fromisoformat(row["entered_on"] or row["date_from"])
        finished[row["encounter_id"]] = max(day, finished.get(row["encounter_id"], day))
    return {encounter: day + timedelta(days=1) for encounter, day in finished.items()}


def filing_limits(folder: Path) -> list[Limit]:
    """The payers' limits as practice.yaml states them."""
    return [
        Limit(payer["code"], rule["valid_from"], rule.get("valid_to"), count, unit)
        for payer in _practice(folder)["payers"]
        for rule in payer["filing_limits"]
        for unit, count in rule["limit"].items()
    ]


def unlisted(folder: Path) -> list[Finding]:
    """A finding for each NPI of a line that practice.yaml names neither as a provider nor as a facility."""
    practice = _practice(folder)
    listed = {one["npi"] for one in practice["providers"] + practice["facilities"]} | {""}
    found: list[Finding] = []
    for row in _rows(folder / "charges.csv"):
        for npi in sorted({row[column] for column in NPI_COLUMNS} - listed):
            at = {"claim": row["encounter_id"], "lines": [int(row["line"])], "codes": [npi]}
            found.append({"rule": "npi.unlisted", "severity": "review", **at})
    return found


def _practice(folder: Path) -> dict[str, Any]:
    practice: dict[str, Any] = yaml.safe_load((folder / "practice.yaml").read_text(encoding="utf-8"))
    return practice


def _covers(coverage: dict[str, str], day: date) -> bool:
    first, last = coverage["valid_from"], coverage["valid_to"]
    return in_force(day, date.fromisoformat(first), date.fromisoformat(last) if last else None)


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)
