"""Seeded draws that come out alike on every machine.

Everything is made of one stream of doubles (PCG64, whose stream numpy guarantees), never of numpy's
higher-level methods, whose results may change between its versions.
"""

from collections.abc import Sequence
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]


class Draw:
    """A stream of draws for one purpose; streams of different purposes do not disturb each other."""

    def __init__(self, seed: int, purpose: str) -> None:
        self._stream = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, crc32(purpose.encode())])))

    def uniform(self, count: int) -> NDArray[np.float64]:
        """`count` numbers from 0 to below 1."""
        return self._stream.random(count)

    def chance(self, probability: float, count: int) -> Flags:
        """`count` flags, each true with `probability`."""
        return self.uniform(count) < probability

    def below(self, bound: int | Integers, count: int) -> Integers:
        """`count` whole numbers from 0 to below `bound` (one bound, or one for each)."""
        return np.asarray(np.floor(self.uniform(count) * bound), dtype=np.int64)

    def weighted(self, weights: Sequence[float], count: int) -> Integers:
        """`count` positions in `weights`, each as often as its weight says."""
        return position(weights, self.uniform(count))

    def order(self, count: int) -> Integers:
        """The numbers from 0 to below `count` in a random order."""
        return np.asarray(np.argsort(self.uniform(count), kind="stable"), dtype=np.int64)


def position(weights: Sequence[float], share: NDArray[np.float64]) -> Integers:
    """The position in `weights` at which each share (0 to below 1) of their sum falls."""
    steps = np.cumsum(np.asarray(weights, dtype=np.float64))
    found = np.searchsorted(steps, share * steps[-1], side="right")
    return np.asarray(np.minimum(found, len(steps) - 1), dtype=np.int64)
