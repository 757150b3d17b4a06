"""Every segment that no other table holds, as read: nothing of the file is lost."""

import numpy as np
import pyarrow as pa

from revcycle.foundation.x12.arrow import ints
from revcycle.foundation.x12.remittance.adjustments import ordinals
from revcycle.foundation.x12.remittance.open_set import OpenSet
from revcycle.foundation.x12.remittance.places import Places, members
from revcycle.foundation.x12.segment_window import id_code, tabbed_column

_ELSEWHERE = np.array([id_code(name) for name in ("ST", "BPR", "CLP", "SVC", "CAS", "PLB", "SE", "LX")], np.uint32)


def read_details(places: Places, open_sets: dict[int, OpenSet]) -> tuple[pa.Table, np.ndarray]:
    """The table remittance_detail, and the row of the window for each of its rows. Sets by index count theirs on."""
    window = places.window
    rows = np.flatnonzero(places.read & ~np.isin(window.ids, _ELSEWHERE) & (not window.overlong))
    table = pa.table(
        {
            "claim_position": ints(places.claim_position[rows]),
            "service_position": ints(places.service_position[rows]),
            "ordinal": ints(_ordinals(places, rows, open_sets)),
            "segment": ints(rows + window.base),
            "segment_id": window.text(rows, 0),
            "elements": tabbed_column(window, rows),
        }
    )
    return table, rows


def _ordinals(places: Places, rows: np.ndarray, open_sets: dict[int, OpenSet]) -> np.ndarray:
    """From 1 within claim and service; those outside every claim count over all windows of their set."""
    found = ordinals(places, rows)
    outside = places.claim_position[rows] == 0
    for st, part in members(places, rows):
        free = np.flatnonzero(outside[part]) + part.start
        found[free] = np.arange(1, len(free) + 1) + open_sets[st.index].details
        open_sets[st.index].details += len(free)
    return found
