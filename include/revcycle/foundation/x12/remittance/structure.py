"""Segments that do not stand where the guide puts them, and elements that are not there.

What carries money, or says whose it is, spoils the set when it is out of place; the rest is kept and reported.
"""

import numpy as np

from revcycle.foundation.x12.remittance.complaints import Complaints
from revcycle.foundation.x12.remittance.envelope import FOREIGN_BYTE
from revcycle.foundation.x12.remittance.layout import (
    LAST_ELEMENT,
    MONEY,
    OPENERS,
    REQUIRED,
    SEGMENTS,
    Loop,
)
from revcycle.foundation.x12.remittance.open_set import OpenSet
from revcycle.foundation.x12.remittance.places import members
from revcycle.foundation.x12.segment_window import id_code

_NAMES = sorted({name for names in SEGMENTS.values() for name in names})
_CODES = np.array([id_code(name) for name in _NAMES], np.uint32)
_BY_CODE = np.argsort(_CODES)
_RANKS = np.array([[names.index(name) if name in names else -1 for name in _NAMES] for names in SEGMENTS.values()])
_JUDGED_BY_LOOP = (*MONEY, *OPENERS)
_IN_CLAIM = (Loop.CLAIM, Loop.SERVICE)
ORDER = "structure.order"


def check_structure(complaints: Complaints, open_sets: dict[int, OpenSet]) -> None:
    """Everything about a window that shows without reading an amount. Sets by index keep their first PLB."""
    _foreign_bytes(complaints)
    _overlong(complaints)
    _unknown(complaints)
    _loops(complaints)
    _claims_behind_provider(complaints, open_sets)
    _members(complaints)
    _required(complaints)
    _surplus(complaints)


def _foreign_bytes(complaints: Complaints) -> None:
    rows = complaints.places.window.foreign
    rows = rows[complaints.places.read[rows]]
    complaints.rows(rows, "structure.characters", FOREIGN_BYTE, fatal=False)


def _overlong(complaints: Complaints) -> None:
    if complaints.places.window.overlong and complaints.places.set_index[0]:
        complaints.row(0, "structure.truncated", "a segment is too long to be read")


def _kinds(complaints: Complaints) -> tuple[np.ndarray, np.ndarray]:
    """The place of each row's id in `_NAMES`, and whether it has one."""
    ids = complaints.places.window.ids
    sorted_codes = _CODES[_BY_CODE]
    at = np.minimum(np.searchsorted(sorted_codes, ids), len(_CODES) - 1)
    return _BY_CODE[at], sorted_codes[at] == ids


def _unknown(complaints: Complaints) -> None:
    """A segment the 835 does not have; one that is written almost like a segment of money is taken for that."""
    places, window = complaints.places, complaints.places.window
    if window.overlong:
        return
    unknown = np.flatnonzero(places.read & ~_kinds(complaints)[1])
    named = window.given(unknown, 0)
    complaints.rows(unknown[~named], ORDER, "a segment has no id", fatal=False)
    rows = unknown[named]
    names = window.text(rows, 0).to_pylist()
    money = np.array([name.strip().upper() in MONEY for name in names], bool)
    complaints.rows(rows[money], ORDER, "the id of a segment that carries money is misspelt", fatal=True)
    complaints.rows(rows[~money], ORDER, "the segment is not part of an 835", fatal=False)


