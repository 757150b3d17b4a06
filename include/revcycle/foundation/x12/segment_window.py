"""Consecutive segments as columns: one numpy pass finds terminators and separators, a column is copied when asked for.

Rows are counted from 0 in the window; `base` is the number of row 0 in the file. A row of -1 stands for a segment that
is not there: its elements are empty.
"""

from collections.abc import Sequence
from copy import copy
from functools import cached_property

import numpy as np
import pyarrow as pa

from revcycle.foundation.x12.segments import BETWEEN, Delimiters

PRINTABLE = bytes(range(32, 127))
_FOREIGN = ~np.isin(np.arange(256), list(PRINTABLE))
_PADDING = np.isin(np.arange(256), list(BETWEEN))


_TAB = 9


def id_code(name: str) -> int:
    """A segment id of up to three signs as the number that `SegmentWindow.ids` holds for it."""
    return int.from_bytes(name.encode().ljust(4, b"\0")[:4], "big")


class SegmentWindow:
    """`ids` is 0 where a segment has no id or one of more than three signs.

    `splits_claim`: it ends inside a claim that is too long for any window.
    """

    def __init__(self, data: bytes, delimiters: Delimiters, base: int, *, overlong: bool = False) -> None:
        """`data` ends with a terminator. `overlong`: one segment that was too long and is held here as an empty one."""
        self.data, self.delimiters, self.base, self.overlong = data, delimiters, base, overlong
        self.splits_claim = False
        self.bytes = np.frombuffer(data, np.uint8)
        self.end = np.flatnonzero(self.bytes == delimiters.segment[0])
        self.start = self._starts()
        if delimiters.segment in BETWEEN and not overlong:  # an empty segment is an empty line then
            self.start, self.end = self.start[self.start < self.end], self.end[self.start < self.end]
        separators = np.flatnonzero(self.bytes == delimiters.element[0])
        self._separators = np.append(separators, len(data))
        self._first = np.searchsorted(separators, self.start)
        self.count = np.searchsorted(separators, self.end) - self._first
        self._id_end = np.where(self.count > 0, self._separators[self._first], self.end)
        self.ids = self._codes(self.start, self._id_end)

    def _starts(self) -> np.ndarray:
        """Where each segment begins, behind line ends and blanks."""
        start = np.concatenate(([0], self.end[:-1] + 1))
        while (padded := (start < self.end) & _PADDING[self.bytes[start]]).any():
            start = start + padded
        return start

    def _codes(self, begin: np.ndarray, end: np.ndarray) -> np.ndarray:
        width = end - begin
        codes = np.zeros(len(begin), np.uint32)
        for place in range(3):
            sign = np.where(width > place, self.bytes.take(begin + place, mode="clip"), 0)
            codes |= sign.astype(np.uint32) << (24 - 8 * place)
        codes[width > 3] = 0
        return codes

    def __len__(self) -> int:
        return len(self.end)

    def head(self, rows: int) -> "SegmentWindow":
        """The first rows alone."""
        if rows == len(self):
            return self
        size = int(self.end[rows - 1]) + 1
        part = copy(self)
        part.data, part.bytes = self.data[:size], self.bytes[:size]
        part.start, part.end, part.ids = self.start[:rows], self.end[:rows], self.ids[:rows]
        part.count, part._first, part._id_end = self.count[:rows], self._first[:rows], self._id_end[:rows]
        return part

    @cached_property
    def _components(self) -> np.ndarray:
        at = np.flatnonzero(self.bytes == self.delimiters.component[0])
        return np.append(at, len(self.data) + 1)

    def span(self, rows: np.ndarray, element: int, component: int = 0) -> tuple[np.ndarray, np.ndarray]:
        """Where an element (from 1; 0 is the id), or a component of it (from 1), begins and ends in each row."""
        begin, end = self._element(rows, element) if element else (self.start[rows], self._id_end[rows])
        if component:
            begin, end = self._within(begin, end, component)
        if rows.min(initial=0) < 0:
            begin, end = np.where(rows < 0, 0, begin), np.where(rows < 0, 0, end)
        return begin, end

    def _element(self, rows: np.ndarray, element: int) -> tuple[np.ndarray, np.ndarray]:
        place, count = self._first[rows] + (element - 1), self.count[rows]
        begin = self._separators.take(place, mode="clip") + 1
        end = self._separators.take(place + 1, mode="clip")
        if count.min(initial=element + 1) > element:
            return begin, end
        stop = self.end[rows]
        return np.where(element <= count, begin, stop), np.where(element < count, end, stop)

    def _within(self, begin: np.ndarray, end: np.ndarray, component: int) -> tuple[np.ndarray, np.ndarray]:
        marks, top = self._components, len(self._components) - 1
        place = np.searchsorted(marks, begin)
        at = begin if component == 1 else marks[np.minimum(place + component - 2, top)] + 1
        begin, end = np.where(at > end, end, at), np.minimum(marks[np.minimum(place + component - 1, top)], end)
        return begin, np.maximum(begin, end)

    def given(self, rows: np.ndarray, element: int, component: int = 0) -> np.ndarray:
        """Where the element has characters."""
        begin, end = self.span(rows, element, component)
        return end > begin

    def raw(self, row: int, element: int) -> str:
        """One element as read; a byte outside ASCII is one character."""
        begin, end = self.span(np.array([row]), element)
        return self.data[int(begin[0]) : int(end[0])].decode("latin-1")

    def elements(self, row: int) -> list[str]:
        """A whole segment, its id first."""
        data = self.data[int(self.start[row]) : int(self.end[row])]
        return data.decode("latin-1").split(self.delimiters.element.decode("latin-1"))

    def codes(self, rows: np.ndarray, element: int) -> np.ndarray:
        """An element of up to three signs as `id_code` has it, 0 where it is empty or longer."""
        return self._codes(*self.span(rows, element))

    def text(self, rows: np.ndarray, element: int, component: int = 0) -> pa.Array:
        """A column of text, never null."""
        begin, end = self.span(rows, element, component)
        return text_column(self.bytes, begin, end)

    def with_components(self, mark: bytes) -> np.ndarray:
        """The bytes with another separator of components."""
        return np.frombuffer(self.data.replace(self.delimiters.component, mark), np.uint8)

    @cached_property
    def foreign(self) -> np.ndarray:
        """Rows that hold a byte outside the X12 character set that is no delimiter."""
        used = self.delimiters
        marks = used.element + used.component + used.repetition + used.segment
        if not self.data.translate(None, PRINTABLE + marks):
            return np.zeros(0, np.int64)
        at = np.flatnonzero(_FOREIGN[self.bytes])
        at = at[~np.isin(self.bytes[at], list(marks)) & (at < self.end[-1])]
        row = np.searchsorted(self.end, at)
        rows: np.ndarray = np.unique(row[at >= self.start[row]])
        return rows


