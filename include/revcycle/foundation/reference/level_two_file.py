"""HCPCS level II of a quarter as CMS publishes it: HCPC2026_OCT_ANWEB.csv, codes and modifiers.

Layout: CSV with a header; RECID 3 is the first row of a procedure and 7 of a modifier (4 and 8 continue their texts).
ADD DT is the first day, TERM DT the last; both YYYYMMDD. Modifiers stand right-justified. CPT codes are not in it.
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
from revcycle.foundation.reference.published import Converted, Form, at_fault, compact_day, quarter_name, quarter_of
from revcycle.foundation.reference.release import ANY

PROCEDURE, MODIFIER = "3", "7"
SHAPES = {PROCEDURE: re.compile(r"[A-Z]\d{4}"), MODIFIER: re.compile(r"[0-9A-Z]{2}")}
NEEDED = ("HCPC", "RECID", "ADD DT", "TERM DT")
MONTHS = {"jan": 1, "apr": 4, "jul": 7, "oct": 10}
Entry = tuple[str, str, date, date | None]


def recognises(name: str, beginning: str) -> bool:
    """By the names of its first columns."""
    return beginning.lstrip("\ufeff").startswith("HCPC,SEQNUM,RECID") or ("anweb" in name and name.endswith(".csv"))


def convert(path: Path) -> list[Converted]:
    """Level II codes and modifiers. Neither is the whole of its kind: see `attach`."""
    first, last = _quarter(path)
    entries = sorted(set(_entries(path)), key=lambda entry: entry[:3])
    tables: dict[str, list[tuple[object, ...]]] = {
        "hcpcs_level_2": [entry[1:] for entry in entries if entry[0] == PROCEDURE],
        "modifier_level_2": [(code, False, *days) for kind, code, *days in entries if kind == MODIFIER],
    }
    if not entries:
        raise InputUnusable(f"{path.name} holds no row of a procedure or modifier (RECID 3 or 7).")
    return [
        Converted(source, ANY, quarter_name(first), first, last, _table(source, rows))
        for source, rows in tables.items()
        if rows
    ]


def _table(source: str, rows: list[tuple[object, ...]]) -> pa.Table:
    return pa.table([list(column) for column in zip(*rows, strict=True)], schema=SCHEMAS[source])


def _quarter(path: Path) -> tuple[date, date]:
    found = re.search(r"hcpc(\d{4})_(jan|apr|jul|oct)", path.name.lower())
    if not found:
        raise InputUnusable(
            f"{path.name}: the quarter of a HCPCS file stands only in its name; keep CMS's own, HCPC2026_OCT_ANWEB.csv."
        )
    return quarter_of(date(int(found[1]), MONTHS[found[2]], 1))


def _entries(path: Path) -> Iterator[Entry]:
    with path.open(encoding="latin-1", newline="") as text:
        records = csv.DictReader(text)
        names = [name.strip().removeprefix("\u00ef\u00bb\u00bf") for name in records.fieldnames or ()]
        records.fieldnames = names
        if missing := [name for name in NEEDED if name not in names]:
            raise InputUnusable(f"{path.name} lacks the column {missing[0]} of a HCPCS file.")
        for record in records:
            kind = (record["RECID"] or "").strip()
            if kind in SHAPES:
                yield _entry(path, records.line_num, kind, record)


def _entry(path: Path, line: int, kind: str, record: dict[str, str | None]) -> Entry:
    code, added, ended = ((record[name] or "").strip() for name in ("HCPC", "ADD DT", "TERM DT"))
    if not SHAPES[kind].fullmatch(code):
        raise at_fault(path, line, "HCPC", code, "a level II code or a modifier")
    first, last = compact_day(added), compact_day(ended)
    if first is None:
        raise at_fault(path, line, "ADD DT", added, "YYYYMMDD")
    if ended and last is None:
        raise at_fault(path, line, "TERM DT", ended, "YYYYMMDD or nothing")
    return kind, code, first, last


FORM = Form("the HCPCS level II file as CSV (HCPC2026_OCT_ANWEB.csv)", recognises, convert)
