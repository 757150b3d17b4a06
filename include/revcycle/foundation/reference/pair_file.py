"""NCCI procedure-to-procedure edits as CMS publishes them: ccipra-v322r0-f1.txt (practitioner), ccioph-... (hospital).

Layout: tab-separated, some lines of preamble, then seven fields: column 1, column 2, in existence before 1996,
effective date, deletion date ("*": none), modifier indicator (0, 1, or 9: no edit), rationale. Both dates are
YYYYMMDD and included. The version in the name is CMS's count of quarters from 1994: v322 is 2026Q3.
"""

from __future__ import annotations

import re
from datetime import date
from itertools import islice
from pathlib import Path

import duckdb
import pyarrow as pa
from pyarrow import csv

from revcycle.foundation.errors import InputUnusable
from revcycle.foundation.reference.published import Converted, Form, at_fault, quarter_name, quarter_of
from revcycle.foundation.reference.release import HOSPITAL, PROFESSIONAL

COLUMNS = ["column_1", "column_2", "before_1996", "effective", "deletion", "indicator", "rationale"]
PREAMBLE_LINES = 60
CHECKS = {  # field -> (SQL that holds for a good value, what is expected)
    "column_1": ("regexp_full_match(column_1, '[0-9A-Z]{5}')", "a code of five characters"),
    "column_2": ("regexp_full_match(column_2, '[0-9A-Z]{5}')", "a code of five characters"),
    "effective": (
        "regexp_full_match(effective, '\\d{8}') AND try_strptime(effective, '%Y%m%d') IS NOT NULL",
        "YYYYMMDD",
    ),
    "deletion": (
        "deletion = '*' OR regexp_full_match(deletion, '\\d{8}') AND try_strptime(deletion, '%Y%m%d') IS NOT NULL",
        "YYYYMMDD or *",
    ),
    "indicator": ("indicator IN ('0', '1', '9')", "0, 1 or 9"),
}
ROWS = """
    SELECT DISTINCT column_1, column_2, indicator::SMALLINT AS indicator,
        strptime(effective, '%Y%m%d')::DATE AS valid_from, try_strptime(deletion, '%Y%m%d')::DATE AS valid_to
    FROM pairs ORDER BY ALL
"""


def recognises(name: str, beginning: str) -> bool:
    """By its name, or by the title over the fields."""
    return name.startswith(("ccipra", "ccioph")) or "Column1/Column2 Edits" in beginning


def convert(path: Path) -> list[Converted]:
    """The pairs of the file, as one release of the table that its name tells."""
    setting = _setting(path)
    skipped = _preamble(path)
    with duckdb.connect() as db:
        db.register("arrived", _read(path, skipped))
        trimmed = ", ".join(f"trim({name}) AS {name}" for name in COLUMNS[:6])
        db.execute(f"CREATE TABLE pairs AS SELECT row_number() OVER () + {skipped} AS row, {trimmed} FROM arrived")
        _check(db, path)
        table = db.sql(ROWS).to_arrow_table()
        newest = db.execute("SELECT min(valid_from), max(valid_from) FROM (" + ROWS + ")").fetchone()
    if newest is None or newest[0] is None:
        raise InputUnusable(f"{path.name} holds no pair of codes below its preamble.")
    first, last_effective = newest
    # The later of the two: CMS's count has not been without exceptions.
    quarter, last_day = max(quarter_of(day) for day in (_named_quarter(path), last_effective) if day)
    revision, part = _revision_and_part(path)
    version = f"{quarter_name(quarter)}{revision}{part}"
    return [Converted("ptp", setting, version, first, last_day, table)]


def _setting(path: Path) -> str:
    name = path.name.lower()
    if "ccipra" in name or "practitioner" in name:
        return PROFESSIONAL
    if "ccioph" in name or "hospital" in name:
        return HOSPITAL
    raise InputUnusable(
        f"{path.name}: its name must tell which table it is: keep CMS's own, ccipra-... (practitioner) or "
        "ccioph-... (hospital)."
    )


def _named_quarter(path: Path) -> date | None:
    found = re.search(r"-v(\d{2})(\d)r\d", path.name.lower())
    if not found or int(found[2]) > 3:
        return None
    return date(1994 + int(found[1]), 3 * int(found[2]) + 1, 1)


def _revision_and_part(path: Path) -> tuple[str, str]:
    """r0-f2 is ("", "-f2"); a replacement file r1-f2 is ("r1", "-f2"); a table in one file has no part."""
    found = re.search(r"-v\d+r(\d)(?:-f(\d))?", path.name.lower())
    if not found:
        return "", ""
    return (f"r{found[1]}" if found[1] != "0" else ""), (f"-f{found[2]}" if found[2] else "")


def _preamble(path: Path) -> int:
    with path.open(encoding="latin-1", newline="\n") as lines:
        for number, line in enumerate(islice(lines, PREAMBLE_LINES)):
            fields = line.split("\t")
            if len(fields) > 4 and re.fullmatch(r"\d{8}", fields[3].strip()):
                return number
    raise InputUnusable(
        f"{path.name} looks like NCCI procedure-to-procedure edits, but none of its first {PREAMBLE_LINES} lines is a "
        "pair of codes with tabs between seven fields."
    )


def _read(path: Path, skipped: int) -> pa.Table:
    faults: list[csv.InvalidRow] = []

    def remember(row: csv.InvalidRow) -> str:
        faults.append(row)
        return "skip"

    table = csv.read_csv(
        path,
        csv.ReadOptions(column_names=COLUMNS, skip_rows=skipped, encoding="latin-1", use_threads=False),
        csv.ParseOptions(delimiter="\t", quote_char=False, invalid_row_handler=remember),
        csv.ConvertOptions(column_types=dict.fromkeys(COLUMNS, pa.string()), strings_can_be_null=False),
    )
    if faults:
        row = faults[0].number or skipped + 1
        raise at_fault(path, row, "row", f"{faults[0].actual_columns} fields", f"{len(COLUMNS)} fields")
    return table


def _check(db: duckdb.DuckDBPyConnection, path: Path) -> None:
    for field, (holds, expected) in CHECKS.items():
        fault = db.execute(f"SELECT row, {field} FROM pairs WHERE NOT ({holds}) ORDER BY row LIMIT 1").fetchone()
        if fault:
            raise at_fault(path, fault[0], field, fault[1], expected)


FORM = Form("NCCI procedure-to-procedure edits (ccipra-v322r0-f1.txt)", recognises, convert)