def text_list(texts: list[str]) -> pa.Array:
    """Python strings as an Arrow column, see `text_column`."""
    encoded = [text.encode("latin-1") for text in texts]
    end = np.cumsum([0, *map(len, encoded)])
    return text_column(np.frombuffer(b"".join(encoded), np.uint8), end[:-1], end[1:])


def text_column(source: np.ndarray, begin: np.ndarray, end: np.ndarray) -> pa.Array:
    """The bytes from each `begin` to its `end` as an Arrow column of text, one character a byte.

    Built from buffers: `pa.array()` of Python values imports pandas at its first call.
    """
    lengths = end - begin
    offsets = np.concatenate(([0], np.cumsum(lengths)))
    picked = source[np.repeat(begin - offsets[:-1], lengths) + np.arange(offsets[-1])]
    return _column(offsets, picked)


def tabbed_column(window: SegmentWindow, rows: np.ndarray) -> pa.Array:
    """All that stands behind the id of each row, in ascending order, its elements separated by one tab."""
    begin, end = window.span(rows, 0)[1] + 1, window.end[rows]
    begin = np.minimum(begin, end)
    some = end > begin
    steps = np.zeros(len(window.data) + 1, np.int8)
    steps[begin[some]], steps[end[some]] = 1, -1
    picked = window.bytes[np.cumsum(steps[:-1], dtype=np.int8).view(bool)]
    picked[picked == window.delimiters.element[0]] = _TAB
    return _column(np.concatenate(([0], np.cumsum(end - begin))), picked)


def _column(offsets: np.ndarray, picked: np.ndarray) -> pa.Array:
    if (high := picked > 127).any():
        offsets = offsets + np.concatenate(([0], np.cumsum(high)))[offsets]
        picked = np.frombuffer(picked.tobytes().decode("latin-1").encode(), np.uint8)
    buffers: Sequence[pa.Buffer | None] = [None, pa.py_buffer(offsets.astype(np.int32)), pa.py_buffer(picked)]
    return pa.Array.from_buffers(pa.string(), len(offsets) - 1, buffers)
