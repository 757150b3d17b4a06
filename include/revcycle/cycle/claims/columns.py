"""Columns of the store as columns of an 837: text as X12 takes it, lists taken apart, keys looked up."""

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from revcycle.foundation.x12.arrow import characters, ints, whole
from revcycle.foundation.x12.characters import ALLOWED, x12_text

SEPARATOR = ";"  # of modifiers and pointers in the store
_AS_IT_IS = ALLOWED.copy()  # characters of a text without blanks and lower case, as most codes and numbers are
_AS_IT_IS[[ord(" "), *range(ord("a"), ord("z") + 1)]] = False


def words(values: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Text as X12 takes it, null where it is empty. Only what is not plain goes through Python, value by value."""
    column = whole(values) if isinstance(values, pa.ChunkedArray) else values
    if _AS_IT_IS[characters(column)].all():
        return pc.if_else(pc.equal(pc.binary_length(column), 0), None, column)
    trimmed = pc.ascii_upper(pc.ascii_trim_whitespace(column))
    plain = pc.if_else(pc.equal(pc.binary_length(trimmed), 0), None, trimmed)
    odd = pc.or_(
        pc.invert(pc.string_is_ascii(column)), pc.or_(pc.match_substring(column, "  "), pc.match_substring(column, "`"))
    ).fill_null(False)
    if not pc.any(odd).as_py():
        return plain
    return pc.replace_with_mask(plain, odd, x12_text(column.filter(odd)))


def worded(table: pa.Table, *, but: frozenset[str] = frozenset()) -> dict[str, pa.Array]:
    """The columns of a table by name, text as X12 takes it, `but` some that are not written as they are."""
    return {
        field.name: words(column) if pa.types.is_string(field.type) and field.name not in but else whole(column)
        for field, column in zip(table.schema, table.columns, strict=True)
    }


def spread(values: pa.Array, starts: np.ndarray, name: str, most: int) -> dict[str, pa.Array]:
    """name_1 .. name_`most` of rows whose values follow each other; row i has those of starts[i] to starts[i + 1]."""
    columns = {}
    for place in range(most):
        at = starts[:-1] + place
        valid = at < starts[1:]
        columns[f"{name}_{place + 1}"] = values.take(ints(np.where(valid, at, 0), valid))
    return columns


def split_up(column: pa.Array, name: str, most: int) -> dict[str, pa.Array]:
    """name_1 .. name_`most` of a column of lists in text, in order."""
    lists = pc.split_pattern(column.fill_null(""), SEPARATOR)
    values = lists.flatten()
    values = pc.if_else(pc.equal(pc.binary_length(values), 0), None, values)
    starts = lists.offsets.to_numpy().astype(np.int64)
    return spread(values, starts - starts[0], name, most)


def thousandths(column: pa.Array) -> pa.Array:
    """Numbers that the store has written with three decimals."""
    return pc.cast(pc.replace_substring(column, ".", ""), pa.int64())


def only_where(keep: pa.Array, values: pa.Array) -> pa.Array:
    """The values where `keep` is true, null elsewhere."""
    return pc.if_else(keep.fill_null(False), values, None)


def differs(values: pa.Array, other: pa.Array) -> pa.Array:
    """Where there is a value and the other is missing or another."""
    return pc.and_(values.is_valid(), pc.not_equal(values, other).fill_null(True))


class Listing:
    """Rows of the practice's settings, found by a key."""

    def __init__(self, key: str, columns: Sequence[str], rows: Sequence[Mapping[str, str]]) -> None:
        text = {name: pa.array([row.get(name, "") for row in rows], pa.string()) for name in columns}
        self._key = pa.array([row[key] for row in rows], pa.string())
        self._columns = {name: words(column) for name, column in text.items()}

    def of(self, keys: pa.Array, prefix: str) -> dict[str, pa.Array]:
        """Each column for each key, its name after the prefix; null for a key that is null or not listed."""
        rows = pc.index_in(keys, self._key, skip_nulls=True)
        return {f"{prefix}{name}": column.take(rows) for name, column in self._columns.items()}

    def has(self, keys: pa.Array) -> pa.Array:
        """Whether a key is listed."""
        return pc.is_in(keys, self._key, skip_nulls=True)
