"""Procedure-to-procedure pairs of several releases: practitioner tables replace the hospital's where they speak.

CMS publishes the practitioner table of a quarter in four files, cut by column 1 code, and each carries its pairs'
whole history. So a file speaks for every day from its first effective date, and for its own stretch of column 1
codes. A state that holds some of the four keeps the hospital's pairs for the other codes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import duckdb

from revcycle.foundation.reference.release import HOSPITAL, PROFESSIONAL, Release
from revcycle.foundation.reference.timeline import DAY, FOREVER, Reign, timeline

PARTS = 4
FIRST_CODE, AFTER_ALL_CODES = "", "~"
Scan = Callable[[Release], str]


@dataclass(frozen=True)
class Stretch:
    """Column 1 codes from `begin` to before `end`, in code-point order, and which practitioner file governs when."""

    begin: str
    end: str
    reigns: tuple[Reign, ...]

    @property
    def holds(self) -> str:
        """SQL: the column 1 code lies in the stretch."""
        return f"(column_1 >= '{self.begin}' AND column_1 < '{self.end}')"


def pairs_relation(db: duckdb.DuckDBPyConnection, releases: Sequence[Release], scan: Scan) -> str:
    """The SELECT of column_1, column_2, indicator, setting, valid_from, valid_to over all PTP releases."""
    stretches = _stretches(db, [release for release in releases if release.setting == PROFESSIONAL], scan)
    selects = [_cut(reign, scan, stretch.holds) for stretch in stretches for reign in stretch.reigns]
    hospital = [release for release in releases if release.setting == HOSPITAL]
    for reign in timeline(hospital):
        selects += _hospital(reign, stretches, scan)
    return " UNION ALL ".join(selects)


def _stretches(db: duckdb.DuckDBPyConnection, releases: Sequence[Release], scan: Scan) -> list[Stretch]:
    spans = _spans(db, releases, scan)
    edges = sorted({edge for span in spans.values() for edge in span})
    stretches = []
    for begin, end in pairwise(edges):
        speaking = [release for release, (first, last) in spans.items() if first <= begin and end <= last]
        if speaking:
            stretches.append(Stretch(begin, end, tuple(timeline(speaking))))
    return stretches


def _spans(db: duckdb.DuckDBPyConnection, releases: Sequence[Release], scan: Scan) -> dict[Release, tuple[str, str]]:
    """The column 1 codes each release speaks for. A part ends where the next part of its edition begins."""
    codes = {release: _first_and_last(db, scan(release)) for release in releases}
    first_of = {_edition_and_part(release): codes[release][0] for release in releases}
    spans = {}
    for release in releases:
        edition, part = _edition_and_part(release)
        begin, last = codes[release]
        # Codes have five characters, so a blank sorts before whatever could follow the last one.
        end = first_of.get((edition, part + 1), f"{last} ")
        spans[release] = (
            FIRST_CODE if part in (0, 1) else begin,
            AFTER_ALL_CODES if part in (0, PARTS) else end,
        )
    return spans


def _edition_and_part(release: Release) -> tuple[str, int]:
    """ "2026Q3-f2" is part 2 of the edition "2026Q3"; part 0 is a table in one file."""
    found = re.fullmatch(r"(.+)-f(\d)", release.version)
    return (found[1], int(found[2])) if found else (release.version, 0)


def _first_and_last(db: duckdb.DuckDBPyConnection, source: str) -> tuple[str, str]:
    row = db.execute(f"SELECT min(column_1), max(column_1) FROM {source}").fetchone()
    if row is None or row[0] is None:
        raise ValueError("a release of procedure pairs has no row")
    return str(row[0]), str(row[1])


def _hospital(reign: Reign, stretches: Sequence[Stretch], scan: Scan) -> list[str]:
    """The hospital's rows: whole outside the practitioner's stretches, and up to where it begins inside them."""
    inside = [stretch.holds for stretch in stretches]
    outside = f"NOT ({' OR '.join(inside)})" if inside else "true"
    before = [
        _cut(Reign(reign.release, reign.first, min(reign.last, stretch.reigns[0].first - DAY)), scan, stretch.holds)
        for stretch in stretches
        if stretch.reigns[0].first > reign.first
    ]
    return [_cut(reign, scan, outside), *before]


def _cut(reign: Reign, scan: Scan, condition: str) -> str:
    first, last = (f"DATE '{day.isoformat()}'" for day in (reign.first, reign.last))
    return f"""
        SELECT column_1, column_2, indicator, '{reign.release.setting}' AS setting,
            greatest(valid_from, {first}) AS valid_from,
            least(coalesce(valid_to, DATE '{FOREVER.isoformat()}'), {last}) AS valid_to
        FROM {scan(reign.release)}
        WHERE {condition} AND valid_from <= {last} AND (valid_to IS NULL OR valid_to >= {first})"""
