"""SVC and what stands in its loop, one row a service."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from revcycle.foundation.x12.arrow import ints
from revcycle.foundation.x12.fixed_point import Dates, date_column
from revcycle.foundation.x12.remittance.amounts import amounts, quantities
from revcycle.foundation.x12.remittance.complaints import Complaints
from revcycle.foundation.x12.remittance.loop_segments import LoopSegments
from revcycle.foundation.x12.remittance.money_rows import MoneyRows
from revcycle.foundation.x12.segment_window import SegmentWindow, text_column, text_list

_FIRST_MODIFIER, _LAST_MODIFIER = 3, 6


def read_services(complaints: Complaints, dates: Dates) -> tuple[pa.Table, MoneyRows]:
    """The table remittance_service, and its amounts for the balances. `dates` are those of all DTM rows."""
    places, window = complaints.places, complaints.places.window
    rows = places.rows("SVC")
    charge, paid = (amounts(complaints, rows, "SVC", element, required=True) for element in (2, 3))
    parts = LoopSegments(places, dates, places.service, len(rows), of_claim=False)
    date_from, date_to = _dates_of_service(parts)
    unnamed = rows[window.given(rows, 1) & ~window.given(rows, 1, 2)]
    complaints.rows(unnamed, "structure.order", "SVC01 names no procedure", element=1, fatal=False)
    table = pa.table(
        {
            "claim_position": ints(places.claim_position[rows]),
            "position": ints(places.service_position[rows]),
            "segment": ints(rows + window.base),
            "qualifier": window.text(rows, 1, 1),
            "procedure": window.text(rows, 1, 2),
            "modifiers": _modifiers(window, rows, 1),
            "submitted_procedure": window.text(rows, 6, 2),
            "submitted_modifiers": _modifiers(window, rows, 6),
            "revenue_code": window.text(rows, 4),
            "charge_cents": ints(charge.value),
            "paid_cents": ints(paid.value),
            "units_thousandths": quantities(complaints, rows, "SVC", 5),
            "submitted_units_thousandths": quantities(complaints, rows, "SVC", 7),
            "line_control_number": window.text(parts.first("REF", "6R"), 2),
            "date_from": date_from,
            "date_to": date_to,
        }
    )
    return table, MoneyRows(rows, charge.value, paid.value)


def _dates_of_service(parts: LoopSegments) -> tuple[pa.Array, pa.Array]:
    """One day (472), or the first and the last (150, 151)."""
    (day, one), (first, begins), (last, ends) = (parts.day(qualifier) for qualifier in ("472", "150", "151"))
    return (
        date_column(np.where(one, day, first), one | begins),
        date_column(np.where(one, day, last), one | ends),
    )


def _modifiers(window: SegmentWindow, rows: np.ndarray, element: int) -> pa.Array:
    """Components 3 to 6, joined with a semicolon; an empty one leaves no gap."""
    begin, _ = window.span(rows, element, _FIRST_MODIFIER)
    _, end = window.span(rows, element, _LAST_MODIFIER)
    joined = text_column(window.with_components(b";"), begin, end)
    if pc.match_substring_regex(joined, "^;|;;|;$").true_count:
        joined = text_list([";".join(filter(None, text.split(";"))) for text in joined.to_pylist()])
    return joined
