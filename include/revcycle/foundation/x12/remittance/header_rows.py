"""The header segments of a window, given to the headers of their sets."""

import numpy as np

from revcycle.foundation.x12.remittance.amounts import amounts
from revcycle.foundation.x12.remittance.complaints import Complaints
from revcycle.foundation.x12.remittance.layout import Loop
from revcycle.foundation.x12.remittance.open_set import OpenSet


def read_headers(complaints: Complaints, open_sets: dict[int, OpenSet]) -> None:
    """The header segments of a window; sets by index."""
    places, window = complaints.places, complaints.places.window
    parties = places.rows("N1")[places.qualified("N1", "PR", "PE")]
    others = np.concatenate([places.rows(name) for name in ("CUR", "DTM", "REF")])
    in_header = others[places.loop[others] <= Loop.PAYEE]
    for row in np.sort(np.concatenate([places.rows("BPR"), places.rows("TRN"), parties, in_header])).tolist():
        header = open_sets[int(places.set_index[row])].header
        header.read(window.base + row, int(places.loop[row]), window.elements(row) + [""] * 22)
    _read_payments(complaints, open_sets)


def _read_payments(complaints: Complaints, open_sets: dict[int, OpenSet]) -> None:
    places = complaints.places
    rows = places.rows("BPR")
    paid = amounts(complaints, rows, "BPR", 2, required=True)
    for row, cents, present in zip(rows.tolist(), paid.value.tolist(), paid.present.tolist(), strict=True):
        header = open_sets[int(places.set_index[row])].header
        if present and header.payment == places.window.base + row:
            header.pay(cents)
