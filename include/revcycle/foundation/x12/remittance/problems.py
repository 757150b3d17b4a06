"""What is wrong in a file, told at its segment and to its set."""

import numpy as np

from revcycle.foundation.x12.remittance.transaction_set import RemittanceSet
from revcycle.foundation.x12.remittance.window import Window
from revcycle.foundation.x12.segments import Problem

MOST = 1_000
"""Problems of one kind in one window that are told one by one; more of the same tell nothing new."""
FOUND = 40
"""Characters of a value that are kept."""


class Report:
    """Problems of one file; a fatal one spoils its set."""

    def __init__(self, problems: list[Problem], sets: list[RemittanceSet]) -> None:
        self._problems, self._sets = problems, sets

    def tell(
        self,
        window: Window,
        owner: np.ndarray,
        rows: np.ndarray,
        problem: str,
        reason: str,
        *,
        fatal: bool = True,
        element: int = 0,
        expected: str = "",
    ) -> None:
        """A problem at each of these rows; `element` is what is shown as found."""
        if fatal:
            for index in np.unique(owner[rows]).tolist():
                if index:
                    self._sets[index - 1].sound = False
        for row in rows[:MOST].tolist():
            found = window.elements(row)[element][:FOUND] if element else window.elements(row)[0][:FOUND]
            index = int(owner[row])
            self._problems.append(
                Problem(index, window.base + row, problem, reason, expected, found, fatal and index > 0)
            )

    def of_set(self, one: RemittanceSet, segment: int, problem: str, reason: str, **more: str | bool) -> None:
        """A problem of a set as a whole, at a segment of it."""
        told = Problem(one.index, segment, problem, reason, **more)  # type: ignore[arg-type]
        if told.fatal:
            one.sound = False
        self._problems.append(told)
