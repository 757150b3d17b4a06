"""A file cut into windows of whole segments that begin where a claim, set or group begins, so memory stays flat."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import numpy as np

from revcycle.foundation.x12.remittance.window import Separators, Window, code
from revcycle.foundation.x12.segments import (
    BETWEEN,
    BOM,
    LONGEST_SEGMENT,
    Problem,
    UnreadableFile,
    is_of_fixed_width,
    read_delimiters,
)

WINDOW = 4 * 1024 * 1024
FIRST = 256 * 1024
GROWTH = 16
"""How many windows a claim may fill before it is cut anyway, which spoils its set."""
CUTS = np.array([code(name) for name in ("CLP", "ST", "GS", "ISA")], np.uint32)
ISA, IEA = code("ISA"), code("IEA")


class Sliceable(Protocol):
    def __len__(self) -> int: ...
    def __getitem__(self, part: slice, /) -> bytes: ...


class FileBytes:
    """A file that can be sliced like bytes; mapping it would count its pages as our memory."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        self._size = os.fstat(self._file.fileno()).st_size

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, part: slice, /) -> bytes:
        begin, end, _ = part.indices(self._size)
        return os.pread(self._file.fileno(), max(end - begin, 0), begin)


class Windows:
    """Iterates over a file's windows; what is wrong between segments goes to `problems`.

    `cut` tells, at the end, that the file ends inside a segment, and `last` the number of the last segment.
    """

    def __init__(self, data: Sliceable, problems: list[Problem], window: int = WINDOW) -> None:
        self._data, self._problems, self._window = data, problems, window
        self._at = len(BOM) if data[:3] == BOM else 0
        self.last, self.cut = 0, False
        if self._at:
            self._say(1, "structure.characters", "a byte order mark stands before ISA", fatal=False)

    def __iter__(self) -> Iterator[Window]:
        while (at := self._skip(self._at)) < len(self._data):
            self._at = at
            if (separators := self._separators()) is None:
                return
            yield from self._interchange(separators)
        if not self.last:
            raise UnreadableFile("structure.empty", "the file is empty")

    def _skip(self, at: int) -> int:
        while (block := self._data[at : at + 4096]) and not (rest := block.lstrip(BETWEEN)):
            at += len(block)
        return at + (len(block) - len(rest) if block else 0)

    def _separators(self) -> Separators | None:
        """Those of the ISA that stands here; None, with a problem, where after an interchange there is none."""
        head = self._data[self._at : self._at + 400]
        try:
            found = read_delimiters(head)
        except UnreadableFile as unreadable:
            if not self.last:
                raise
            self._say(self.last + 1, "structure.envelope", f"after IEA: {unreadable}", expected="ISA")
            return None
        if not is_of_fixed_width(head, found):
            self._say(self.last + 1, "structure.envelope", "ISA has not its fixed width", fatal=False)
        repetition = head.split(found.element, 16)[11]
        single = repetition[0] if len(repetition) == 1 else -1
        return Separators(found.element[0], found.component[0], single, found.segment[0])

    def _interchange(self, separators: Separators) -> Iterator[Window]:
        """Windows up to IEA, to the next ISA where it is missing, or to the end of the file."""
        want, begun = min(FIRST, self._window), False
        while (at := self._skip(self._at)) < len(self._data):
            self._at = at
            chunk = self._data[self._at : self._at + want]
            final = self._at + len(chunk) >= len(self._data)
            last = chunk.rfind(bytes([separators.segment]))
            if len(chunk) - last - 1 > LONGEST_SEGMENT or (final and last < len(chunk) - 1):
                window, after = self._past_overlong(chunk, last, separators)
                n = len(window)
            else:
                window, after = Window(chunk[: last + 1], separators, self.last + 1), self._at + last + 1
                n = self._whole(window, final=final, grown=want >= GROWTH * self._window)
            n, ended = _end_of_interchange(window, n, begun=begun)
            if n == 0:
                want *= 4
                continue
            yield self._take(window, n, after)
            begun = True
            if ended:
                return
            want = min(want * 4, self._window)
        self._at = at

    def _whole(self, window: Window, *, final: bool, grown: bool) -> int:
        """How many rows up to the last place where a claim, set or group begins."""
        if final:
            return len(window)
        cuts = np.flatnonzero(np.isin(window.id, CUTS))
        if len(cuts) and cuts[-1] > 0:
            return int(cuts[-1])
        window.forced = grown
        return len(window) if grown else 0

    def _take(self, window: Window, n: int, after: int) -> Window:
        """The window's first rows; the place in the file moves behind them."""
        self.cut = window.ends_file and n == len(window)
        if n < len(window):
            used = int(window.end[n - 1]) + 1
            overlong = {row for row in window.overlong if row < n}
            forced = window.forced
            window = Window(window.data[:used], window.separators, window.base, overlong, forced)
            after = self._at + used
        window.overlong |= set(np.flatnonzero(window.end - window.start > LONGEST_SEGMENT).tolist())
        self._at = after
        self.last += n
        return window

    def _past_overlong(self, chunk: bytes, last: int, separators: Separators) -> tuple[Window, int]:
        """The rows before a segment that is too long or has no end, and a short stub of it as the last row.

        Without a terminator the file is cut there.
        """
        begin = self._at + last + 1
        end = self._find(separators.segment, begin)
        stub = chunk[last + 1 :].lstrip(BETWEEN)[:64]
        if end < 0 and not stub:
            return Window(chunk[: last + 1], separators, self.last + 1), len(self._data)
        whole = chunk[: last + 1] + stub + bytes([separators.segment])
        window = Window(whole, separators, self.last + 1)
        window.overlong.add(len(window) - 1)
        window.ends_file = end < 0
        return window, len(self._data) if end < 0 else end + 1

    def _find(self, byte: int, at: int) -> int:
        while block := self._data[at : at + WINDOW]:
            if (found := block.find(bytes([byte]))) >= 0:
                return at + found
            at += len(block)
        return -1

    def _say(self, number: int, problem: str, reason: str, *, expected: str = "", fatal: bool = True) -> None:
        self._problems.append(Problem(0, number, problem, reason, expected, fatal=fatal))


def _end_of_interchange(window: Window, n: int, *, begun: bool) -> tuple[int, bool]:
    """Rows up to the end of the interchange, and whether it ends here."""
    trailer = np.flatnonzero(window.id[:n] == IEA)
    header = np.flatnonzero(window.id[:n] == ISA)
    header = header if begun else header[header > 0]
    ends = [int(trailer[0]) + 1] if len(trailer) else []
    ends += [int(header[0])] if len(header) else []
    return (min(ends), True) if ends else (n, False)
