"""Every element is checked before it is written: required, length, characters, blanks at the edges, sign."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from revcycle.foundation.x12.characters import ALLOWED
from revcycle.foundation.x12.map_format import Part

BLANK = 32
Fault = tuple[np.ndarray, str]
"""Rows, and what is wrong with them."""


@dataclass(frozen=True, order=True)
class Finding:
    """An element that cannot be written. `claim` is the row of the claim table, -1 for what all claims share."""

    claim: int
    segment: str
    element: str
    """As partners name it: 02, or 01-2 for a component."""
    column: str
    reason: str
    value: str = field(default="", repr=False, compare=False)


def faults(text: pa.Array, part: Part) -> Iterator[Fault]:
    """Rows of a column that break a rule, with the rule in words. Nothing is repaired."""
    offsets = np.frombuffer(text.buffers()[1], np.int32, len(text) + 1, text.offset * 4)
    size = np.where(text.is_valid().to_numpy(zero_copy_only=False), np.diff(offsets), 0)
    if part.required:
        yield np.flatnonzero(size == 0), "is required and empty"
    if part.shortest > 1:
        yield np.flatnonzero((size > 0) & (size < part.shortest)), f"is shorter than {part.shortest} characters"
    yield np.flatnonzero(size > part.longest), f"is longer than {part.longest} characters"
    if part.kind in ("cents", "thousandths"):
        negative = pc.starts_with(text, "-").fill_null(False)
        yield np.flatnonzero(negative.to_numpy(zero_copy_only=False)), "is negative"
    if part.kind == "text" and offsets[-1] > offsets[0]:
        yield from _characters(text, offsets, size)


def _characters(text: pa.Array, offsets: np.ndarray, size: np.ndarray) -> Iterator[Fault]:
    data = np.frombuffer(text.buffers()[2], np.uint8)[offsets[0] : offsets[-1]]
    starts = offsets - offsets[0]
    foreign = np.flatnonzero(~ALLOWED[data])
    if len(foreign):
        rows = np.unique(np.searchsorted(starts, foreign, "right") - 1)
        yield rows[size[rows] > 0], "holds a delimiter or a character that X12 does not have"
    if not (data == BLANK).any():
        return
    some = np.flatnonzero(size)
    yield some[(data[starts[some]] == BLANK) | (data[starts[some + 1] - 1] == BLANK)], "begins or ends with a blank"
