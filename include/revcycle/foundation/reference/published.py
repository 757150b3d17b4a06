"""What the loaders of published files share: what a file becomes, quarters, and how a fault is said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa

from revcycle.foundation.errors import InputUnusable


@dataclass(frozen=True)
class Converted:
    """One table of a published file, in the columns of `parquet.SCHEMAS[source]`."""

    source: str
    setting: str
    version: str
    first_day: date
    last_day: date
    table: pa.Table


@dataclass(frozen=True)
class Form:
    """A published file as this program knows it.

    `recognises` is given the file's name in lower case and its first 8,000 characters; `convert` raises InputUnusable
    with the row and field at fault.
    """

    description: str
    recognises: Callable[[str, str], bool]
    convert: Callable[[Path], list[Converted]]


def quarter_of(day: date) -> tuple[date, date]:
    """First and last day of the quarter that holds a day."""
    first = date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)
    following = date(first.year + first.month // 10, (first.month + 2) % 12 + 1, 1)
    return first, following - timedelta(days=1)


def quarter_name(day: date) -> str:
    """2026-07-01 is of "2026Q3"."""
    return f"{day.year}Q{(day.month + 2) // 3}"


def compact_day(text: str) -> date | None:
    """20260701 as a date; None when it is none."""
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:])) if len(text) == 8 and text.isdecimal() else None
    except ValueError:
        return None


def at_fault(path: Path, row: int, field: str, found: str, expected: str) -> InputUnusable:
    """The sentence about one value of a published file. Such a file holds no patient's data, so the value is shown."""
    return InputUnusable(
        f"{path.name}, row {row}, {field}: found {found[:40]!r}, expected {expected}. Nothing of the files was loaded; "
        "fetch the file again from CMS."
    )
