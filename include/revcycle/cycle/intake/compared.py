"""Rows of one file compared with each other, on whole columns: what repeats, what differs, what overlaps."""

from collections.abc import Callable, Iterable

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from revcycle.cycle.intake.problems import Problem
from revcycle.cycle.intake.reading import Delivery, found

Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


def codes(column: pa.ChunkedArray) -> Integers:
    """Equal values as equal numbers from 0, in the order of their first row; null is a value too."""
    encoded = column.combine_chunks().dictionary_encode(null_encoding="encode")
    return np.asarray(encoded.indices.to_numpy(zero_copy_only=False), dtype=np.int64)


def first_rows(groups: Integers) -> Integers:
    """For each row the position of the first row of its group."""
    _, first, group = np.unique(groups, return_index=True, return_inverse=True)
    return np.asarray(first[group], dtype=np.int64)


def days(column: pa.ChunkedArray, missing: int) -> Integers:
    """Dates as days since 1970-01-01."""
    numbers = pc.fill_null(column.cast(pa.int32()), missing)
    return np.asarray(numbers.to_numpy(), dtype=np.int64)


def problems_at(
    delivery: Delivery,
    positions: Iterable[int],
    *,
    field: str,
    code: str,
    expected: str,
    reason: Callable[[int], str],
) -> list[Problem]:
    """A problem of `field` in each of the rows; `reason` gets the row's position in the table."""
    places = [int(position) for position in positions]
    taken = delivery.rows.select(["row", field, delivery.kind.subject]).take(pa.array(places, pa.int64()))
    numbers, values, subjects = (column.to_pylist() for column in taken.columns)
    return [
        Problem(number, field, code, expected, found("" if value is None else str(value)), reason(place), subject)
        for place, number, value, subject in zip(places, numbers, values, subjects, strict=True)
    ]


def repeated(delivery: Delivery, groups: Integers, field: str, what: str) -> list[Problem]:
    """Every row after the first of its group; `what` says what stands twice."""
    first = first_rows(groups)
    again = np.flatnonzero(first != np.arange(len(groups)))
    rows = delivery.rows["row"].to_numpy()
    return problems_at(
        delivery,
        again,
        field=field,
        code="repeated",
        expected=f"{what} once",
        reason=lambda at: f"{what} stands in row {rows[first[at]]} already",
    )


def differing(delivery: Delivery, first: Integers, field: str) -> list[Problem]:
    """Every row whose value is not that of the first row of its encounter."""
    values = codes(delivery.rows[field])
    rows = delivery.rows["row"].to_numpy()
    return problems_at(
        delivery,
        np.flatnonzero(values != values[first]),
        field=field,
        code="differs",
        expected="the same on all lines of the encounter",
        reason=lambda at: f"row {rows[first[at]]} of this encounter says otherwise",
    )
