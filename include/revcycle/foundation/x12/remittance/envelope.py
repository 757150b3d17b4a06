"""ISA to IEA followed over windows: which set each row belongs to, and what does not fit.

A wrong count or a missing trailer further out is reported and leaves a set whole; what is wrong with ST or SE, or with
the version of its group, spoils the set.
"""

import numpy as np

from revcycle.foundation.x12.remittance.transaction_set import RemittanceSet, read_date
from revcycle.foundation.x12.remittance.window import Window, code
from revcycle.foundation.x12.segments import Problem

VERSIONS = ("005010X221A1", "005010X221")
ISA, GS, ST, SE, GE, IEA = (code(name) for name in ("ISA", "GS", "ST", "SE", "GE", "IEA"))
IDS = (ISA, GS, ST, SE, GE, IEA)


class Envelope:
    """What is open at the place in the file that was read last; `sets` are all sets so far."""

    def __init__(self, problems: list[Problem]) -> None:
        self.sets: list[RemittanceSet] = []
        self._problems = problems
        self._isa: list[str] | None = None
        self._gs: list[str] | None = None
        self._gs_segment = 0
        self._open: RemittanceSet | None = None
        self._groups = self._in_group = 0

    @property
    def open_index(self) -> int:
        """The index of the set that is open; 0 where none is."""
        return self._open.index if self._open else 0

    def follow(self, window: Window) -> np.ndarray:
        """The index of the set of each row, 0 for rows outside every set; SE still belongs to its set."""
        owner = np.full(len(window), self.open_index, np.int64)
        for row in np.flatnonzero(np.isin(window.id, IDS)).tolist():
            e, number, segment_id = window.elements(row), window.base + row, int(window.id[row])
            if segment_id == ISA:
                self._close(number, 1)
                self._isa, self._groups = e, 0
            elif segment_id == GS:
                self._close(number, 2)
                self._gs, self._gs_segment, self._in_group, self._groups = e, number, 0, self._groups + 1
            elif segment_id == ST:
                self._begin(e, number)
            elif segment_id == SE:
                self._end(e, number)
                owner[row + 1 :] = 0
                continue
            elif segment_id == GE:
                self._end_group(e, number)
            else:
                self._end_interchange(e, number)
            owner[row:] = self.open_index
        return owner

    def finish(self, last: int, *, cut: bool) -> None:
        """What is still open when the file ends; a file that ends inside a set spoils that set alone."""
        if self._open:
            self._spoil(last, "structure.truncated", "the file ends before the set does", "SE")
        elif cut or self._gs or self._isa:
            reason = "the file ends inside a segment" if cut else "the file ends without GE or IEA"
            self._say(last, "structure.truncated", reason, "IEA")
            self._say(last, "structure.envelope", reason, "IEA")

    def _begin(self, e: list[str], number: int) -> None:
        self._close(number, 3)
        self._in_group += 1
        gs = self._gs or [""] * 9
        one = RemittanceSet(len(self.sets) + 1, (self._isa or [""] * 17)[13], gs[6], e[2], number)
        one.gs02, one.gs04_date, one.version = gs[2], read_date(gs[4]), gs[8]
        self.sets.append(one)
        self._open = one
        if self._gs is None:
            self._spoil(number, "structure.envelope", "the set stands outside a functional group", "GS")
        elif one.version not in VERSIONS:
            at = self._gs_segment
            self._spoil(at, "structure.version", "GS08 is not a version that is read", VERSIONS[0], one.version)
        if e[1] != "835":
            self._spoil(number, "structure.version", "ST01 is not a remittance", "835", e[1])

    def _end(self, e: list[str], number: int) -> None:
        if self._open is None:
            self._say(number, "structure.order", "SE without ST")
            return
        count = number - self._open.first + 1
        if e[1].lstrip("0") != str(count):
            self._spoil(number, "structure.count", "SE01 is not the count of segments", str(count), e[1])
        if e[2] != self._open.st02:
            self._spoil(number, "structure.envelope", "SE02 is not ST02", self._open.st02, e[2])
        self._open.last = number
        self._open = None

    def _end_group(self, e: list[str], number: int) -> None:
        self._close(number, 3)
        if self._gs is None:
            self._say(number, "structure.envelope", "GE without GS")
        else:
            if (e[1].lstrip("0") or "0") != str(self._in_group):
                self._say(number, "structure.count", "GE01 is not the count of sets", str(self._in_group), e[1])
            if e[2] != self._gs[6]:
                self._say(number, "structure.envelope", "GE02 is not GS06", self._gs[6], e[2])
        self._gs = None

    def _end_interchange(self, e: list[str], number: int) -> None:
        self._close(number, 2)
        if self._isa is None:
            self._say(number, "structure.envelope", "IEA without ISA")
        else:
            if (e[1].lstrip("0") or "0") != str(self._groups):
                self._say(number, "structure.count", "IEA01 is not the count of groups", str(self._groups), e[1])
            if e[2] != self._isa[13]:
                self._say(number, "structure.envelope", "IEA02 is not ISA13", self._isa[13], e[2])
        self._isa = None

    def _close(self, number: int, level: int) -> None:
        """Something inside is still open when an outer segment comes: 3 ends a set, 2 a group, 1 an interchange."""
        if self._open:
            self._spoil(number, "structure.truncated", "the set has no SE", "SE")
            self._spoil(number, "structure.envelope", "the set has no SE", "SE")
            self._open.last = number - 1
            self._open = None
        if self._gs and level <= 2:
            self._say(number, "structure.envelope", "the functional group has no GE", "GE")
            self._gs = None
        if self._isa and level <= 1:
            self._say(number, "structure.envelope", "the interchange has no IEA", "IEA")
            self._isa = None

    def _spoil(self, number: int, problem: str, reason: str, expected: str, found: str = "") -> None:
        assert self._open is not None
        self._open.sound = False
        self._problems.append(Problem(self._open.index, number, problem, reason, expected, found))

    def _say(self, number: int, problem: str, reason: str, expected: str = "", found: str = "") -> None:
        self._problems.append(Problem(0, number, problem, reason, expected, found, fatal=False))
