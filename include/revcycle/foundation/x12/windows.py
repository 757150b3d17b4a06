"""A file cut into windows of whole segments: memory is bounded by the window, not by the file or by a set.

A window never cuts a claim, unless that is longer than `LONGEST_CLAIM`. Each interchange has its own delimiters. What
follows an IEA and is no ISA goes on under the old delimiters: the envelope reports it.
"""

from collections.abc import Iterator

import numpy as np

from revcycle.foundation.x12.file_bytes import FileBytes
from revcycle.foundation.x12.segment_window import SegmentWindow, id_code
from revcycle.foundation.x12.segments import (
    BETWEEN,
    BOM,
    LONGEST_SEGMENT,
    Delimiters,
    Problem,
    UnreadableFile,
    delimiters_of,
    is_of_fixed_width,
)

WINDOW = 4 * 1024 * 1024
LONGEST_CLAIM = 16 * 1024 * 1024
ISA_SIZE = 106
_ISA_HEAD = 400
_GAP = 100
_MOST_SEGMENTS = 500_000
_CLAIM = id_code("CLP")
_BOUNDARIES = np.array(
    [id_code(name) for name in ("CLP", "LX", "ST", "SE", "GS", "GE", "ISA", "IEA", "PLB")], np.uint32
)


class Windows:
    """The windows of a file, read once, in order.

    `problems` gets what is wrong between interchanges. After the last window `cut_at` is the number of the segment
    inside which the file ends, 0 where it ends behind a terminator; `count` is the number of segments seen.
    """

    def __init__(self, data: bytes | FileBytes, problems: list[Problem], window: int = WINDOW) -> None:
        self.cut_at = 0
        self._data, self._problems = data, problems
        self._window, self._want = window, min(window, LONGEST_SEGMENT)
        self._at, self._number = 0, 1
        self._delimiters: Delimiters
        self._between = self._in_claim = False

    @property
    def count(self) -> int:
        """Whole segments seen so far."""
        return self._number - 1

    def __iter__(self) -> Iterator[SegmentWindow]:
        """Raises: UnreadableFile when the file is empty or no X12 at all."""
        self._skip()
        if self._at == len(self._data):
            raise UnreadableFile("structure.empty", "the file is empty")
        self._open(self._data[self._at : self._at + _ISA_HEAD])
        while self._at < len(self._data):
            if (window := self._next()) is not None:
                yield window
            if self._between:
                self._skip()
                self._enter()

    def _skip(self) -> None:
        """Past line ends, blanks and byte order marks."""
        while head := self._data[self._at : self._at + 4096]:
            rest = head.lstrip(BETWEEN).removeprefix(BOM)
            if len(rest) == len(head):
                return
            self._at += len(head) - len(rest)

    def _open(self, head: bytes) -> None:
        self._delimiters = delimiters_of(head)
        self._want = min(self._window, LONGEST_SEGMENT)
        if not is_of_fixed_width(head, self._delimiters):
            self._say("structure.envelope", "ISA has not its fixed width")

    def _enter(self) -> None:
        """Begin the next interchange, or go on under the old delimiters where none stands here."""
        self._between = False
        head = self._data[self._at : self._at + LONGEST_SEGMENT]
        if stray := self._stray(head):
            self._say("structure.envelope", "bytes after IEA are no interchange")
            self._at += stray
            head = head[stray:]
        if head.startswith(b"ISA"):
            try:
                self._open(head[:_ISA_HEAD])
            except UnreadableFile as unreadable:
                self._say("structure.truncated" if len(head) < ISA_SIZE else "structure.envelope", str(unreadable))

    def _stray(self, head: bytes) -> int:
        """How many bytes stand before an ISA that follows without a terminator between; 0 where none does."""
        at = head.find(b"ISA", 0, head.find(self._delimiters.segment) + 1 or len(head))
        try:
            return at if at > 0 and is_of_fixed_width(head[at:], delimiters_of(head[at : at + _ISA_HEAD])) else 0
        except UnreadableFile:
            return 0

    def _say(self, code: str, reason: str) -> None:
        self._problems.append(Problem(0, self._number, code, reason, "ISA", fatal=False))

    def _next(self) -> SegmentWindow | None:
        """The next window, or None where more must be read first or the file ends."""
        chunk = self._data[self._at : self._at + self._want]
        last = self._at + len(chunk) >= len(self._data)
        if following := self._next_interchange(chunk):
            chunk, last = chunk[:following], True
        if (crowd := self._crowd(chunk)) < len(chunk):
            chunk, following, last = chunk[:crowd], 0, False
        size = chunk.rfind(self._delimiters.segment) + 1
        if not size:
            return self._without_end(chunk, last=last)
        window = SegmentWindow(chunk[:size], self._delimiters, self._number)
        if not len(window):
            self._at += size
            return None
        rows = self._rows(window, last)
        if rows < 0:
            self._at += int(window.start[0])
            return self._long_segment()
        self._want = min(self._want * 4, self._window if rows else LONGEST_CLAIM)
        if not rows:
            return None
        self._between = (bool(following) and rows == len(window)) or window.ids[rows - 1] == id_code("IEA")
        return self._take(window.head(rows))

    def _next_interchange(self, chunk: bytes) -> int:
        """Where in the chunk the next ISA begins; 0 where none does. One may follow without an IEA before it."""
        at = chunk.find(b"ISA", 1)
        while at > 0:
            before = chunk[max(at - _GAP, 0) : at].removesuffix(BOM)
            if self._delimiters.segment in before[max(len(before.rstrip(BETWEEN)) - 1, 0) :]:
                return at
            at = chunk.find(b"ISA", at + 1)
        return 0

    def _crowd(self, chunk: bytes) -> int:
        """How much of the chunk to read, so that segments of a byte or two do not fill the memory either."""
        ends = np.flatnonzero(np.frombuffer(chunk, np.uint8) == self._delimiters.segment[0])
        return len(chunk) if len(ends) <= _MOST_SEGMENTS else int(ends[_MOST_SEGMENTS - 1]) + 1

    def _rows(self, window: SegmentWindow, last: bool) -> int:
        """How many segments of the window can be read now; 0: none before more is read, -1: the first is too long."""
        ends = np.flatnonzero(window.ids == id_code("IEA"))
        rows, whole = (int(ends[0]) + 1, True) if len(ends) else (len(window), last)
        long = np.flatnonzero(window.end[:rows] - window.start[:rows] > LONGEST_SEGMENT)
        if len(long):
            return int(long[0]) or -1
        return rows if whole else self._rows_of_whole_claims(window)

    def _rows_of_whole_claims(self, window: SegmentWindow) -> int:
        """Up to the last segment that ends a claim; where no claim is open, all."""
        at = np.flatnonzero(np.isin(window.ids, _BOUNDARIES))
        if len(at) and at[-1]:
            return int(at[-1])
        in_claim = bool(window.ids[0] == _CLAIM) if len(at) else self._in_claim
        if in_claim and self._want < LONGEST_CLAIM:
            return 0
        window.splits_claim = in_claim
        return len(window)

    def _take(self, window: SegmentWindow) -> SegmentWindow:
        at = np.flatnonzero(np.isin(window.ids, _BOUNDARIES))
        if len(at):
            self._in_claim = bool(window.ids[at[-1]] == _CLAIM)
        self._at += len(window.data)
        self._number += len(window)
        return window

    def _without_end(self, chunk: bytes, *, last: bool) -> SegmentWindow | None:
        """What to do with bytes that hold no terminator."""
        if blank := len(chunk) - len(chunk.lstrip(BETWEEN)):
            self._at += blank
            return None
        if len(chunk) > LONGEST_SEGMENT:
            return self._long_segment()
        if not last:
            self._want = 2 * LONGEST_SEGMENT
        else:
            self._end()
        return None

    def _long_segment(self) -> SegmentWindow | None:
        """Past a segment that nobody holds whole: its place is kept, its text is not. Without an end it is a cut."""
        at = self._at
        while piece := self._data[at : at + self._window]:
            if (end := piece.find(self._delimiters.segment)) >= 0:
                self._at = at + end + 1
                self._number += 1
                return SegmentWindow(self._delimiters.segment, self._delimiters, self._number - 1, overlong=True)
            at += len(piece)
        self._end()
        return None

    def _end(self) -> None:
        """The file ends in the middle of a segment."""
        self.cut_at, self._at = self._number, len(self._data)
