"""CLP and what stands in its loop, one row a claim."""

import numpy as np
import pyarrow as pa

from revcycle.foundation.x12.arrow import ints
from revcycle.foundation.x12.fixed_point import Dates, date_column
from revcycle.foundation.x12.remittance.amounts import amounts
from revcycle.foundation.x12.remittance.complaints import Complaints
from revcycle.foundation.x12.remittance.loop_segments import LoopSegments
from revcycle.foundation.x12.remittance.money_rows import MoneyRows


def read_claims(complaints: Complaints, dates: Dates) -> tuple[pa.Table, MoneyRows]:
    """The table remittance_claim, and its amounts for the balances. `dates` are those of all DTM rows."""
    places, window = complaints.places, complaints.places.window
    rows = places.rows("CLP")
    charge, paid = (amounts(complaints, rows, "CLP", element, required=True) for element in (3, 4))
    patient = amounts(complaints, rows, "CLP", 5)
    parts = LoopSegments(places, dates, places.claim, len(rows), of_claim=True)
    insured, patient_name = parts.first("NM1", "IL"), parts.first("NM1", "QC")
    member = np.where(window.given(insured, 9), insured, patient_name)
    table = pa.table(
        {
            "position": ints(places.claim_position[rows]),
            "segment": ints(rows + window.base),
            "patient_control_number": window.text(rows, 1),
            "status": window.text(rows, 2),
            "charge_cents": ints(charge.value),
            "paid_cents": ints(paid.value),
            "patient_cents": ints(patient.value, patient.present),
            "filing_indicator": window.text(rows, 6),
            "payer_claim_number": window.text(rows, 7),
            "facility_type": window.text(rows, 8),
            "frequency": window.text(rows, 9),
            "drg": window.text(rows, 11),
            "drg_weight": window.text(rows, 12),
            "discharge_fraction": window.text(rows, 13),
            "member_id": window.text(member, 9),
            "statement_from": date_column(*parts.day("232")),
            "statement_to": date_column(*parts.day("233")),
            "received_on": date_column(*parts.day("050")),
        }
    )
    return table, MoneyRows(rows, charge.value, paid.value)
