"""What a set adds up to, over all its windows."""

import numpy as np

from revcycle.foundation.x12.remittance.adjustments import AdjustmentRows
from revcycle.foundation.x12.remittance.amounts import total
from revcycle.foundation.x12.remittance.money_rows import MoneyRows
from revcycle.foundation.x12.remittance.places import Places, members
from revcycle.foundation.x12.segment_window import id_code


def add_claims(places: Places, claims: MoneyRows, services: MoneyRows) -> None:
    """Add the claims and services of a window to their sets."""
    for st, part in members(places, claims.rows):
        st.claims += part.stop - part.start
        st.paid_cents += _sum(claims.paid[part])
    for st, part in members(places, services.rows):
        st.services += part.stop - part.start


def add_adjustments(places: Places, adjustments: AdjustmentRows, provider: AdjustmentRows) -> None:
    """Add the adjustments of a window to their sets."""
    of_patient = places.window.codes(adjustments.rows, 1) == id_code("PR")
    for st, part in members(places, adjustments.rows):
        cents, patient = adjustments.cents[part], of_patient[part]
        st.adjusted_cents += _sum(cents[~patient])
        st.patient_cents += _sum(cents[patient])
    for st, part in members(places, provider.rows):
        st.provider_adjustment_cents += _sum(provider.cents[part])


def _sum(cents: np.ndarray) -> int:
    return int(total(np.zeros(len(cents), np.int64), cents, 1)[0])
