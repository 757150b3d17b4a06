"""Sweep one file of claims: no database, nothing is written."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from revcycle.cycle.edits.judge import PRINTED_FINDINGS, UNLISTED, NotEvaluated, judge
from revcycle.cycle.edits.read_file import ClaimsFile, read_claims
from revcycle.cycle.edits.relations import connect
from revcycle.foundation.archive import Archive
from revcycle.foundation.calendar import FilingLimit
from revcycle.foundation.reference import ReleaseSet

BATCH = 10_000
COLUMNS = (
    "rule",
    "severity",
    "claim",
    "first_line",
    "lines",
    "codes",
    "details",
    "release",
    "others_of",
    "others_count",
)


@dataclass(frozen=True)
class FileSweep:
    """What was read, and the tables of what was found in it; `report` says it."""

    file: ClaimsFile
    not_evaluated: tuple[NotEvaluated, ...]
    db: duckdb.DuckDBPyConnection

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """COLUMNS of each finding, in order, a batch in memory at a time; `others_of` is a key of `neighbours`."""
        for batch in self.db.sql(PRINTED_FINDINGS).to_arrow_reader(BATCH):
            yield from zip(*(batch.column(name).to_pylist() for name in COLUMNS), strict=True)

    def neighbours(self) -> Mapping[int, Sequence[Mapping[str, int]]]:
        """The lines that findings share as lines of other claims, by key."""
        return dict(self.db.execute("SELECT key, found FROM neighbours").fetchall())


@contextmanager
def sweep_file(
    path: Path,
    *,
    as_of: date,
    releases: ReleaseSet,
    archive: Archive,
    limits: Sequence[FilingLimit],
    spill: Path,
) -> Iterator[FileSweep]:
    """Judge every readable line of `path` as of a day; the whole file is one billing group.

    `spill` is a folder for what does not fit in memory; it is left as it was found.
    Raises: InputUnusable when the file as a whole cannot be used.
    """
    spill.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=spill) as folder:
        file = read_claims(path, today=as_of, spill=Path(folder))
        with connect(Path(folder)) as db:
            db.register("lines_in", file.lines)
            db.register("diagnoses_in", file.diagnoses)
            db.register("unlisted", UNLISTED.empty_table())
            silent = judge(db, releases=releases, archive=archive, limits=limits)
            yield FileSweep(file, silent, db)
