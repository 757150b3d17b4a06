"""The envelope taken apart: interchanges, groups, transaction sets, and what does not fit in them.

A set stands by itself: a wrong count or a missing trailer further out is reported and leaves it whole; one without its
own SE, or with a wrong count of segments, is not whole.
"""

import hashlib
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from revcycle.foundation.x12.segments import Problem, Segment, read_segments


@dataclass(frozen=True)
class Interchange:
    """ISA, as far as answers need it."""

    isa13: str
    sender: str
    receiver: str
    date: str
    time: str
    usage: str


@dataclass(frozen=True)
class Group:
    """GS of the group a set stands in."""

    functional_id: str
    gs06: str
    date: str
    time: str
    version: str


@dataclass
class TransactionSet:
    """The segments between ST and SE. `whole` is false when it must not be used."""

    index: int
    interchange: Interchange
    group: Group | None
    set_id: str
    st02: str
    first: int
    segments: list[Segment] = field(default_factory=list)
    whole: bool = True

    @property
    def version(self) -> str:
        return self.group.version if self.group else ""

    def body_sha256(self) -> str:
        """Of the content alone: control numbers, delimiters and line ends differ between deliveries of one set."""
        body = hashlib.sha256()
        for segment in self.segments:
            parts = ("\x1e".join(element.split(segment.component)) for element in segment.elements)
            body.update("\x1d".join(parts).rstrip("\x1d").encode() + b"\x1c")
        return body.hexdigest()


@dataclass
class Content:
    """A file taken apart. TA1 segments stand outside every set, mostly before the first group."""

    interchanges: list[Interchange] = field(default_factory=list)
    interchange_answers: list[tuple[Interchange, Segment]] = field(default_factory=list)
    sets: list[TransactionSet] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def take_apart(data: bytes) -> Content:
    """The interchanges and sets of a file. Raises: UnreadableFile when nothing of it can be used."""
    reader = _Reader()
    for segment in read_segments(data, reader.content.problems):
        reader.read(segment)
    reader.finish()
    return reader.content


class _Reader:
    """Follows the envelope segment by segment."""

    def __init__(self) -> None:
        self.content = Content()
        self.isa: Segment | None = None
        self.gs: Segment | None = None
        self.open: TransactionSet | None = None
        self.last: Segment | None = None
        self.groups = self.sets_in_group = 0
        self.steps: dict[str, Callable[[Segment], None]] = {
            "ISA": self._isa,
            "GS": self._gs,
            "ST": self._st,
            "SE": self._se,
            "GE": self._ge,
            "IEA": self._iea,
        }

    def read(self, segment: Segment) -> None:
        self.last = segment
        if step := self.steps.get(segment.id):
            step(segment)
        elif segment.id == "TA1" and self.open is None:
            self.content.interchange_answers.append((self.content.interchanges[-1], segment))
        elif self.open is not None:
            self.open.segments.append(segment)
            self.open.whole &= bool(segment.id)
        elif segment.id:
            self._say(segment, "structure.order", "a segment stands outside every transaction set", fatal=False)

    def finish(self) -> None:
        """What is still open at the end of the file, and problems of segments that now have their set."""
        if self.last is not None:
            self._close(self.last, 1, "structure.truncated")
        self.content.problems = [
            replace(problem, st_index=self._owner(problem.segment)) if problem.st_index < 0 else problem
            for problem in self.content.problems
        ]

    def _owner(self, number: int) -> int:
        """The set that a segment stands in; 0 where it stands in none."""
        place = bisect_right(self.content.sets, number, key=lambda one: one.first)
        if not place:
            return 0
        before = self.content.sets[place - 1]
        return before.index if number <= before.first + len(before.segments) + 1 else 0

    def _isa(self, segment: Segment) -> None:
        self._close(segment, 1)
        self.isa, self.groups = segment, 0
        e = segment.e
        found = Interchange(e(13), e(6).strip(), e(8).strip(), e(9), e(10), e(15))
        self.content.interchanges.append(found)

    def _gs(self, segment: Segment) -> None:
        self._close(segment, 2)
        self.gs, self.sets_in_group = segment, 0
        self.groups += 1

    def _st(self, segment: Segment) -> None:
        self._close(segment, 3)
        self.sets_in_group += 1
        group = Group(*(self.gs.e(place) for place in (1, 6, 4, 5, 8))) if self.gs else None
        index = len(self.content.sets) + 1
        interchange = self.content.interchanges[-1]
        self.open = TransactionSet(index, interchange, group, segment.e(1), segment.e(2), segment.number)
        self.content.sets.append(self.open)
        if group is None:
            self._say(segment, "structure.order", "ST stands outside a functional group", spoils=True)

    def _se(self, segment: Segment) -> None:
        if self.open is None:
            self._say(segment, "structure.order", "SE without ST", fatal=False)
            return
        count = len(self.open.segments) + 2
        if segment.e(1).lstrip("0") != str(count):
            said = segment.e(1)
            self._say(segment, "structure.count", "SE01 is not the count of segments", str(count), said, spoils=True)
        if segment.e(2) != self.open.st02:
            reason = "SE02 is not the control number of ST02"
            self._say(segment, "structure.envelope", reason, self.open.st02, segment.e(2), spoils=True)
        self.open = None

    def _ge(self, segment: Segment) -> None:
        self._close(segment, 3)
        count = segment.e(1).lstrip("0") or "0"
        if self.gs is None or count != str(self.sets_in_group) or segment.e(2) != self.gs.e(6):
            self._say(segment, "structure.envelope", "GE does not fit its group", fatal=False)
        self.gs = None

    def _iea(self, segment: Segment) -> None:
        self._close(segment, 2)
        count = segment.e(1).lstrip("0") or "0"
        if self.isa is None or count != str(self.groups) or segment.e(2) != self.isa.e(13):
            self._say(segment, "structure.envelope", "IEA does not fit its interchange", fatal=False)
        self.isa = None

    def _close(self, segment: Segment, level: int, code: str = "structure.envelope") -> None:
        """Something inside is still open when an outer segment arrives: 3 ends a set, 2 a group, 1 an interchange."""
        if self.open is not None:
            code = "structure.truncated" if code == "structure.truncated" else "structure.order"
            self._say(segment, code, "the transaction set has no SE", spoils=True)
            self.open = None
        if self.gs is not None and level <= 2:
            self._say(segment, "structure.envelope", "the functional group has no GE", fatal=False)
            self.gs = None
        if self.isa is not None and level <= 1:
            self._say(segment, "structure.envelope", "the interchange has no IEA", fatal=False)
            self.isa = None

    def _say(
        self,
        segment: Segment,
        code: str,
        reason: str,
        expected: str = "",
        found: str = "",
        *,
        fatal: bool = True,
        spoils: bool = False,
    ) -> None:
        index = self.open.index if self.open else 0
        if spoils and self.open:
            self.open.whole = False
        self.content.problems.append(Problem(index, segment.number, code, reason, expected, found, fatal))


def kinds(content: Content) -> Iterator[str]:
    """What a file holds: TA1, 999, 277CA, 277, 835, 837, or unknown, each once, in order of the file."""
    found = ["TA1"] * bool(content.interchange_answers)
    for one in content.sets:
        acknowledges = one.set_id == "277" and one.version.startswith("005010X214")
        known = one.set_id in ("999", "277", "835", "837")
        found.append("277CA" if acknowledges else one.set_id if known else "unknown")
    yield from dict.fromkeys(found or ["unknown"])
