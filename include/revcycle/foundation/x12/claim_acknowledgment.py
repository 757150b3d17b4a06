"""277CA (005010X214): what a clearinghouse or payer says of a batch, a provider's claims, a claim, or a line."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from revcycle.foundation.x12.envelope import TransactionSet
from revcycle.foundation.x12.segments import Problem, Segment

VERSION = "005010X214"
LEVELS = {"20": "source", "21": "batch", "19": "provider", "PT": "claim"}
NOT_READ = frozenset({"QTY", "AMT", "PER", "DMG", "N3", "N4"})


@dataclass(frozen=True)
class Status:
    """One composite of an STC: category A0 to A8, status code, entity code. STC03 may contradict it and is not read."""

    segment: int
    part: int
    """0, 1, 2 for STC01, STC10, STC11."""
    category: str
    code: str
    entity: str


@dataclass
class Answered:
    """Something that carries a status. `trace` is TRN02: our BHT03 for a batch, our CLM01 for a claim and its lines."""

    level: str
    segment: int
    trace: str
    statuses: list[Status] = field(default_factory=list)
    payer_claim_number: str = ""
    line_control_number: str = ""


@dataclass
class ClaimAcknowledgment:
    """One 277CA. `source` is NM101 of who answers: AY clearinghouse, PR payer; dates are CCYYMMDD."""

    source: str = ""
    source_id: str = ""
    received_on: str = ""
    """DTP*050: when what is answered was received."""
    processed_on: str = ""
    """DTP*009."""
    created_date: str = ""
    created_time: str = ""
    answered: list[Answered] = field(default_factory=list)


def read_277ca(answer: TransactionSet, problems: list[Problem]) -> ClaimAcknowledgment:
    """What the set says, in its order. What has no place in it is reported and left out."""
    if not answer.version.startswith(VERSION):
        reason = "this version of a 277 is no claim acknowledgment"
        problems.append(Problem(answer.index, answer.first, "structure.version", reason, VERSION, answer.version))
    reader = _Reader(answer, problems)
    for segment in answer.segments:
        reader.read(segment)
    return reader.finished()


class _Reader:
    def __init__(self, answer: TransactionSet, problems: list[Problem]) -> None:
        self.answer, self.problems = answer, problems
        self.found = ClaimAcknowledgment()
        self.level = ""
        self.seen: set[str] = set()
        self.current: Answered | None = None

    def read(self, segment: Segment) -> None:
        sid = segment.id
        if sid == "BHT":
            self.found.created_date, self.found.created_time = segment.e(4), segment.e(5)
        elif sid == "HL":
            self._hl(segment)
        elif sid == "NM1":
            if self.level == "source":
                self.found.source, self.found.source_id = segment.e(1), segment.e(9)
        elif sid == "TRN":
            self._trn(segment)
        elif sid == "STC":
            self._stc(segment)
        elif sid == "SVC":
            self._svc(segment)
        elif sid == "REF":
            self._ref(segment)
        elif sid == "DTP":
            self._dtp(segment)
        elif sid not in NOT_READ:
            self._say(segment, "structure.order", f"{sid or 'a segment'} is not read here", fatal=False)

    def finished(self) -> ClaimAcknowledgment:
        lines = {one.trace for one in self.found.answered if one.level == "line"}
        for one in self.found.answered:
            if one.level == "claim" and not one.statuses and one.trace not in lines:
                where = Segment(one.segment, ("TRN",), "")
                self._say(where, "structure.order", "a claim without a status (STC)", fatal=False)
        return self.found

    def _hl(self, segment: Segment) -> None:
        number, parent = segment.e(1), segment.e(2)
        self.level = LEVELS.get(segment.e(3), "")
        if not self.level or number in self.seen or (parent and parent not in self.seen):
            self._say(segment, "structure.order", "level, number or parent of an HL cannot be used")
        self.seen.add(number)
        self.current = None

    def _trn(self, segment: Segment) -> None:
        if self.level == "source":
            return
        self.current = Answered(self.level, segment.number, segment.e(2))
        self.found.answered.append(self.current)

    def _svc(self, segment: Segment) -> None:
        if self.current is None:
            self._say(segment, "structure.order", "SVC stands before the TRN of its claim")
            return
        self.current = Answered("line", segment.number, self.current.trace)
        self.found.answered.append(self.current)

    def _stc(self, segment: Segment) -> None:
        if self.current is None:  # a provider's level may have no TRN
            self.current = Answered(self.level, segment.number, "")
            self.found.answered.append(self.current)
        if not segment.c(1, 1) or not segment.c(1, 2):
            self._say(segment, "structure.order", "a status without category or code (STC01)")
        self.current.statuses += _statuses(segment)

    def _ref(self, segment: Segment) -> None:
        if self.current is None:
            return
        if segment.e(1) == "1K":
            self.current.payer_claim_number = segment.e(2)
        elif segment.e(1) == "FJ":
            self.current.line_control_number = segment.e(2)

    def _dtp(self, segment: Segment) -> None:
        if self.level == "source" and segment.e(1) == "050":
            self.found.received_on = segment.e(3)
        elif self.level == "source" and segment.e(1) == "009":
            self.found.processed_on = segment.e(3)

    def _say(self, segment: Segment, code: str, reason: str, *, fatal: bool = True) -> None:
        self.problems.append(Problem(self.answer.index, segment.number, code, reason, fatal=fatal))


def _statuses(segment: Segment) -> Iterator[Status]:
    for part, place in enumerate((1, 10, 11)):
        if segment.c(place, 1):
            yield Status(segment.number, part, *(segment.c(place, component) for component in (1, 2, 3)))
