"""From lines of text to rows of values, and apart from them the lines whose quotation marks do not match.

Python's csv module cuts the lines. A value may hold commas, line ends and doubled quotation marks if it stands in
quotation marks (RFC 4180). A mark that stands anywhere else is broken, and so is one that opens a value which is never
closed, or is closed rows later: a row of several lines must have as many values as the header, and none of them may
hold what might be a row. Where a mark is broken each line is a row by itself again, and only those that hold such a
mark cannot be read. So no row is swallowed by a row before it; only a line that lacks values as well cannot be told
from a line of text.
"""

import csv
import re
from collections import deque
from collections.abc import Iterator

Row = tuple[int, list[str]]
"""The number of a row, the header being 1, and its values."""

_VALUE = r'(?:"(?:[^"]|"")*"|[^",]*)'
_WELL_QUOTED = re.compile(rf"{_VALUE}(?:,{_VALUE})*")


class Lines(Iterator[str]):
    """Lines that can be given back; `taken` are those since it was last emptied."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._again: deque[str] = deque()
        self.taken: list[str] = []

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._lines)
        self.taken.append(line)
        return line

    def give_back(self) -> str:
        """Give back all that were taken but the first, which is returned."""
        first, *rest = self.taken
        self._again.extendleft(reversed(rest))
        return first


class Cutter(Iterator[list[str]]):
    """The rows of lines. After the header, `below` tells sound rows from `broken` lines.

    It never looks further ahead than one value of the csv module may be long (128 KiB).
    """

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = Lines(lines)
        self._reader = csv.reader(self._lines, strict=True)
        self.broken: list[tuple[int, str]] = []
        """Row number and text of each line in which a quotation mark does not match."""

    def __next__(self) -> list[str]:
        return next(self._reader)

    def below(self, width: int) -> Iterator[Row]:
        """The rows below the header, which has `width` values; those without any value only count."""
        number = 1
        while True:
            self._lines.taken.clear()
            number += 1
            try:
                row = next(self._reader)
                sound = self._sound(row, width)
            except StopIteration:
                return
            except csv.Error:
                sound = False
            if not sound:
                self.broken.append((number, self._lines.give_back()))
            elif any(map(str.strip, row)):
                yield number, row

    def _sound(self, row: list[str], width: int) -> bool:
        lines = self._lines.taken
        if len(lines) > 1 and (len(row) != width or any(_holds_a_row(value, width) for value in row)):
            return False
        # A mark is left in a value where it was doubled, or where it does not belong.
        return '"' not in "".join(row) or _WELL_QUOTED.fullmatch("".join(lines).rstrip("\r\n")) is not None


def _holds_a_row(value: str, width: int) -> bool:
    """Whether a value of several lines may have swallowed a row, or the beginning of one.

    A whole row brings its commas along. Of a row that has a value of several lines itself, the mark which opens that
    value would be the one to close ours; it stands behind a comma.
    """
    return "\n" in value and (value.count(",") >= width - 1 or value.endswith(","))
