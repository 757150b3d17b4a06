"""Releases made by hand: a few rows put into the state's archive."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from revcycle.foundation.archive import Archive
from revcycle.foundation.reference import Release, ReleaseSet, attach
from revcycle.foundation.reference.parquet import write_rows
from revcycle.foundation.state import State

MakeRelease = Callable[..., Release]
Query = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture
def make_release(state: State, tmp_path: Path) -> MakeRelease:
    """make_release(source, rows, first, last, version=..., setting=...) archives the rows."""

    def make(
        source: str,
        rows: list[tuple[Any, ...]],
        first: date,
        last: date | None,
        *,
        version: str = "one",
        setting: str = "any",
    ) -> Release:
        path = tmp_path / "made.parquet"
        count = write_rows(path, source, rows)
        return Release(source, setting, version, first, last, Archive(state.archive).put(path), count)

    return make


@pytest.fixture
def query(state: State) -> Query:
    """query(releases, sql) attaches the releases to a new DuckDB and runs the SQL."""

    def run(releases: list[Release], sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect() as db:
            attach(db, ReleaseSet.of_all(releases), Archive(state.archive))
            return db.execute(sql).fetchall()

    return run
