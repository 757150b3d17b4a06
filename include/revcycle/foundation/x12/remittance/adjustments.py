"""CAS: up to six adjustments in a segment, one row each. A gap is not the end."""

from typing import NamedTuple

import numpy as np
import pyarrow as pa

from revcycle.foundation.x12.arrow import ints
from revcycle.foundation.x12.remittance.amounts import amounts, quantities
from revcycle.foundation.x12.remittance.complaints import Complaints
from revcycle.foundation.x12.remittance.places import Places

_FURTHER = (4, 7, 10, 13, 16)


class AdjustmentRows(NamedTuple):
    """The CAS row of each adjustment, in file order, and its cents."""

    rows: np.ndarray
    cents: np.ndarray


def read_adjustments(complaints: Complaints) -> tuple[pa.Table, AdjustmentRows]:
    """The table remittance_adjustment, and its amounts for the balances."""
    places, window = complaints.places, complaints.places.window
    rows = places.rows("CAS")
    parts = [_read(complaints, rows, 2)]
    parts += [_read(complaints, rows[window.count[rows] > place], place + 1) for place in _FURTHER]
    of_row = np.concatenate([part_rows for part_rows, _, _ in parts])
    order = np.argsort(of_row, kind="stable")
    at, cents = of_row[order], np.concatenate([part_cents for _, part_cents, _ in parts])[order]
    of_parts = pa.concat_tables([table for _, _, table in parts]).take(ints(order))
    table = pa.table(
        {
            "claim_position": ints(places.claim_position[at]),
            "service_position": ints(places.service_position[at]),
            "ordinal": ints(ordinals(places, at)),
            "segment": ints(at + window.base),
            "group_code": window.text(at, 1),
            "reason": of_parts["reason"].combine_chunks(),
            "amount_cents": ints(cents),
            "quantity_thousandths": of_parts["quantity"].combine_chunks(),
        }
    )
    return table, AdjustmentRows(at, cents)


def _read(complaints: Complaints, rows: np.ndarray, element: int) -> tuple[np.ndarray, np.ndarray, pa.Table]:
    """The reason at `element`, amount and quantity of each CAS; those where all three are empty are left out."""
    window = complaints.places.window
    reason, quantity = window.given(rows, element), window.given(rows, element + 2)
    first = element == 2
    amount = amounts(complaints, rows, "CAS", element + 1, required=first)
    given = amount.present | amount.bad
    if not first:  # of the first, a reason that is missing is said with the other required elements
        missing = rows[(reason | quantity) & ~given]
        complaints.rows(missing, "amount.missing", f"CAS{element + 1:02} is missing: an adjustment without an amount")
        missing = rows[~reason & given]
        complaints.rows(missing, "structure.order", f"CAS{element:02} is missing: an adjustment without a reason")
    some = given | reason | quantity
    kept = rows[some]
    columns = {
        "reason": window.text(kept, element),
        "quantity": quantities(complaints, kept, "CAS", element + 2),
    }
    return kept, amount.value[some], pa.table(columns)


def ordinals(places: Places, rows: np.ndarray) -> np.ndarray:
    """Counts rows from 1 within each run of the same set, claim and service."""
    keys = (places.set_index[rows], places.claim_position[rows], places.service_position[rows])
    begins = np.ones(len(rows), bool)
    if len(rows):
        begins[1:] = np.any([key[1:] != key[:-1] for key in keys], axis=0)
    place = np.arange(len(rows))
    return place - np.maximum.accumulate(np.where(begins, place, 0)) + 1
