"""TA1 and 999 (005010X231A1): what a partner says of an interchange, a group, a transaction set, and its segments."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from revcycle.foundation.x12.envelope import Content, TransactionSet
from revcycle.foundation.x12.segments import Problem, Segment

VERSIONS = ("005010X231A1", "005010X231")
CLAIM_CONTEXT = "CLM01"


@dataclass(frozen=True)
class InterchangeAcknowledgment:
    """TA1. `code` A, E or R; `note` 000 none, 025 the interchange control number came twice."""

    segment: int
    isa13: str
    date: str
    time: str
    code: str
    note: str


@dataclass(frozen=True)
class ElementError:
    """IK4. `code` as in X12 element 621; the copy of the bad value stays in the file: it may be PHI."""

    segment: int
    element: str
    """05, or 05-2 for a component."""
    code: str


@dataclass
class SegmentError:
    """IK3 with its contexts and elements. `position` counts from ST = 1 in the set that is answered."""

    segment: int
    bad_segment: str
    position: str
    loop: str
    code: str
    contexts: list[str] = field(default_factory=list)
    elements: list[ElementError] = field(default_factory=list)

    @property
    def claim(self) -> str:
        """CLM01 of the claim that CTX names, where it names one."""
        named = (one.partition(":")[2] for one in self.contexts if one.startswith(f"{CLAIM_CONTEXT}:"))
        return next(named, "")


@dataclass
class SetAcknowledgment:
    """AK2 to IK5. `code` A, E, R, M, W, X; empty where the partner gave none."""

    segment: int
    set_id: str
    st02: str
    code: str = ""
    errors: list[SegmentError] = field(default_factory=list)


@dataclass
class GroupAcknowledgment:
    """AK1 to AK9. `code` A, E, P, R, M, W, X. Without sets and with R every set of the group was refused."""

    segment: int
    gs06: str
    code: str = ""
    code_segment: int = 0
    sets: list[SetAcknowledgment] = field(default_factory=list)


def read_ta1(content: Content) -> Iterator[InterchangeAcknowledgment]:
    """Every TA1 of a file."""
    for _, segment in content.interchange_answers:
        yield InterchangeAcknowledgment(segment.number, *(segment.e(place) for place in range(1, 6)))


def read_999(answer: TransactionSet, problems: list[Problem]) -> GroupAcknowledgment | None:
    """The group that a 999 answers; None where it has no AK1. What has no place in it is reported."""
    if answer.version not in VERSIONS:
        reason = "this version of a 999 is not known"
        problems.append(Problem(answer.index, answer.first, "structure.version", reason, VERSIONS[0], answer.version))
    reader = _Reader(answer, problems)
    for segment in answer.segments:
        reader.read(segment)
    return reader.finished()


class _Reader:
    def __init__(self, answer: TransactionSet, problems: list[Problem]) -> None:
        self.answer, self.problems = answer, problems
        self.group: GroupAcknowledgment | None = None
        self.set: SetAcknowledgment | None = None
        self.error: SegmentError | None = None

    def read(self, segment: Segment) -> None:
        step = getattr(self, f"_{segment.id.lower()}", None) if segment.id in _READ else None
        if step is None or not step(segment):
            self._say(segment, "structure.order", f"{segment.id or 'a segment'} has no place here", fatal=False)

    def finished(self) -> GroupAcknowledgment | None:
        first = Segment(self.answer.first, ("ST",), "")
        if self.group is None:
            self._say(first, "structure.order", "the 999 answers no group (AK1 is missing)")
            return None
        if not self.group.code:
            self._say(first, "structure.order", "the 999 says nothing of its group (AK9 is missing)")
        for one in self.group.sets:
            if not one.code:
                self._say(Segment(one.segment, ("AK2",), ""), "structure.order", "a set without a verdict (IK5)")
        return self.group

    def _ak1(self, segment: Segment) -> bool:
        if self.group is not None:
            return False
        self.group = GroupAcknowledgment(segment.number, segment.e(2))
        return True

    def _ak2(self, segment: Segment) -> bool:
        if self.group is None:
            return False
        self.set, self.error = SetAcknowledgment(segment.number, segment.e(1), segment.e(2)), None
        self.group.sets.append(self.set)
        return True

    def _ik3(self, segment: Segment) -> bool:
        if self.set is None:
            return False
        e = segment.e
        self.error = SegmentError(segment.number, e(1), e(2), e(3), e(4))
        self.set.errors.append(self.error)
        return True

    def _ctx(self, segment: Segment) -> bool:
        if self.error is None:
            return False
        self.error.contexts.append(segment.e(1).replace(segment.component, ":"))
        return True

    def _ik4(self, segment: Segment) -> bool:
        if self.error is None:
            return False
        element = segment.c(1, 1).zfill(2) + (f"-{segment.c(1, 2)}" if segment.c(1, 2) else "")
        self.error.elements.append(ElementError(segment.number, element, segment.e(3)))
        return True

    def _ik5(self, segment: Segment) -> bool:
        if self.set is None or self.set.code:
            return False
        self.set.code, self.error = segment.e(1), None
        return True

    def _ak9(self, segment: Segment) -> bool:
        if self.group is None or self.group.code:
            return False
        self.group.code, self.group.code_segment = segment.e(1), segment.number
        accepted = sum(one.code in ("A", "E") for one in self.group.sets)
        said = segment.e(4)
        if self.group.sets and said.isdecimal() and (said.lstrip("0") or "0") != str(accepted):
            reason = "AK904 is not the count of accepted sets"
            self._say(segment, "structure.count", reason, expected=str(accepted), fatal=False)
        return True

    def _say(self, segment: Segment, code: str, reason: str, *, expected: str = "", fatal: bool = True) -> None:
        self.problems.append(Problem(self.answer.index, segment.number, code, reason, expected, "", fatal))


_READ = frozenset({"AK1", "AK2", "IK3", "CTX", "IK4", "IK5", "AK9"})