def _loops(complaints: Complaints) -> None:
    places = complaints.places
    header = (Loop.HEADER, Loop.PAYER, Loop.PAYEE)

    def after(name: str, *loops: Loop) -> np.ndarray:
        rows = places.rows(name)
        return rows[np.isin(places.before[rows], loops)]

    services = after("SVC", *header, Loop.HEADING, Loop.PROVIDER, Loop.TRAILER)
    complaints.rows(services, ORDER, "a service stands outside every claim")
    adjustments = places.rows("CAS")
    adjustments = adjustments[~np.isin(places.loop[adjustments], _IN_CLAIM)]
    complaints.rows(adjustments, ORDER, "an adjustment stands outside every claim")
    complaints.rows(after("CLP", *header), ORDER, "a claim has no LX before it", fatal=False)
    complaints.rows(after("LX", Loop.PROVIDER), ORDER, "LX stands behind the provider adjustments", fatal=False)
    early = after("PLB", Loop.HEADER, Loop.PAYER)
    complaints.rows(early, ORDER, "a provider adjustment stands before the payee")
    for name in ("BPR", "TRN"):
        rows = places.rows(name)
        astray = rows[places.loop[rows] != Loop.HEADER]
        complaints.rows(astray, ORDER, f"{name} stands outside the header")
    for party, expected in (("PR", Loop.HEADER), ("PE", Loop.PAYER)):
        rows = places.rows("N1")[places.qualified("N1", party)]
        astray = rows[places.before[rows] != expected]
        complaints.rows(astray, ORDER, "N1 of payer or payee stands in an odd place", element=1, fatal=False)


def _claims_behind_provider(complaints: Complaints, open_sets: dict[int, OpenSet]) -> None:
    """PLB stands behind all claims: said at the claim and, once, at the PLB, either of which may be the one astray."""
    places = complaints.places
    claims, provider = places.rows("CLP"), places.rows("PLB")
    for (st, of_set), (_, plb) in zip(members(places, claims), members(places, provider), strict=True):
        open_set = open_sets[st.index]
        if not open_set.first_plb and plb.stop > plb.start:
            open_set.first_plb = int(provider[plb.start]) + places.window.base
        behind = claims[of_set][claims[of_set] + places.window.base > (open_set.first_plb or np.inf)]
        if len(behind) and not open_set.claims_behind:
            open_set.claims_behind = True
            complaints.say(st, open_set.first_plb, ORDER, "a provider adjustment stands before a claim")
        complaints.rows(behind, ORDER, "a claim stands behind the provider adjustments")


def _members(complaints: Complaints) -> None:
    """Segments without money in a loop that does not have them, or behind one that should follow them."""
    places = complaints.places
    kind, known = _kinds(complaints)
    rank = np.where(places.read & known, _RANKS[np.maximum(places.loop, 0), kind], 0)
    judged = places.read & known & ~np.isin(places.window.ids, [id_code(name) for name in _JUDGED_BY_LOOP])
    odd = judged & (rank < 0) & ~_is_odd_party(complaints)
    complaints.rows(np.flatnonzero(odd), ORDER, "the segment does not belong in this loop", fatal=False)
    same_loop = places.opener[1:] == places.opener[:-1]
    late = same_loop & places.read[1:] & known[1:] & (rank[1:] >= 0) & (rank[1:] < rank[:-1])
    complaints.rows(np.flatnonzero(late) + 1, ORDER, "the segment is out of order in its loop", fatal=False)


def _is_odd_party(complaints: Complaints) -> np.ndarray:
    """N1 of payer and payee: `_loops` has said where they stand."""
    places = complaints.places
    odd = np.zeros(len(places.window), bool)
    odd[places.rows("N1")] = places.qualified("N1", "PR", "PE")
    return odd


def _required(complaints: Complaints) -> None:
    places = complaints.places
    for name, elements in REQUIRED.items():
        rows = places.rows(name)
        for element in elements:
            missing = rows[~places.window.given(rows, element)]
            complaints.rows(missing, ORDER, f"{name}{element:02} is missing", fatal=name in MONEY)


def _surplus(complaints: Complaints) -> None:
    """Elements behind the last one that a segment has: an amount there would be lost."""
    places = complaints.places
    for name, last in LAST_ELEMENT.items():
        rows = places.rows(name)
        for row in rows[places.window.count[rows] > last].tolist():
            if any(places.window.elements(row)[last + 1 :]):
                fatal = name in ("CAS", "PLB")
                complaints.row(row, ORDER, f"{name} has more than {last} elements", fatal=fatal)
