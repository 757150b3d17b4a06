"""The first segment of a kind in each claim or service."""

import numpy as np

from revcycle.foundation.x12.fixed_point import Dates
from revcycle.foundation.x12.remittance.places import Places


class LoopSegments:
    """`owner` gives each row's claim or service in the window, from 0 up to `count`, -1 for none.

    With `of_claim` only segments of the claim itself are looked at, not those of its services.
    """

    def __init__(self, places: Places, dates: Dates, owner: np.ndarray, count: int, *, of_claim: bool) -> None:
        self._places, self._count = places, count
        self._owner = np.where(places.service_position == 0, owner, -1) if of_claim else owner
        self._dates, self._days = dates, places.rows("DTM")

    def first(self, name: str, qualifier: str) -> np.ndarray:
        """Its row in each claim or service, -1 where there is none."""
        rows = self._places.rows(name)
        rows = rows[self._places.qualified(name, qualifier)]
        return self._pick(rows, rows)

    def day(self, qualifier: str) -> tuple[np.ndarray, np.ndarray]:
        """The date of the first DTM with the qualifier, and where there is one that can be read."""
        found = np.flatnonzero(self._places.qualified("DTM", qualifier))
        days, present = np.append(self._dates.day, 0), np.append(self._dates.present, False)
        place = self._pick(self._days[found], found)
        return days[place], present[place]

    def _pick(self, rows: np.ndarray, values: np.ndarray) -> np.ndarray:
        """One value for each claim or service, that of its first row; -1 where it has no row."""
        picked = np.full(self._count, -1)
        owner = self._owner[rows]
        owned = owner >= 0
        picked[owner[owned][::-1]] = values[owned][::-1]
        return picked
