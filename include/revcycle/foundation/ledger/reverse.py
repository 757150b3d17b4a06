"""Undo by reversal: the same transfers with sides swapped; what was written stays written."""

from collections.abc import Sequence

from sqlalchemy import Connection, text

from revcycle.foundation.ledger.record import record, stage

# What is reversed already is left out.
STAGE = """
INSERT INTO staged_transfer
SELECT 'reversal', 'journal_entry', e.id, 1, greatest((SELECT open_day(CAST(:day AS date))), e.accounting_date),
       e.effective_date, t.ordinal, t.credit_account, t.debit_account, t.amount_cents, t.encounter_id, t.credit_claim,
       t.debit_claim, t.submission_id, t.line, t.remittance_id, t.segment, t.patient_id
FROM {named} r JOIN journal_entry e ON e.id = r.entry_id JOIN transfer t ON t.entry_id = e.id
WHERE NOT EXISTS (SELECT FROM journal_entry back WHERE back.reverses = e.id)
"""


def reverse(connection: Connection, *, day: object, run_id: int) -> int:
    """Reverse the entries named in the temporary table `entry_to_reverse (entry_id)`; returns how many were.

    Dated on `day`, or the first day of the next open month, and never before the entry reversed; the effective date is
    that entry's.
    """
    stage(connection)
    connection.execute(text(STAGE.format(named="entry_to_reverse")), {"day": day})
    return record(connection, run_id=run_id)


def reverse_entries(connection: Connection, entries: Sequence[int], *, day: object, run_id: int) -> int:
    """The same for a few entries, named by their ids."""
    stage(connection)
    named = "(SELECT unnest(CAST(:entries AS bigint[])) AS entry_id)"
    connection.execute(text(STAGE.format(named=named)), {"day": day, "entries": list(entries)})
    return record(connection, run_id=run_id)
