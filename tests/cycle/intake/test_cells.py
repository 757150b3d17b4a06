"""What a person is told about a cell: the reason is the one that is true of the text."""

import pytest

from revcycle.cycle.intake import cells
from revcycle.cycle.intake.cells import Kind, Remark


def remark(kind: Kind, text: str) -> Remark:
    said = kind.read(text)
    assert isinstance(said, Remark)
    return said


@pytest.mark.parametrize(
    ("kind", "text", "words"),
    [
        (cells.MONEY, "1" * 13, "too large"),
        (cells.MONEY, "-1" + "0" * 12 + ".00", "too large"),
        (cells.MONEY, "1.005", "too many decimals"),
        (cells.UNITS, "1" * 10, "too large"),
        (cells.UNITS, "0000000001.0005", "too many decimals"),
        (cells.LINE, "1" * 10, "too large"),
        (cells.LINE, "0", "no line number"),
        (cells.LINE, "one", "no line number"),
        (cells.POINTERS, "1;1234567890", "too many digits"),
        (cells.POINTERS, "1;a", "no whole number"),
    ],
)
def test_a_number_that_is_too_large_is_not_said_to_be_something_else(kind: Kind, text: str, words: str) -> None:
    assert words in remark(kind, text).reason


@pytest.mark.parametrize(
    ("text", "code", "reason"),
    [
        ("11/12/2026", "date_us", "month and day may stand in either order"),
        ("11/16/2026", "date_us", "the year must stand first"),
        ("16.11.2026", "date_us", "the year must stand first"),
        ("2026-7-1", "date", "this is no date so written"),
        ("2026-02-30", "date", "there is no such day"),
    ],
)
def test_month_and_day_are_in_doubt_only_where_either_may_be_the_month(text: str, code: str, reason: str) -> None:
    said = remark(cells.DAY, text)
    assert (said.code, said.reason) == (code, reason)
