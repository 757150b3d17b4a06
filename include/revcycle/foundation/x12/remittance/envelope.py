"""ISA, GS, ST, SE, GE, IEA followed across windows: which rows belong to which set, and what does not fit.

A set stands by itself: a wrong trailer further out is reported and leaves it whole.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import numpy as np

from revcycle.foundation.x12.remittance.layout import VERSIONS
from revcycle.foundation.x12.remittance.problem_log import LISTED, ProblemLog
from revcycle.foundation.x12.remittance.transaction_set import RemittanceSet
from revcycle.foundation.x12.segment_window import SegmentWindow, id_code

FOREIGN_BYTE = "a byte is outside the X12 character set"
_IDS = {id_code(name): name for name in ("ISA", "GS", "ST", "SE", "GE", "IEA")}
_CODES = np.array(list(_IDS), np.uint32)


@dataclass
class Span:
    """The rows of a window from `begin` up to `end` that belong to a set."""

    st: RemittanceSet
    begin: int
    end: int
    opens: bool
    closes: bool = False


class Envelope:
    """The state between two windows: what is open, and how much of it was counted."""

    def __init__(self, log: ProblemLog, sets: list[RemittanceSet]) -> None:
        self._log, self._sets = log, sets
        self._isa: list[str] | None = None
        self._gs: list[str] | None = None
        self._st: RemittanceSet | None = None
        self._groups = self._in_group = 0
        self._gs_number = 0
        self._spans: list[Span] = []
        self._row = self._number = 0
        self._steps: dict[str, Callable[[list[str]], None]] = {
            "ISA": self._begin_interchange,
            "GS": self._begin_group,
            "ST": self._begin_set,
            "SE": self._end_set,
            "GE": self._end_group,
            "IEA": self._end_interchange,
        }

    def follow(self, window: SegmentWindow) -> list[Span]:
        """The sets of a window, in order; a set that is still open at its end goes on in the next."""
        self._spans = [Span(self._st, 0, len(window), opens=False)] if self._st else []
        for row in np.flatnonzero(np.isin(window.ids, _CODES)).tolist():
            self._row, self._number = row, window.base + row
            self._steps[_IDS[int(window.ids[row])]](window.elements(row) + [""] * 16)
        self._row = len(window)
        if self._st:
            self._spans[-1].end = len(window)
        self._report_strays(window)
        return self._spans

    def finish(self, cut_at: int, count: int) -> RemittanceSet | None:
        """The file ends behind `count` whole segments, or inside segment `cut_at`; returns the set that is cut."""
        number, cut = count, self._st
        if cut:
            cut.last = number
            self._log.say(cut, number, "structure.truncated", "the file ends inside this transaction set")
        elif self._isa:
            self._log.say(None, number, "structure.truncated", "the file ends inside an interchange")
            self._close_group(number)
            self._log.say(None, number, "structure.envelope", "the interchange has no IEA")
        elif cut_at:
            self._log.say(None, cut_at, "structure.envelope", "bytes after IEA are no interchange")
        if not self._sets:
            self._log.say(None, number, "structure.empty", "the file holds no transaction set")
        return cut

    def _report_strays(self, window: SegmentWindow) -> None:
        outside = np.ones(len(window), bool)
        for span in self._spans:
            outside[span.begin : span.end] = False
        foreign = window.foreign[outside[window.foreign]]
        self._say_all(foreign + window.base, "structure.characters", FOREIGN_BYTE)
        outside &= ~np.isin(window.ids, np.append(_CODES, np.uint32(id_code("TA1"))))
        strays = np.flatnonzero(outside) + window.base
        if window.overlong:
            reason = "a segment outside every transaction set is too long to be read"
            self._say_all(strays, "structure.truncated", reason)
        else:
            self._say_all(strays, "structure.order", "a segment stands outside every transaction set")

    def _say_all(self, found: np.ndarray, code: str, reason: str) -> None:
        """The same of many segments that belong to no set."""
        numbers = found.tolist()
        for number in numbers[: LISTED + 1]:
            self._log.say(None, number, code, reason)
        self._log.more(None, code, reason, max(len(numbers) - LISTED - 1, 0))

    def _say(self, code: str, reason: str, expected: str = "", found: str = "", *, envelope: bool = False) -> None:
        st = None if envelope else self._st
        self._log.say(st, self._number, code, reason, expected=expected, found=found)

    def _begin_interchange(self, isa: list[str]) -> None:
        self._close_interchange()
        self._isa, self._groups = isa, 0

    def _begin_group(self, gs: list[str]) -> None:
        self._close_group(self._number)
        self._gs, self._in_group, self._gs_number = gs, 0, self._number
        self._groups += 1
        if not self._isa:
            self._say("structure.envelope", "GS stands outside an interchange", envelope=True)

    def _begin_set(self, st: list[str]) -> None:
        self._close_set()
        self._in_group += 1
        isa, gs = self._isa or [""] * 17, self._gs or [""] * 17
        index = len(self._sets) + 1
        self._st = RemittanceSet(index, isa[13], gs[6], gs[2], day_of(gs[4]), gs[8], st[2], self._number)
        self._sets.append(self._st)
        self._st.readable = self._judge_kind(st)
        self._spans.append(Span(self._st, self._row, self._row + 1, opens=True))

    def _judge_kind(self, st: list[str]) -> bool:
        """Whether the set can be read as an 835 of a version we know."""
        if not self._isa:
            self._say("structure.envelope", "ST stands outside an interchange")
        if not st[2]:
            self._say("structure.envelope", "ST02 is missing")
        if st[1] != "835":
            self._say("structure.version", "the transaction set is no 835", "835", st[1])
        if not self._gs:
            self._say("structure.order", "ST stands outside a functional group")
            return st[1] == "835"
        known = self._gs[8] in VERSIONS
        if not known:
            reason = "the group is of a version that is not read"
            number = self._gs_number
            self._log.say(self._st, number, "structure.version", reason, expected=VERSIONS[0], found=self._gs[8])
        if st[3] and st[3] not in VERSIONS:
            self._say("structure.version", "ST03 names a version that is not read", VERSIONS[0], st[3])
        return known and st[1] == "835" and (not st[3] or st[3] in VERSIONS)

    def _end_set(self, se: list[str]) -> None:
        if not self._st:
            self._say("structure.order", "SE without ST", envelope=True)
            return
        count = self._number - self._st.first + 1
        if se[1].lstrip("0") != str(count):
            self._say("structure.count", "SE01 is not the count of segments", str(count), se[1])
        if se[2] != self._st.st02:
            self._say("structure.envelope", "SE02 is not the control number of ST02", self._st.st02, se[2])
        self._st.last = self._number
        self._close_span(self._row + 1)

    def _end_group(self, ge: list[str]) -> None:
        self._close_set()
        if not self._gs:
            self._say("structure.envelope", "GE without GS", envelope=True)
            return
        self._count("GE01 is not the count of transaction sets", self._in_group, ge[1])
        if ge[2] != self._gs[6]:
            self._say("structure.envelope", "GE02 is not the control number of GS06", self._gs[6], ge[2], envelope=True)
        self._gs = None

    def _end_interchange(self, iea: list[str]) -> None:
        self._close_group(self._number)
        if not self._isa:
            self._say("structure.envelope", "IEA without ISA", envelope=True)
            return
        self._count("IEA01 is not the count of functional groups", self._groups, iea[1])
        if iea[2] != self._isa[13]:
            reason = "IEA02 is not the control number of ISA13"
            self._say("structure.envelope", reason, self._isa[13], iea[2], envelope=True)
        self._isa = None

    def _count(self, reason: str, count: int, found: str) -> None:
        if not found or (found.lstrip("0") or "0") != str(count):
            self._say("structure.count", reason, str(count), found, envelope=True)

    def _close_set(self) -> None:
        """A segment of the envelope arrives while a set is open."""
        if self._st:
            self._st.last = self._number - 1
            self._log.say(self._st, self._st.last, "structure.truncated", "the transaction set ends without SE")
            self._say("structure.order", "a segment of the envelope stands where SE is expected")
            self._close_span(self._row)

    def _close_span(self, end: int) -> None:
        self._spans[-1].end, self._spans[-1].closes = end, True
        self._st = None

    def _close_group(self, number: int) -> None:
        self._close_set()
        if self._gs:
            self._log.say(None, number, "structure.envelope", "the functional group has no GE")
            self._gs = None

    def _close_interchange(self) -> None:
        self._close_group(self._number)
        if self._isa:
            self._say("structure.envelope", "the interchange has no IEA", envelope=True)
            self._isa = None


def day_of(text: str) -> date | None:
    """CCYYMMDD as a date; None where it is none."""
    if len(text) != 8 or not (text.isascii() and text.isdigit()):
        return None
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None
