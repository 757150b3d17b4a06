"""Write what was staged into the ledger: an entry once, its transfers and the balances of its claims with it."""

from sqlalchemy import Connection, text

from revcycle.foundation.ledger.balances import ADD
from revcycle.foundation.store.temporary import analyze

STAGED = """
CREATE TEMP TABLE IF NOT EXISTS staged_transfer (
    kind entry_kind NOT NULL, source_kind entry_source NOT NULL, source_id bigint NOT NULL, entry_ordinal int NOT NULL,
    accounting_date date NOT NULL, effective_date date NOT NULL, ordinal int NOT NULL, debit_account account NOT NULL,
    credit_account account NOT NULL, amount_cents bigint NOT NULL, encounter_id bigint, debit_claim bigint,
    credit_claim bigint, submission_id bigint, line int, remittance_id bigint, segment bigint, patient_id bigint
) ON COMMIT DROP
"""
# One entry for each key; of a reversal the source is the entry that it takes back.
ENTRIES = """
CREATE TEMP TABLE new_entry ON COMMIT DROP AS
WITH wanted AS (
    SELECT DISTINCT kind, source_kind, source_id, entry_ordinal, accounting_date, effective_date FROM staged_transfer
    ORDER BY kind, source_kind, source_id, entry_ordinal
), written AS (
    INSERT INTO journal_entry (kind, source_kind, source_id, ordinal, accounting_date, effective_date, reverses, run_id)
    SELECT kind, source_kind, source_id, entry_ordinal, accounting_date, effective_date,
           CASE kind WHEN 'reversal' THEN source_id END, :run_id FROM wanted
    ON CONFLICT (kind, source_kind, source_id, ordinal) DO NOTHING
    RETURNING id, kind, source_kind, source_id, ordinal)
SELECT * FROM written
"""
# A negative amount goes the other way; nothing moves nothing.
TRANSFERS = f"""
WITH written AS (
INSERT INTO transfer (entry_id, ordinal, debit_account, credit_account, amount_cents, encounter_id, debit_claim,
    credit_claim, submission_id, line, remittance_id, segment, patient_id, run_id)
SELECT e.id, s.ordinal,
       CASE WHEN s.amount_cents > 0 THEN s.debit_account ELSE s.credit_account END,
       CASE WHEN s.amount_cents > 0 THEN s.credit_account ELSE s.debit_account END,
       abs(s.amount_cents), s.encounter_id,
       CASE WHEN s.amount_cents > 0 THEN s.debit_claim ELSE s.credit_claim END,
       CASE WHEN s.amount_cents > 0 THEN s.credit_claim ELSE s.debit_claim END,
       s.submission_id, s.line, s.remittance_id, s.segment, s.patient_id, :run_id
FROM staged_transfer s JOIN new_entry e ON e.kind = s.kind AND e.source_kind = s.source_kind
    AND e.source_id = s.source_id AND e.ordinal = s.entry_ordinal
WHERE s.amount_cents <> 0
RETURNING debit_account, debit_claim, credit_account, credit_claim, amount_cents)
{ADD}
"""
DONE = "DROP TABLE new_entry; TRUNCATE staged_transfer"
# Taken before the first `open_day`: a month that is open for it is not closed before the entries are committed.
WRITING = "LOCK TABLE journal_entry IN ROW EXCLUSIVE MODE"


def stage(connection: Connection) -> None:
    """Make the temporary table `staged_transfer` of this transaction, to be filled by INSERT ... SELECT.

    A row is one transfer with the key of its entry. Amounts are cents of either sign: a negative one is written with
    its sides swapped. Rows of one entry carry equal dates and each its own ordinal. Until this
    transaction ends no month is closed, so a date taken from `open_day` after this call is not refused.
    """
    connection.execute(text(WRITING))
    connection.execute(text(STAGED))


def record(connection: Connection, *, run_id: int) -> int:
    """Write the staged transfers of every entry that is not there yet; returns how many entries were written.

    An entry whose key stands already is left alone with all its transfers, so a repetition moves nothing. Raises
    SQLAlchemy's DatabaseError when an accounting date lies in a closed month: take dates from `open_day`.
    """
    analyze(connection, "staged_transfer")
    written = connection.execute(text(ENTRIES), {"run_id": run_id}).rowcount
    analyze(connection, "new_entry")
    connection.execute(text(TRANSFERS), {"run_id": run_id})
    for statement in DONE.split(";"):
        connection.execute(text(statement))
    return written
