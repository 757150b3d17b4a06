"""The tables of the CMS Integrated Outpatient Code Editor (I/OCE), read from the LMDB file of the wheel `pyoce`.

Source: CMS, I/OCE quarterly data files, 2019Q3 to 2026Q2. Rows are `marshal` values keyed by code and version range.
`marshal` must only see trusted bytes: the caller has compared the file's sha256 before it opens it here.
0 and 1 arrive as False and True, so every number is passed through int().
"""

from __future__ import annotations

import marshal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import lmdb

Row = tuple[Any, ...]
_TABLES = 64


def day(number: int) -> date:
    """20260630 as a date."""
    return date(number // 10_000, number // 100 % 100, number % 100)


@dataclass(frozen=True)
class OutpatientTables:
    """The open file. Every method yields rows of one Parquet table in the order of their codes."""

    environment: lmdb.Environment
    quarters: dict[int, tuple[date, date]]

    def span(self, row: dict[str, Any]) -> tuple[date, date | None]:
        """First and last day of a row. The newest quarter's end is a filler: such a row is still in force."""
        newest = max(self.quarters)
        last = None if row["hi_version"] == newest else self.quarters[row["hi_version"]][1]
        return self.quarters[row["lo_version"]][0], last

    def records(self, table: str) -> Iterator[tuple[list[str], Any]]:
        """Key parts and value of every record of a table, in key order."""
        return _records(self.environment, table)

    def diagnosis_flag(self) -> Iterator[Row]:
        """Manifestation, external cause and age range in completed years of every ICD-10-CM code."""
        for key, row in self.records("data_dx10"):
            flags = bool(row["manifestation"]), bool(row["external_cause"])
            yield key[0], *flags, int(row["lo_age"]), int(row["hi_age"]), *self.span(row)

    def hcpcs(self) -> Iterator[Row]:
        """Every CPT and HCPCS code; ranges that differ only in payment attributes are joined."""
        yield from joined(sorted((key[0], *self.span(row)) for key, row in self.records("data_hcpcs")))

    def ptp(self) -> Iterator[Row]:
        """Procedure-to-procedure pairs of the outpatient hospital table, by column 1, column 2 and first day."""
        for (column_1,), pairs in self.records("map_ncci"):
            rows = []
            for column_2, packed in pairs:
                row = marshal.loads(packed)
                rows.append((column_1, column_2.decode(), int(row["mod_indicator"]), *self.span(row)))
            yield from sorted(rows, key=lambda each: (each[1], each[3]))

    def addon(self) -> Iterator[Row]:
        """Add-on codes with their primaries; type 2 has no national list of primaries, so its primary is empty."""
        for kind in (1, 2, 3):
            for key, row in self.records(f"map_addon_type{kind}"):
                yield key[0], "" if kind == 2 else key[1], kind, *self.span(row)

    def modifier(self) -> Iterator[Row]:
        """Modifiers, and whether one bypasses a procedure-to-procedure edit of indicator 1."""
        for key, row in self.records("data_modifier"):
            yield key[0], bool(row["ncci"]), *self.span(row)

    def modifier_conflict(self) -> Iterator[Row]:
        """Pairs of modifiers that may not stand on one line."""
        for key, row in self.records("map_modifier_conflict"):
            yield key[0], key[1], *self.span(row)


def joined(rows: list[tuple[str, date, date | None]]) -> Iterator[Row]:
    """Join ranges of one code that touch. `rows` are sorted by code and first day."""
    held: tuple[str, date, date | None] | None = None
    for code, first, last in rows:
        if held and held[0] == code and held[2] is not None and (first - held[2]).days == 1:
            held = code, held[1], last
        else:
            if held:
                yield held
            held = code, first, last
    if held:
        yield held


@contextmanager
def open_outpatient_tables(path: Path) -> Iterator[OutpatientTables]:
    """Open the LMDB file at `path`, whose bytes the caller has checked."""
    environment = lmdb.open(str(path), subdir=False, readonly=True, lock=False, readahead=False, max_dbs=_TABLES)
    try:
        versions = (row for _, row in _records(environment, "version_range"))
        quarters = {row["version"]: (day(row["date_started"]), day(row["date_ended"])) for row in versions}
        yield OutpatientTables(environment, quarters)
    finally:
        environment.close()


def _records(environment: lmdb.Environment, table: str) -> Iterator[tuple[list[str], Any]]:
    database = environment.open_db(table.encode(), create=False)
    with environment.begin(database) as transaction:
        for key, value in transaction.cursor():
            yield bytes(key).decode().split("|"), marshal.loads(value)
