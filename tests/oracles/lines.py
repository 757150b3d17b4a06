"""A claims file read one row at a time: which rows are lines, and which cannot be read."""

import csv
import io
import re
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

REQUIRED = ("claim_id", "line", "patient_id", "date_from", "place_of_service", "procedure", "units", "charge")
COLUMNS = (
    *REQUIRED,
    "birth_date",
    "sex",
    "payer",
    "rendering_npi",
    "taxonomy",
    "date_to",
    "modifiers",
    "diagnoses",
    "pointers",
    "prior_authorization",
)

Finding = dict[str, Any]


@dataclass(frozen=True)
class Line:
    """One readable row."""

    claim: str
    line: int
    patient: str
    npi: str
    birth: date | None
    payer: str
    day: date
    end: date | None
    place: str
    procedure: str
    modifiers: tuple[str, ...]
    units: Fraction
    diagnoses: tuple[str, ...]
    pointers: tuple[int, ...]

    @property
    def group(self) -> tuple[str, str, date]:
        """What "the same day" means: patient, rendering provider and date."""
        return self.patient, self.npi, self.day


class Unreadable(Exception):
    """The row takes no part."""


def read(data: bytes) -> tuple[list[Line], list[Finding]]:
    """Readable rows, and a finding for each of the others."""
    rows = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    header: list[str] = []
    row_number = 0
    lines: list[Line] = []
    unreadable: list[Finding] = []
    seen: set[tuple[str, int]] = set()
    diagnoses: dict[str, tuple[str, ...]] = {}
    for raw in rows:
        values = [value.strip() for value in raw]
        if not header and any(values):
            header = values
        row_number += bool(header)
        if values == header or values in ([], [""]):
            continue
        row = dict(zip(header, values, strict=False))
        try:
            if len(values) != len(header):
                raise Unreadable
            one = parse(row)
            if (one.claim, one.line) in seen or diagnoses.get(one.claim, one.diagnoses) != one.diagnoses:
                raise Unreadable
        except Unreadable:
            number = row.get("line", "")
            known = [int(number)] if re.fullmatch("[0-9]+", number) and int(number) >= 1 else []
            at = {"claim": row.get("claim_id", ""), "lines": known, "codes": [], "row": row_number}
            unreadable.append({"rule": "input.unreadable", "severity": "block", **at})
            continue
        seen.add((one.claim, one.line))
        diagnoses[one.claim] = one.diagnoses
        lines.append(one)
    return lines, unreadable


def parse(row: dict[str, str]) -> Line:
    """One row as a line; raises Unreadable."""
    row = dict.fromkeys(COLUMNS, "") | row
    if any(row[column] == "" for column in REQUIRED):
        raise Unreadable
    modifiers = _pieces(row["modifiers"].upper())
    if row["sex"] not in ("", "F", "M", "U") or len(modifiers) > 4:
        raise Unreadable
    line = _whole(row["line"])
    if line < 1:
        raise Unreadable
    _number(row["charge"])
    return Line(
        claim=row["claim_id"],
        line=line,
        patient=row["patient_id"],
        npi=row["rendering_npi"],
        birth=_date(row["birth_date"]),
        payer=row["payer"],
        day=_date(row["date_from"]) or date.max,
        end=_date(row["date_to"]),
        place=row["place_of_service"],
        procedure=row["procedure"].upper(),
        modifiers=modifiers,
        units=_number(row["units"]),
        diagnoses=_pieces(row["diagnoses"].upper().replace(".", "")),
        pointers=tuple(_whole(piece) for piece in _pieces(row["pointers"])),
    )


def _pieces(text: str) -> tuple[str, ...]:
    return tuple(piece.strip() for piece in text.split(";") if piece.strip())


def _whole(text: str) -> int:
    if not re.fullmatch("-?[0-9]+", text):
        raise Unreadable
    return int(text)


def _number(text: str) -> Fraction:
    if not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text):
        raise Unreadable
    return Fraction(text)


def _date(text: str) -> date | None:
    if text == "":
        return None
    if not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise Unreadable
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Unreadable from None
