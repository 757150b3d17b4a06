"""Where each row of a window stands: its loop, and its claim and service counted within its set."""

from dataclasses import dataclass

import numpy as np

from revcycle.foundation.x12.remittance.loops import (
    CODES,
    IDS,
    MAY_FOLLOW,
    NAMES,
    OPENERS,
    RANK,
)
from revcycle.foundation.x12.remittance.window import Window, code

CLAIM, SERVICE = NAMES.index("2100"), NAMES.index("2110")
_PARTIES = ((b"PR", NAMES.index("1000A")), (b"PE", NAMES.index("1000B")))
_ALWAYS_HEARD = [NAMES.index(name) for name in ("ST", "2100", "2110", "PLB", "SE")]


@dataclass(frozen=True)
class Places:
    """Of every row: `set` index (0: none), loop, `claim` of its set and `service` of its claim (0: none), all from 1.

    `rows` are the rows of each known segment id; `odd` those that open a loop where it may not begin, `stray` those
    that do not belong into their loop, `late` those that are out of order in it, `unknown` those of no 835.
    """

    set: np.ndarray
    loop: np.ndarray
    claim: np.ndarray
    service: np.ndarray
    rows: dict[str, np.ndarray]
    odd: np.ndarray
    stray: np.ndarray
    late: np.ndarray
    unknown: np.ndarray


@dataclass
class Carried:
    """What goes over from window to window: the open loop, and the claims of the open set before this window."""

    loop: int = -1
    set: int = 0
    claims: int = 0


def place(window: Window, owner: np.ndarray, carried: Carried) -> Places:
    """Find the place of every row; `carried` moves on to the window's end."""
    kind = np.minimum(np.searchsorted(CODES, window.id), len(CODES) - 1)
    known = (CODES[kind] == window.id) & (owner > 0)
    rows = {name: np.flatnonzero((window.id == code(name)) & known) for name in IDS}
    loop, odd = _loops(window, rows, carried.loop)
    opener = np.maximum.accumulate(np.where(loop >= 0, np.arange(len(window)), -1))
    loop = np.where(opener >= 0, loop[opener], carried.loop)
    rank = np.where(known, RANK[loop, kind], 0)
    in_order = (opener[1:] != opener[:-1]) | (rank[1:] >= rank[:-1]) | (rank[1:] < 0)
    late = np.flatnonzero(known[1:] & ~in_order) + 1
    stray = np.setdiff1d(np.flatnonzero(known & (rank < 0)), odd)
    claim, service = _counted(window, owner, rows, loop, carried)
    if len(window):
        carried.loop = int(loop[-1])
    return Places(owner, loop, claim, service, rows, odd, stray, late, np.flatnonzero(~known & (owner > 0)))


def _loops(window: Window, rows: dict[str, np.ndarray], before: int) -> tuple[np.ndarray, np.ndarray]:
    """The loop that each row opens (-1: none), and the rows that open one where it may not begin.

    A segment without money in an odd place opens nothing: the loop around it goes on.
    """
    loop = np.full(len(window), -1, np.int8)
    for segment, name in OPENERS.items():
        loop[rows[segment]] = NAMES.index(name)
    for qualifier, name_index in _PARTIES:
        loop[rows["N1"][window.equals(rows["N1"], 1, qualifier)]] = name_index
    odd: list[np.ndarray] = []
    while True:
        at = np.flatnonzero(loop >= 0)
        previous = np.concatenate(([before], loop[at[:-1]])) if len(at) else at
        wrong = at[~MAY_FOLLOW[previous, loop[at]]] if len(at) else at
        mute = wrong[~np.isin(loop[wrong], _ALWAYS_HEARD)]
        if not len(mute):
            odd.append(wrong)
            return loop, np.unique(np.concatenate(odd))
        odd.append(mute[:1])
        loop[mute[0]] = -1


def _counted(
    window: Window, owner: np.ndarray, rows: dict[str, np.ndarray], loop: np.ndarray, carried: Carried
) -> tuple[np.ndarray, np.ndarray]:
    """Claim within its set and service within its claim. A window begins with a claim, so services carry nothing."""
    clp, svc = np.zeros(len(window), np.int64), np.zeros(len(window), np.int64)
    clp[rows["CLP"]], svc[rows["SVC"]] = 1, 1
    claims, services = np.cumsum(clp), np.cumsum(svc)
    newest = max(int(owner.max(initial=0)), carried.set)
    before = np.zeros(newest + 1, np.int64)
    before[carried.set] = -carried.claims
    before[owner[rows["ST"]]] = claims[rows["ST"]]
    claim = np.where((loop == CLAIM) | (loop == SERVICE), claims - before[owner], 0)
    claim[owner == 0] = 0
    if (owner > 0).any():
        last = int(np.flatnonzero(owner > 0)[-1])
        carried.set = int(owner[last])
        carried.claims = int(claims[last] - before[carried.set])
    at_claim = np.concatenate(([0], services[rows["CLP"]]))
    service = np.where((loop == SERVICE) & (claim > 0), services - at_claim[claims], 0)
    return claim, service
