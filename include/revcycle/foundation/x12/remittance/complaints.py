"""Rows of a window in which the same thing is wrong, told to the problem log of their sets."""

from collections.abc import Iterable

import numpy as np

from revcycle.foundation.x12.fixed_point import decimal
from revcycle.foundation.x12.remittance.places import Places, members
from revcycle.foundation.x12.remittance.problem_log import LISTED, ProblemLog
from revcycle.foundation.x12.remittance.transaction_set import RemittanceSet

_SHOWN = 40


class Complaints:
    """Knows which set a row belongs to."""

    def __init__(self, places: Places, log: ProblemLog) -> None:
        self.places, self._log = places, log
        self._sets = {span.st.index: span.st for span in places.spans}

    def rows(
        self, rows: np.ndarray, code: str, reason: str, *, element: int = 0, expected: str = "", fatal: bool = True
    ) -> None:
        """The same problem of many rows; `element` is the one shown as found."""
        for st, part in members(self.places, rows) if len(rows) else ():
            for row in rows[part][: LISTED + 1].tolist():
                found = self.places.window.raw(row, element)[:_SHOWN] if element else ""
                self.row(row, code, reason, expected=expected, found=found, fatal=fatal)
            self._log.more(st, code, reason, max(len(rows[part]) - LISTED - 1, 0))

    def row(self, row: int, code: str, reason: str, *, expected: str = "", found: str = "", fatal: bool = True) -> None:
        """A problem of one row."""
        st = self._sets[int(self.places.set_index[row])]
        number = self.places.window.base + row
        self._log.say(st, number, code, reason, expected=expected, found=found, fatal=fatal)

    def say(self, st: RemittanceSet, number: int, code: str, reason: str) -> None:
        """A problem of a segment that may stand in an earlier window, by its number in the file."""
        self._log.say(st, number, code, reason)

    def differences(
        self, rows: np.ndarray, expected: Iterable[int], found: Iterable[int], code: str, reason: str, *, fatal: bool
    ) -> None:
        """Amounts in cents that should be the same."""
        for row, right, said in zip(rows.tolist(), expected, found, strict=True):
            self.row(row, code, reason, expected=decimal(right), found=decimal(said), fatal=fatal)
