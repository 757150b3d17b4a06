"""Hostile claim files, seeded: planted cases of every rule, and a soup of colliding lines."""

import random

from tests.oracles.claim_file import ClaimFile
from tests.oracles.planted import PLANTINGS
from tests.oracles.pools import Pools
from tests.oracles.soup import soup


def generate(pools: Pools, seed: int, claims: int) -> ClaimFile:
    """One file: every planting once, so many claims of soup, and its rows shuffled."""
    file = ClaimFile(random.Random(seed), pools)
    for planting in PLANTINGS:
        planting(file)
    soup(file, claims)
    file.rng.shuffle(file.rows)
    return file
