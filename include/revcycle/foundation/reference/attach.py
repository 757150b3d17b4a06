"""The active releases as tables of a DuckDB connection, one for each source, as the edits join them.

Where several releases of a source are loaded, `timeline` says which of them governs a day and their rows are cut to
its days. `valid_to` is 9999-12-31 where a row is still in force, so that a join says BETWEEN.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date

import duckdb

from revcycle.foundation.archive import Archive
from revcycle.foundation.reference.parquet import SCHEMAS
from revcycle.foundation.reference.procedure_pairs import pairs_relation
from revcycle.foundation.reference.release import Release, ReleaseSet
from revcycle.foundation.reference.timeline import FOREVER, Reign, timeline

# ptp has 1.6 million rows and is joined once: a view reads only the columns of that one join. The others are small.
VIEWS = frozenset({"ptp"})
LEVEL_2 = {"hcpcs": "hcpcs_level_2", "modifier": "modifier_level_2"}
TABLES = tuple(source for source in SCHEMAS if source not in LEVEL_2.values())


def attach(db: duckdb.DuckDBPyConnection, releases: ReleaseSet, archive: Archive) -> frozenset[str]:
    """Create one table or view for each source present, `release` with what was loaded, and `reign` with the days on
    which some release of a source governs: between two of them there may be a gap.

    Returns the names of the sources present. Columns are those of `parquet.SCHEMAS`; ptp has `setting` as well.
    Raises: ObjectMissing when the archive lacks a release.
    """

    def scan(release: Release) -> str:
        return _scan_of(archive, release)

    present = frozenset(source for source in TABLES if releases.of(source))
    for source in sorted(present):
        kind = "VIEW" if source in VIEWS else "TABLE"
        db.execute(f"CREATE OR REPLACE {kind} {source} AS {_relation(db, source, releases, scan)}")
    _attach_release(db, releases)
    _attach_reign(db, releases, present)
    return present


def _scan_of(archive: Archive, release: Release) -> str:
    """The FROM item that reads one release's Parquet."""
    path = str(archive.path(release.sha256))
    # A path may hold what DuckDB takes for a pattern, or a quote.
    pattern = "".join(f"[{character}]" if character in "[*?" else character for character in path).replace("'", "''")
    return f"read_parquet('{pattern}')"


def _relation(db: duckdb.DuckDBPyConnection, source: str, releases: ReleaseSet, scan: Callable[[Release], str]) -> str:
    if source == "ptp":
        return pairs_relation(db, releases.of("ptp"), scan)
    reigns = timeline(releases.of(source))
    whole = _cut(source, reigns, scan)
    if len(reigns) > 1 and source in ("icd10cm", "icd10cm_header"):
        whole = f"({_joined(whole)})"
    if supplement := releases.of(LEVEL_2.get(source, "")):
        return _supplemented(source, whole, _listed(LEVEL_2[source], supplement, scan), supplement)
    return f"SELECT * FROM {whole}"


def _cut(source: str, reigns: Iterable[Reign], scan: Callable[[Release], str]) -> str:
    """A FROM item: the rows of each reign's release, cut to its days."""
    keys = _keys_of(source)
    parts = [
        f"SELECT {keys}, {_date('greatest', 'valid_from', reign.first)} AS valid_from, "
        f"{_date('least', f'coalesce(valid_to, {_literal(FOREVER)})', reign.last)} AS valid_to "
        f"FROM {scan(reign.release)} WHERE valid_from <= {_literal(reign.last)} "
        f"AND (valid_to IS NULL OR valid_to >= {_literal(reign.first)})"
        for reign in reigns
    ]
    return f"({' UNION ALL '.join(parts)})"


def _keys_of(source: str) -> str:
    """The columns of a source but its dates, as a SELECT list."""
    return ", ".join(name for name in SCHEMAS[source].names if name not in ("valid_from", "valid_to"))


def _literal(day: date) -> str:
    """A day as a SQL literal."""
    return f"DATE '{day.isoformat()}'"


def _date(function: str, value: str, day: date) -> str:
    return f"{function}({value}, {_literal(day)})"


def _joined(ranges: str) -> str:
    """Ranges of one code that touch, as one range."""
    return f"""
        SELECT code, min(valid_from) AS valid_from, max(valid_to) AS valid_to
        FROM (
            SELECT *, count(*) FILTER (apart) OVER (PARTITION BY code ORDER BY valid_from) AS stretch
            FROM (
                SELECT *, valid_from > 1 + lag(valid_to) OVER (PARTITION BY code ORDER BY valid_from) AS apart
                FROM {ranges}
            )
        )
        GROUP BY code, stretch
    """


def _listed(source: str, releases: Sequence[Release], scan: Callable[[Release], str]) -> str:
    """A FROM item: each code's rows of the newest file that lists it. A file tells a code's past as well."""
    columns = ", ".join(SCHEMAS[source].names)
    forever = _literal(FOREVER)
    ordered = enumerate(sorted(releases, key=lambda release: (release.valid_from, release.version)))
    files = " UNION ALL ".join(f"SELECT {columns}, {number} AS age FROM {scan(each)}" for number, each in ordered)
    return f"""(
        SELECT {columns.replace("valid_to", f"coalesce(valid_to, {forever}) AS valid_to")} FROM ({files})
        QUALIFY age = max(age) OVER (PARTITION BY {SCHEMAS[source].names[0]})
    )"""


def _supplemented(source: str, whole: str, supplement: str, releases: Sequence[Release]) -> str:
    """`whole`, in which a code that the level II file lists has that file's dates from its first quarter on.

    The file lists level II codes only, so it says nothing about a code that it lacks. A modifier keeps the NCCI flag
    it had, which the file does not carry.
    """
    key = SCHEMAS[source].names[0]
    begins = _literal(min(release.valid_from for release in releases))
    flag = f", coalesce((SELECT arg_max(ncci, valid_from) FROM whole WHERE {key} = listed.{key}), ncci) AS ncci"
    return f"""
        WITH whole AS (SELECT * FROM {whole}), listed AS (SELECT * FROM {supplement})
        SELECT * REPLACE (CASE WHEN {key} IN (SELECT {key} FROM listed) THEN least(valid_to, {begins} - 1)
            ELSE valid_to END AS valid_to)
        FROM whole
        WHERE valid_from < {begins} OR {key} NOT IN (SELECT {key} FROM listed)
        UNION ALL
        SELECT {key}{flag if source == "modifier" else ""},
            CASE WHEN {key} IN (SELECT {key} FROM whole) THEN greatest(valid_from, {begins}) ELSE valid_from END,
            valid_to
        FROM listed
        WHERE valid_to >= {begins} OR {key} NOT IN (SELECT {key} FROM whole)
    """


def _attach_release(db: duckdb.DuckDBPyConnection, releases: ReleaseSet) -> None:
    db.execute(
        "CREATE OR REPLACE TABLE release (source TEXT, setting TEXT, version TEXT, first_day DATE, last_day DATE)"
    )
    rows = [(r.source, r.setting, r.version, r.valid_from, r.valid_to or FOREVER) for r in releases.releases]
    if rows:
        db.executemany("INSERT INTO release VALUES (?, ?, ?, ?, ?)", rows)


def _attach_reign(db: duckdb.DuckDBPyConnection, releases: ReleaseSet, present: Iterable[str]) -> None:
    db.execute("CREATE OR REPLACE TABLE reign (source TEXT, first_day DATE, last_day DATE)")
    rows = [(source, reign.first, reign.last) for source in present for reign in timeline(releases.of(source))]
    if rows:
        db.executemany("INSERT INTO reign VALUES (?, ?, ?)", rows)
