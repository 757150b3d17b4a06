"""PLB: up to six adjustments of the provider's account in a segment, one row each."""

import numpy as np
import pyarrow as pa

from revcycle.foundation.x12.arrow import ints
from revcycle.foundation.x12.fixed_point import date_column, dates
from revcycle.foundation.x12.remittance.adjustments import AdjustmentRows
from revcycle.foundation.x12.remittance.amounts import amounts
from revcycle.foundation.x12.remittance.complaints import Complaints
from revcycle.foundation.x12.remittance.open_set import OpenSet
from revcycle.foundation.x12.remittance.places import members

_FURTHER = (4, 6, 8, 10, 12)


def read_provider_adjustments(complaints: Complaints, open_sets: dict[int, OpenSet]) -> tuple[pa.Table, AdjustmentRows]:
    """The table provider_adjustment, and its amounts for the balance. Sets by index count theirs on."""
    places, window = complaints.places, complaints.places.window
    rows = places.rows("PLB")
    parts = [_read(complaints, rows, 3)]
    parts += [_read(complaints, rows[window.count[rows] > place], place + 1) for place in _FURTHER]
    of_row = np.concatenate([part_rows for part_rows, _, _ in parts])
    order = np.argsort(of_row, kind="stable")
    at, cents = of_row[order], np.concatenate([part_cents for _, part_cents, _ in parts])[order]
    of_parts = pa.concat_tables([table for _, _, table in parts]).take(ints(order))
    ends = dates(window, at, 2)
    complaints.rows(rows[~window.given(rows, 2)], "date.unreadable", "PLB02 is missing", expected="CCYYMMDD")
    bad = rows[dates(window, rows, 2).bad]
    complaints.rows(bad, "date.unreadable", "PLB02 is not a date", element=2, expected="CCYYMMDD", fatal=False)
    table = pa.table(
        {
            "ordinal": ints(_ordinals(complaints, at, open_sets)),
            "segment": ints(at + window.base),
            "provider": window.text(at, 1),
            "fiscal_period_end": date_column(ends.day, ends.present),
            "reason": of_parts["reason"].combine_chunks(),
            "reference": of_parts["reference"].combine_chunks(),
            "amount_cents": ints(cents),
        }
    )
    return table, AdjustmentRows(at, cents)


def _read(complaints: Complaints, rows: np.ndarray, element: int) -> tuple[np.ndarray, np.ndarray, pa.Table]:
    """The reason at `element` and amount of each PLB; those where both are empty are left out."""
    window = complaints.places.window
    whole, reason = window.given(rows, element), window.given(rows, element, 1)
    first = element == 3
    amount = amounts(complaints, rows, "PLB", element + 1, required=first)
    given = amount.present | amount.bad
    if not first:
        missing = rows[whole & ~given]
        complaints.rows(missing, "amount.missing", f"PLB{element + 1:02} is missing: an adjustment without an amount")
    missing = rows[~reason & (whole if first else given)]
    complaints.rows(missing, "structure.order", f"PLB{element:02} names no reason")
    some = given | whole
    kept = rows[some]
    columns = {"reason": window.text(kept, element, 1), "reference": window.text(kept, element, 2)}
    return kept, amount.value[some], pa.table(columns)


def _ordinals(complaints: Complaints, rows: np.ndarray, open_sets: dict[int, OpenSet]) -> np.ndarray:
    """Counts from 1 in each set, over all its windows."""
    found = np.zeros(len(rows), np.int64)
    for st, part in members(complaints.places, rows):
        count = part.stop - part.start
        found[part] = np.arange(1, count + 1) + open_sets[st.index].provider_adjustments
        open_sets[st.index].provider_adjustments += count
    return found
