"""What is written off of a claim: out of its receivable by a person's decision, and back in when that no longer fits.

A payer that takes its decision back, or is asked again by a corrected claim, decides on the whole amount.
"""

from collections.abc import Collection
from datetime import date

from sqlalchemy import Connection, text

from revcycle.foundation.ledger.record import record, stage
from revcycle.foundation.ledger.reverse import reverse_entries

STAGE = """
INSERT INTO staged_transfer
SELECT 'write_off', 'action', :action, 1, open_day(CAST(:day AS date)), :day, 1, 'adjustment.other',
       'receivable.insurance', :cents, c.encounter_id, NULL, c.id, NULL, NULL, :remittance, :segment, v.patient_id
FROM claim c JOIN encounter e ON e.id = c.encounter_id
JOIN encounter_version v ON v.encounter_id = e.id AND v.version = e.current_version WHERE c.id = :claim
"""
OF_CLAIMS = """
SELECT DISTINCT t.entry_id FROM claim c JOIN transfer t ON t.encounter_id = c.encounter_id AND t.credit_claim = c.id
JOIN journal_entry j ON j.id = t.entry_id AND j.kind = 'write_off' WHERE c.id = ANY (:claims) ORDER BY t.entry_id
"""


def write_off(
    connection: Connection,
    *,
    action: int,
    claim: int,
    cents: int,
    remittance: int,
    segment: int,
    day: date,
    run_id: int,
) -> None:
    """Move `cents` out of the claim's receivable; `remittance` and `segment` said why they are not paid.

    Dated on `day`, or the first day of the next open month. Safe to repeat: the entry is known by its action.
    """
    asked = {"action": action, "claim": claim, "cents": cents, "remittance": remittance, "segment": segment}
    stage(connection)
    connection.execute(text(STAGE), asked | {"day": day})
    record(connection, run_id=run_id)


def take_write_offs_back(connection: Connection, claims: Collection[int], *, day: date, run_id: int) -> int:
    """Reverse what was written off of these claims and stands; returns how many entries that were."""
    entries = connection.scalars(text(OF_CLAIMS), {"claims": sorted(claims)}).all()
    return reverse_entries(connection, entries, day=day, run_id=run_id) if entries else 0
