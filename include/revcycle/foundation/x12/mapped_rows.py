"""The rows of a table that have one segment of the map."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from revcycle.foundation.x12.arrow import ints, present
from revcycle.foundation.x12.map_format import Row

ORDER = frozenset({"n", "m", "rep"})  # of rows within a claim


@dataclass(frozen=True)
class MappedRows:
    """`claim` is the row of the claim table each of them belongs to; -1 for the header, which all claims share."""

    row: Row
    table: pa.Table
    claim: np.ndarray


def mapped(row: Row, table: pa.Table) -> MappedRows | None:
    """The rows whose columns fulfil the conditions of the segment; None where there are none.

    Of their columns only those that the segment and its place are made of.
    """
    has = np.ones(table.num_rows, bool)
    for condition in row.when:
        has &= given(table, condition.lstrip("!")) != condition.startswith("!")
    index = np.flatnonzero(has)
    if not len(index):
        return None
    claim = np.full(1, -1) if row.section == "set" else index if row.section == "claim" else numbers(table, "claim")
    taken = table.select([name for name in table.column_names if name in row.columns or name in ORDER])
    if len(index) == table.num_rows:
        return MappedRows(row, taken, claim)
    taken = taken.take(ints(index))
    return MappedRows(row, taken, claim if row.section == "claim" else claim[index])


def given(table: pa.Table, column: str) -> np.ndarray:
    """Where a column has a value; nowhere, where the table has no such column."""
    return present(table[column]) if column in table.column_names else np.zeros(table.num_rows, bool)


def numbers(table: pa.Table, column: str) -> np.ndarray:
    """A column of whole numbers; zeros where the table has none of that name."""
    if column not in table.column_names:
        return np.zeros(table.num_rows, np.int64)
    values: np.ndarray = table[column].to_numpy().astype(np.int64)
    return values
