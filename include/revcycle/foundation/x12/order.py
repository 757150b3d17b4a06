"""Where each segment stands in its set, as one number: a single integer sort puts a whole file in order."""

import numpy as np

from revcycle.foundation.x12.mapped_rows import MappedRows, numbers

# The place of a section's rows within a claim: its own segments, then other payers, then lines.
_BLOCK = {"set": 0, "claim": 1, "other": 2, "other_cas": 2, "line": 3, "adjudication": 3, "adjudication_cas": 3}
# From the most to the least significant; 63 together, so that a place is a positive int64.
_BITS = {"claim": 23, "block": 2, "n": 12, "position": 8, "m": 6, "inner position": 8, "rep": 4}


def places(rows: MappedRows, position: int, first_adjudication: int) -> np.ndarray:
    """The places of one segment of the map, which stands at `position` in it: no two of a set have the same.

    Claim, block, row of the section (`n`), segment of the map, and within another payer's words on a line the
    occurrence (`m`), its segment and its repetition (`rep`). Raises: ValueError where a number is too large.
    """
    section, table = rows.row.section, rows.table
    inner = section.startswith("adjudication")
    fields = {
        "claim": np.maximum(rows.claim, 0),
        "block": _BLOCK[section],
        "n": numbers(table, "n"),
        "position": first_adjudication if inner else position,
        "m": numbers(table, "m") if inner else 0,
        "inner position": position if inner else 0,
        "rep": numbers(table, "rep"),
    }
    found = np.zeros(table.num_rows, np.int64)
    for name, bits in _BITS.items():
        field = np.asarray(fields[name], np.int64)
        if field.min() < 0 or field.max() >= 1 << bits:
            raise ValueError(f"the table {section} has a number in {name} that is not from 0 to {(1 << bits) - 1}")
        found = found << bits | field
    return found
