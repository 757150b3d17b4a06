"""835 -> tables, one part of a set at a time, with every balance checked and every problem at its segment.

Loops, order and elements are data (`loops`); the walk is over columns. What has gone wrong with a set is complete at
its last part, so rows are staged and only a set that is `sound` there is used.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from revcycle.foundation.x12.remittance.balances import Sums, check_balances
from revcycle.foundation.x12.remittance.columns import Columns
from revcycle.foundation.x12.remittance.envelope import IDS, SE, ST, Envelope
from revcycle.foundation.x12.remittance.header import Header
from revcycle.foundation.x12.remittance.loops import MONEY, REQUIRED
from revcycle.foundation.x12.remittance.places import Carried, Places, place
from revcycle.foundation.x12.remittance.problems import Report
from revcycle.foundation.x12.remittance.transaction_set import Body, RemittanceSet
from revcycle.foundation.x12.remittance.window import Window, code
from revcycle.foundation.x12.remittance.windows import WINDOW, Sliceable, Windows
from revcycle.foundation.x12.segments import Problem

TA1 = code("TA1")


@dataclass
class Part:
    """Tables of a part of one set; with `last` all of the set was read, and `st.sound` is the verdict."""

    st: RemittanceSet
    tables: dict[str, pa.Table]
    last: bool


class RemittanceReader:
    """Iterates once over the parts of a file's sets, in file order.

    `sets` and `problems` grow meanwhile and are complete at the end; a set's own problems are complete at its last
    part. Raises UnreadableFile, at the first step, where nothing of the file can be used.
    """

    def __init__(self, data: Sliceable, window: int = WINDOW) -> None:
        self.problems: list[Problem] = []
        self._windows = Windows(data, self.problems, window)
        self._envelope = Envelope(self.problems)
        self.sets = self._envelope.sets
        self._report = Report(self.problems, self.sets)
        self._header = Header(self.sets, self._report)
        self._columns = Columns(self._report)
        self._carried = Carried()
        self._bodies: dict[int, Body] = {}
        self._told = 0

    def __iter__(self) -> Iterator[Part]:
        held: Part | None = None
        for window in self._windows:
            for part in self._read(window):
                if held is not None:
                    if held.st is not part.st:
                        self._close(held.st)
                    yield Part(held.st, held.tables, held.st is not part.st)
                held = part
        whole = self._windows.last - int(self._windows.cut)
        self._envelope.finish(whole, cut=self._windows.cut)
        if held is not None:
            self._close(held.st)
            yield Part(held.st, held.tables, True)
        if not self.sets and not any(problem.fatal for problem in self.problems):
            reason = "the file holds no transaction set"
            self.problems.append(Problem(0, max(self._windows.last, 1), "structure.empty", reason, "ST"))

    def _close(self, one: RemittanceSet) -> None:
        """All of the set was read: its header, its payment, its body."""
        self._header.close(one)
        one.body_sha256 = self._bodies.pop(one.index).sha256()

    def _read(self, window: Window) -> Iterator[Part]:
        owner = self._envelope.follow(window)
        places = place(window, owner, self._carried)
        self._structure(window, places)
        self._header.read(window, places)
        tables, sums = self._columns.read(window, places)
        check_balances(window, places, sums, self._report)
        _add_up(self.sets, places, sums)
        for index in np.unique(owner[owner > 0]).tolist():
            self._hash(window, owner, index)
            yield Part(self.sets[index - 1], _of_set(tables, index), False)

    def _structure(self, window: Window, places: Places) -> None:
        """What stands where it may not, or is not whole."""
        tell, money = self._report.tell, np.isin(window.id, [code(name) for name in MONEY])
        tell(window, places.set, np.array(sorted(window.overlong), np.int64), "structure.truncated", "too long or cut")
        if window.forced and len(window):
            reason = "a claim is longer than can be read"
            tell(window, places.set, np.array([len(window) - 1]), "structure.truncated", reason)
        outside = np.flatnonzero((places.set == 0) & ~np.isin(window.id, (*IDS, TA1)))
        tell(window, places.set, outside, "structure.order", "outside every transaction set", fatal=False)
        unknown = places.unknown[~np.isin(window.id[places.unknown], IDS)]
        unknown = np.setdiff1d(unknown, sorted(window.overlong)).astype(np.int64)
        spoils = _is_money_in_other_letters(window, unknown)
        tell(window, places.set, unknown[spoils], "structure.order", "no segment of an 835")
        tell(window, places.set, unknown[~spoils], "structure.order", "no segment of an 835", fatal=False)
        for rows, reason in ((places.odd, "its loop may not begin here"), (places.stray, "not of this loop")):
            hard = money[rows] | np.isin(window.id[rows], (ST, SE))
            tell(window, places.set, rows[hard], "structure.order", reason)
            tell(window, places.set, rows[~hard], "structure.order", reason, fatal=False)
        tell(window, places.set, places.late, "structure.order", "out of order in its loop", fatal=False)
        reason = "a byte is outside the X12 character set"
        tell(window, places.set, window.foreign(), "structure.characters", reason, fatal=False)
        for segment, elements in REQUIRED.items():
            rows = places.rows[segment]
            for element in elements:
                missing = rows[window.empty(rows, element)]
                reason = f"{segment}{element:02} is missing"
                tell(window, places.set, missing, "structure.order", reason, fatal=segment in MONEY)

    def _hash(self, window: Window, owner: np.ndarray, index: int) -> None:
        """Add what this window has of a set between ST and SE to its body."""
        rows = np.flatnonzero(owner == index)
        first, last = int(rows[0]), int(rows[-1])
        begin = int(window.end[first]) + 1 if window.id[first] == ST else int(window.start[first])
        end = int(window.start[last]) if window.id[last] == SE else int(window.end[last]) + 1
        body = self._bodies.setdefault(index, Body())
        body.add(window.data[begin : max(begin, end)], window.separators)


def _is_money_in_other_letters(window: Window, rows: np.ndarray) -> np.ndarray:
    """Whether a row's id would be one of MONEY in capitals."""
    return np.array([window.elements(row)[0].strip().upper() in MONEY for row in rows.tolist()], bool)


def _add_up(sets: list[RemittanceSet], places: Places, sums: Sums) -> None:
    """The totals of every set that this window has something of."""
    for name, rows, cents in sums.totals(places):
        for index in np.unique(places.set[rows]).tolist():
            one = sets[index - 1]
            setattr(one, name, getattr(one, name) + int(cents[places.set[rows] == index].sum()))


def _of_set(tables: dict[str, tuple[np.ndarray, pa.Table]], index: int) -> dict[str, pa.Table]:
    """The rows of one set: they stand together, because a file is read in order."""
    found = {}
    for name, (owner, table) in tables.items():
        begin, end = np.searchsorted(owner, index), np.searchsorted(owner, index, "right")
        if end > begin:
            found[name] = table.slice(begin, end - begin)
    return found
