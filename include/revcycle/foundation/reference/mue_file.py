"""Medically Unlikely Edits of a quarter as CMS publishes them: MCR_MUE_PractitionerServices_Eff_07-01-2026.csv.

Layout: CSV in Latin-1; a notice in one quoted field of several lines, a header whose first cell reads HCPCS/CPT Code,
then code, value, adjudication indicator ("1 Line Edit", "2 Date of Service Edit: Policy", "3 ...: Clinical"),
rationale. The rows carry no dates: the quarter stands in the file's name.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pyarrow as pa

from revcycle.foundation.errors import InputUnusable
from revcycle.foundation.reference.parquet import SCHEMAS
from revcycle.foundation.reference.published import Converted, Form, at_fault, quarter_name, quarter_of
from revcycle.foundation.reference.release import PROFESSIONAL

HEADER_START = re.compile(r"HCPCS/\s*CPT Code")
CODE = re.compile(r"[0-9A-Z]{5}")


def recognises(name: str, beginning: str) -> bool:
    """By the names of its columns."""
    return bool(HEADER_START.search(beginning)) and "MUE Values" in beginning and not name.endswith(".xlsx")


def convert(path: Path) -> list[Converted]:
    """The values of the quarter that the file's name tells."""
    first = _first_day(path)
    rows = sorted(_rows(path))
    if not rows:
        raise InputUnusable(f"{path.name} holds no code below its header.")
    codes, values, indicators = zip(*rows, strict=True)
    days = [first] * len(rows), [None] * len(rows)
    table = pa.table([list(codes), list(values), list(indicators), *days], schema=SCHEMAS["mue"])
    return [Converted("mue", PROFESSIONAL, quarter_name(first), first, quarter_of(first)[1], table)]


def _first_day(path: Path) -> date:
    found = re.search(r"eff_(\d\d)-(\d\d)-(\d{4})", path.name.lower())
    try:
        if found:
            return date(int(found[3]), int(found[1]), int(found[2]))
    except ValueError:
        pass
    raise InputUnusable(
        f"{path.name}: the quarter of an MUE table stands only in its name; keep CMS's own, with Eff_MM-DD-YYYY in it."
    )


def _rows(path: Path) -> Iterator[tuple[str, int, int]]:
    with path.open(encoding="latin-1", newline="") as text:
        records = csv.reader(text)
        header = next((record for record in records if record and HEADER_START.match(record[0])), None)
        if header is None:
            raise InputUnusable(f"{path.name} has no header row that begins with HCPCS/CPT Code.")
        if "Practitioner" not in header[1]:
            raise InputUnusable(
                f"{path.name} is the MUE table of {header[1]!r}; professional claims are judged by the practitioner "
                "services table (MCR_MUE_PractitionerServices_...)."
            )
        for record in records:
            if any(record):
                yield _row(path, records.line_num, record)


def _row(path: Path, line: int, record: list[str]) -> tuple[str, int, int]:
    code, value, indicator = (field.strip() for field in [*record, "", ""][:3])
    if not CODE.fullmatch(code):
        raise at_fault(path, line, "code", code, "five letters and digits")
    if not value.isdecimal():
        raise at_fault(path, line, "MUE value", value, "a whole number")
    if indicator[:1] not in ("1", "2", "3"):
        raise at_fault(path, line, "adjudication indicator", indicator, "1, 2 or 3 and its meaning")
    return code, int(value), int(indicator[0])


FORM = Form(
    "Medically Unlikely Edits, practitioner services (MCR_MUE_PractitionerServices_Eff_07-01-2026.csv)",
    recognises,
    convert,
)
