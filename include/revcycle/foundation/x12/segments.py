"""Bytes -> segments. Every byte belongs to a numbered segment or to a problem; each interchange has its own delimiters.

Line ends and blanks between segments are accepted, and a byte order mark before ISA. Bytes outside ASCII are kept, one
character each, and reported. A file that is cut, or goes on as something else, keeps what stands before.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from revcycle.foundation.errors import InputUnusable

LONGEST_SEGMENT = 64 * 1024
ISA_WIDTHS = (2, 10, 2, 10, 2, 15, 2, 15, 6, 4, 1, 5, 9, 1, 1)
BETWEEN = b"\r\n "
BOM = b"\xef\xbb\xbf"
FOREIGN = re.compile(rb"[^ -~]")


class UnreadableFile(InputUnusable):
    """Nothing of the file can be used; `code` is a problem code such as structure.empty."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in a file. `st_index` counts sets from 1, 0 is the envelope; `found` may be PHI."""

    st_index: int
    segment: int
    code: str
    reason: str
    expected: str = ""
    found: str = ""
    fatal: bool = True


@dataclass(frozen=True, slots=True)
class Segment:
    """`number` counts from 1 at the first ISA of the file; elements from 1, empty where absent."""

    number: int
    elements: tuple[str, ...]
    component: str

    @property
    def id(self) -> str:
        return self.elements[0]

    def e(self, place: int) -> str:
        """An element."""
        return self.elements[place] if place < len(self.elements) else ""

    def c(self, place: int, part: int) -> str:
        """A component of an element, from 1."""
        parts = self.e(place).split(self.component)
        return parts[part - 1] if part <= len(parts) else ""


@dataclass(frozen=True, slots=True)
class Delimiters:
    """One byte each; `repetition` is empty where ISA11 names none (it was the standard's id before 00402)."""

    element: bytes
    component: bytes
    repetition: bytes
    segment: bytes


def read_segments(data: bytes, problems: list[Problem]) -> Iterator[Segment]:
    """Every segment of a file. Raises: UnreadableFile when it is empty or no X12 at all."""
    at, number = len(BOM) if data.startswith(BOM) else 0, 0
    if at:
        problems.append(Problem(0, 1, "structure.characters", "a byte order mark stands before ISA", fatal=False))
    while True:
        at = _skip(data, at)
        if at >= len(data):
            if not number:
                raise UnreadableFile("structure.empty", "the file is empty")
            return
        if number and data[at : at + 3] != b"ISA":
            problems.append(Problem(0, number + 1, "structure.envelope", "bytes after IEA are no interchange", "ISA"))
            return
        try:
            delimiters = delimiters_of(data[at : at + 400])
        except UnreadableFile as unreadable:
            if not number:
                raise
            problems.append(Problem(0, number + 1, "structure.truncated", str(unreadable), "ISA"))
            return
        if not is_of_fixed_width(data[at : at + 400], delimiters):
            problems.append(Problem(0, number + 1, "structure.envelope", "ISA has not its fixed width", fatal=False))
        for segment, after in _interchange(data, at, number, delimiters, problems):
            number, at = segment.number, after
            yield segment


def _interchange(
    data: bytes, at: int, number: int, delimiters: Delimiters, problems: list[Problem]
) -> Iterator[tuple[Segment, int]]:
    """Segments up to IEA, or to the next ISA where it is missing, each with the place after it."""
    first = at
    element, component = delimiters.element.decode("latin-1"), delimiters.component.decode("latin-1")
    while (at := _skip(data, at)) < len(data) and (at == first or data[at : at + 3] != b"ISA"):
        end = data.find(delimiters.segment, at)
        number += 1
        unusable = _too_long(at, end)
        if unusable:
            problems.append(Problem(-1, number, "structure.truncated", unusable))
            at = end + 1 if end >= 0 else len(data)
            yield Segment(number, ("",), component), at
            continue
        raw = data[at:end]
        segment = Segment(number, tuple(raw.decode("latin-1").split(element)), component)
        if not segment.id:
            problems.append(Problem(-1, number, "structure.order", "a segment has no name"))
        if FOREIGN.search(raw):
            reason = "a byte is outside the X12 character set"
            problems.append(Problem(-1, number, "structure.characters", reason, fatal=False))
        at = end + 1
        yield segment, at
        if segment.id == "IEA":
            return


def _too_long(at: int, end: int) -> str:
    """Why the segment from `at` cannot be used: it has no end, or the end is too far; empty when it can."""
    if end < 0:
        return "the file ends inside a segment"
    return f"a segment is longer than {LONGEST_SEGMENT} bytes" if end - at > LONGEST_SEGMENT else ""


def _skip(data: bytes, at: int) -> int:
    while at < len(data) and data[at] in BETWEEN:
        at += 1
    return at


def delimiters_of(head: bytes) -> Delimiters:
    """The delimiters that the ISA at the begin of `head` names. Raises: UnreadableFile when it is none."""
    if head[:3] != b"ISA":
        raise UnreadableFile("structure.not_x12", "the file does not begin with ISA: it is no X12 interchange")
    parts = head.split(head[3:4], 16) if len(head) > 3 else []
    if len(parts) < 17 or len(parts[16]) < 2:
        raise UnreadableFile("structure.not_x12", "ISA has fewer than 16 elements: the file is cut or no X12")
    repetition = parts[11] if len(parts[11]) == 1 and not parts[11].isalnum() else b""
    found = Delimiters(head[3:4], parts[16][:1], repetition, parts[16][1:2])
    used = {found.element, found.component, found.segment}
    if len(used) < 3 or any(sign.isalnum() or sign in (b" ", b"\x00") or sign[0] > 126 for sign in used):
        raise UnreadableFile("structure.not_x12", "the delimiters that ISA names cannot be used")
    return found


def is_of_fixed_width(head: bytes, delimiters: Delimiters) -> bool:
    """Whether every element of the ISA has the width that the standard fixes."""
    return tuple(len(part) for part in head.split(delimiters.element, 16)[1:16]) == ISA_WIDTHS
