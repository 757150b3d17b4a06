"""Consecutive segments of a file as arrays: where each begins and ends, and its elements as whole columns.

One pass finds terminators and separators; nothing is copied until a column is asked for. Rows count from 0 in the
window, `base` is the number of the first segment in the file.
"""

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

LONGEST_NUMBER = 18
FOREIGN = np.array([byte < 32 or byte > 126 for byte in range(256)])  # outside the X12 extended character set
EPOCH = np.datetime64("1970-01-01", "D")


def code(segment_id: str) -> int:
    """A segment id as one number, so that a column of them compares at once."""
    return int.from_bytes(segment_id.encode().ljust(4, b"\0")[:4], "big")


@dataclass(frozen=True)
class Separators:
    """The delimiters of one interchange as bytes' numbers; `repetition` is -1 where it is none."""

    element: int
    component: int
    repetition: int
    segment: int


@dataclass
class Window:
    """Rows of segments over `data`.

    `overlong`: rows whose segment was too long and is shortened here; `forced`: the window ends where no claim begins;
    `ends_file`: its last segment has no terminator.
    """

    data: bytes
    separators: Separators
    base: int
    overlong: set[int] = field(default_factory=set)
    forced: bool = False
    ends_file: bool = False

    def __post_init__(self) -> None:
        self.bytes = np.frombuffer(self.data, np.uint8)
        self.end = np.flatnonzero(self.bytes == self.separators.segment)
        self.start = self._starts()
        self._separators = np.flatnonzero(self.bytes == self.separators.element)
        self._first = np.searchsorted(self._separators, self.start)
        self.count = np.searchsorted(self._separators, self.end) - self._first
        self._components: np.ndarray | None = None
        self.id = self._ids()

    def __len__(self) -> int:
        return len(self.end)

    def _starts(self) -> np.ndarray:
        """Line ends and blanks between segments belong to none of them."""
        start = np.concatenate(([0], self.end[:-1] + 1)) if len(self.end) else self.end
        while (padded := (start < self.end) & np.isin(self.bytes[start], (10, 13, 32))).any():
            start = start + padded
        return start

    def _ids(self) -> np.ndarray:
        last = max(len(self._separators) - 1, 0)
        after = self._separators[np.minimum(self._first, last)] if len(self._separators) else 0
        width = np.where(self.count > 0, after, self.end) - self.start
        ids = np.zeros(len(self.end), np.uint32)
        for place in range(3):
            byte = self.bytes[np.minimum(self.start + place, len(self.bytes) - 1)]
            ids |= np.where(width > place, byte, 0).astype(np.uint32) << (24 - 8 * place)
        ids[width > 3] = 0
        return ids

    def span(self, rows: np.ndarray, element: int, component: int = 0) -> tuple[np.ndarray, np.ndarray]:
        """From where to where an element (or a component of it, from 1) reaches; empty where it is absent."""
        first, count, stop = self._first[rows], self.count[rows], self.end[rows]
        if element == 0:
            return self.start[rows], np.where(count > 0, self.span(rows, 1)[0] - 1, stop)
        if not len(self._separators):
            return stop, stop
        last = len(self._separators) - 1
        begin = np.where(element <= count, self._separators[np.minimum(first + element - 1, last)] + 1, stop)
        end = np.where(element < count, self._separators[np.minimum(first + element, last)], stop)
        if component:
            begin, end = self._within(begin, end, component)
        return begin, np.maximum(begin, end)

    def _within(self, begin: np.ndarray, end: np.ndarray, component: int) -> tuple[np.ndarray, np.ndarray]:
        if self._components is None:
            found = np.flatnonzero(self.bytes == self.separators.component)
            self._components = np.append(found, len(self.bytes) + 1)
        marks, top = self._components, len(self._components) - 1
        at = np.searchsorted(marks, begin)
        start = begin if component == 1 else marks[np.minimum(at + component - 2, top)] + 1
        return np.where(start > end, end, start), np.minimum(marks[np.minimum(at + component - 1, top)], end)

    def raw(self, rows: np.ndarray, element: int, component: int = 0) -> list[bytes]:
        """An element of each row as bytes."""
        begin, end = self.span(rows, element, component)
        return [self.data[i:j] for i, j in zip(begin.tolist(), end.tolist(), strict=True)]

    def elements(self, row: int) -> list[str]:
        """All elements of one segment, its id first, padded so that 30 can be asked for."""
        raw = self.data[int(self.start[row]) : int(self.end[row])].decode("latin-1")
        return raw.split(chr(self.separators.element)) + [""] * 30

    def equals(self, rows: np.ndarray, element: int, value: bytes) -> np.ndarray:
        """Where an element is exactly this."""
        begin, end = self.span(rows, element)
        same: np.ndarray = (end - begin) == len(value)
        for place, byte in enumerate(value):
            same = same & (self.bytes[np.minimum(begin + place, len(self.bytes) - 1)] == byte)
        return same

    def empty(self, rows: np.ndarray, element: int) -> np.ndarray:
        """Where an element is absent or has nothing in it."""
        begin, end = self.span(rows, element)
        nothing: np.ndarray = np.logical_not(end > begin)
        return nothing

    def text(self, rows: np.ndarray, element: int, component: int = 0) -> pa.Array:
        """A column of text, empty where absent. A byte outside ASCII is one character; NUL cannot be stored."""
        return self._text(*self.span(rows, element, component))

    def joined(self, rows: np.ndarray, element: int, first: int, last: int) -> pa.Array:
        """Components `first` to `last` of an element with `;` between them, without idle ones at the end."""
        begin, end = self.span(rows, element, first)[0], self.span(rows, element, last)[1]
        parts = pc.replace_substring(self._text(begin, np.maximum(begin, end)), chr(self.separators.component), ";")
        return pc.utf8_rtrim(parts, ";")

    def whole(self, rows: np.ndarray) -> pa.Array:
        """Everything after the segment id, with a tab between elements."""
        begin = np.minimum(self.span(rows, 1)[0], self.end[rows])
        joined = self._text(begin, self.end[rows])
        return pc.replace_substring(joined, chr(self.separators.element), "\t")

    def _text(self, begin: np.ndarray, end: np.ndarray) -> pa.Array:
        length = end - begin
        offsets = np.zeros(len(length) + 1, np.int32)
        np.cumsum(length, out=offsets[1:])
        picked = self.bytes[np.repeat(begin - offsets[:-1], length) + np.arange(offsets[-1])]
        if (picked > 127).any() or (picked == 0).any():
            pieces = [picked[i:j].tobytes() for i, j in pairwise(offsets.tolist())]
            return pa.array([piece.decode("latin-1").replace("\0", "\ufffd") for piece in pieces], pa.string())
        return pa.Array.from_buffers(pa.string(), len(length), [None, pa.py_buffer(offsets), pa.py_buffer(picked)])

    def number(
        self, rows: np.ndarray, element: int, scale: int = 2, component: int = 0
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Fixed-point integers of X12 type R: value, where present, where unreadable.

        Optional minus, digits, one point; no exponent, at most 18 characters; decimals beyond the scale only as zeros.
        """
        begin, end = self.span(rows, element, component)
        length, present = end - begin, end > begin
        value, decimals, digits = (np.zeros(len(length), np.int64) for _ in range(3))
        unreadable = length > LONGEST_NUMBER
        point, minus = np.zeros(len(length), bool), np.zeros(len(length), bool)
        for place in range(int(min(length.max(initial=0), LONGEST_NUMBER))):
            inside = place < length
            byte = np.where(inside, self.bytes[np.minimum(begin + place, len(self.bytes) - 1)], 0)
            digit = (byte >= 48) & (byte <= 57)
            is_point, is_minus = (byte == 46) & ~point, (byte == 45) & (place == 0)
            keep = digit & (~point | (decimals < scale))
            unreadable |= inside & ~(digit | is_point | is_minus) | digit & ~keep & (byte != 48)
            value = np.where(keep & (digits < 17), value * 10 + (byte.astype(np.int64) - 48), value)
            decimals += keep & point
            digits += keep
            point |= is_point
            minus |= is_minus
        unreadable |= present & (digits == 0)
        unreadable |= digits - decimals > 16 - scale
        value *= 10 ** (scale - np.minimum(decimals, scale))
        value = np.where(unreadable, 0, np.where(minus, -value, value))
        return value, present & ~unreadable, unreadable

    def dates(self, rows: np.ndarray, element: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Days since 1970 of CCYYMMDD: value, where readable, where something else stands."""
        begin, end = self.span(rows, element)
        right = (end - begin) == 8
        digits = [
            self.bytes[np.minimum(begin + place, len(self.bytes) - 1)].astype(np.int64) - 48 for place in range(8)
        ]
        for digit in digits:
            right &= (digit >= 0) & (digit <= 9)
        year = digits[0] * 1000 + digits[1] * 100 + digits[2] * 10 + digits[3]
        month, day = digits[4] * 10 + digits[5], digits[6] * 10 + digits[7]
        right &= (year >= 1) & (month >= 1) & (month <= 12) & (day >= 1)
        months = np.where(right, (year - 1970) * 12 + month - 1, 0).astype("datetime64[M]")
        first = months.astype("datetime64[D]")
        length = ((months + 1).astype("datetime64[D]") - first).astype(np.int64)
        right &= day <= length
        days = (first - EPOCH).astype(np.int64) + day - 1
        return np.where(right, days, 0), right, (end > begin) & ~right

    def foreign(self) -> np.ndarray:
        """Rows that hold a byte outside the X12 character set."""
        at = np.flatnonzero(FOREIGN[self.bytes])
        own = (self.separators.segment, self.separators.element, self.separators.component, self.separators.repetition)
        at = at[~np.isin(self.bytes[at], own)]
        row = np.minimum(np.searchsorted(self.end, at), len(self) - 1)
        return np.unique(row[at >= self.start[row]])
