"""Columns of numbers and dates as X12 writes them, read exactly or not at all."""

from typing import NamedTuple

import numpy as np
import pyarrow as pa

from revcycle.foundation.x12.segment_window import SegmentWindow

LONGEST = 18
_TENS = 10 ** np.arange(LONGEST + 1)
_DAYS = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])


class Numbers(NamedTuple):
    """`value` is 0 where a number is absent or cannot be read."""

    value: np.ndarray
    present: np.ndarray
    bad: np.ndarray


class Dates(NamedTuple):
    """`day` counts from 1970-01-01 and is 0 where a date is absent or cannot be read."""

    day: np.ndarray
    present: np.ndarray
    bad: np.ndarray


def numbers(window: SegmentWindow, rows: np.ndarray, element: int, scale: int = 2) -> Numbers:
    """Whole numbers of 1 / 10^scale.

    X12 type R without exponent: an optional minus, digits, at most one point, no more than `scale` decimals but for
    zeros, at most 18 signs. Nothing is rounded: 1.005 is refused, 1.000 is not.
    """
    begin, end = window.span(rows, element)
    length = end - begin
    value, digits = np.zeros(len(length), np.int64), np.zeros(len(length), np.int64)
    point = np.full(len(length), -1)
    for place in range(int(min(length.max(initial=0), LONGEST))):
        sign = window.bytes.take(begin + place, mode="clip")
        figure, inside = sign - np.uint8(48), place < length
        digit = (figure < 10) & inside
        value = np.where(digit, value * 10 + figure, value)
        digits += digit
        point[(sign == 46) & inside] = place
    minus = (window.bytes.take(begin, mode="clip") == 45) & (length > 0)
    decimals = np.where(point >= 0, length - point - 1, 0)
    bad = (length > LONGEST) | (length - digits != minus.astype(np.int64) + (point >= 0))
    bad |= (length > 0) & ((digits == 0) | (digits - decimals > LONGEST - scale))
    decimals[bad] = 0
    idle = _TENS[np.maximum(decimals - scale, 0)]
    bad |= value % idle != 0
    value = value // idle * _TENS[scale - np.minimum(decimals, scale)]
    return Numbers(np.where(bad, 0, np.where(minus, -value, value)), (length > 0) & ~bad, bad)


def dates(window: SegmentWindow, rows: np.ndarray, element: int) -> Dates:
    """Days written as CCYYMMDD that the calendar has."""
    begin, end = window.span(rows, element)
    given, good = end > begin, end - begin == 8
    digits = np.zeros((8, len(begin)), np.int64)
    for place in range(8):
        sign = window.bytes[np.minimum(begin + place, len(window.data) - 1)].astype(np.int64) - 48
        good &= (sign >= 0) & (sign <= 9)
        digits[place] = sign
    powers = np.array([1000, 100, 10, 1])
    year, month, day = powers @ digits[:4], powers[2:] @ digits[4:6], powers[2:] @ digits[6:]
    good &= (year > 0) & (month >= 1) & (month <= 12)
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    month = np.where(good, month, 1)
    good &= (day >= 1) & (day <= _DAYS[month] + (leap & (month == 2)))
    return Dates(np.where(good, _days_since_epoch(year, month, day), 0), good, given & ~good)


def _days_since_epoch(year: np.ndarray, month: np.ndarray, day: np.ndarray) -> np.ndarray:
    months = np.where((year > 0) & (year < 10000), year - 1970, 0) * 12 + month - 1
    first: np.ndarray = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    days: np.ndarray = first + day - 1
    return days


def date_column(day: np.ndarray, present: np.ndarray) -> pa.Array:
    """date32, null where not present."""
    mask = pa.py_buffer(np.packbits(present, bitorder="little").tobytes())
    return pa.Array.from_buffers(pa.date32(), len(day), [mask, pa.py_buffer(day.astype(np.int32))])


def decimal(cents: int) -> str:
    """Cents as text with two decimals."""
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02}"
