"""What was earned and who owes it: charges of encounters, and their assignment to a payer or to the patient.

Booked by every assembly for all that is not booked yet, held or not, so that it also catches up on what came before
the ledger. Dated on the day the coding was finished, or into the next open month; effective on the first date of
service. Nothing is edited: what no longer holds is reversed and booked anew.
"""

from datetime import date

from sqlalchemy import Connection, text

from revcycle.foundation.ledger import record, reverse, stage
from revcycle.foundation.ledger.self_pay import SELF_PAY
from revcycle.foundation.store.temporary import analyze

# Every encounter that stands, with its charge, and whether the patient owes it.
EARNED = f"""
CREATE TEMP TABLE earned ON COMMIT DROP AS
SELECT e.id AS encounter_id, e.current_version AS version, v.charge_cents, v.patient_id, v.entered_on, s.first,
       {SELF_PAY} AS self_pay
FROM encounter e JOIN encounter_version v ON v.encounter_id = e.id AND v.version = e.current_version
JOIN (SELECT encounter_id, version, min(date_from) AS first FROM charge_line GROUP BY encounter_id, version) s
     ON s.encounter_id = e.id AND s.version = e.current_version
WHERE e.cancelled_at IS NULL AND v.entered_on <= :through
"""
# The claims that went or are about to go to a payer, each with what its last submission asks for.
ASKED = """
CREATE TEMP TABLE asked ON COMMIT DROP AS
SELECT DISTINCT ON (c.id) c.id AS claim_id, c.encounter_id, s.id AS submission_id, s.amount_cents
FROM claim c JOIN claim_submission s ON s.claim_id = c.id
WHERE c.state <> 'void' AND c.responsibility = 'P' AND (s.closed_at IS NULL OR s.interchange_id IS NOT NULL)
ORDER BY c.id, s.ordinal DESC
"""
STANDING = """
CREATE TEMP TABLE standing_entry ON COMMIT DROP AS
SELECT j.id, j.kind, j.source_kind, j.source_id, j.ordinal, coalesce(sum(t.amount_cents), 0)::bigint AS cents
FROM journal_entry j LEFT JOIN transfer t ON t.entry_id = j.id
WHERE j.kind IN ('charge', 'assignment') AND NOT EXISTS (SELECT FROM journal_entry b WHERE b.reverses = j.id)
GROUP BY j.id
"""
# What was coded after `through` is left as it is: a date that runs late takes nothing back that a later one booked.
# A cancelled encounter keeps its charge until the last claim of it is void: a payer may still pay what it has.
OUTDATED = """
CREATE TEMP TABLE entry_to_reverse ON COMMIT DROP AS
SELECT s.id AS entry_id FROM standing_entry s LEFT JOIN earned e ON e.encounter_id = s.source_id
WHERE s.source_kind = 'encounter' AND (e.encounter_id IS NULL AND EXISTS (
          SELECT FROM encounter gone WHERE gone.id = s.source_id AND gone.cancelled_at IS NOT NULL)
          AND NOT EXISTS (SELECT FROM claim c WHERE c.encounter_id = s.source_id AND c.state <> 'void')
      OR s.kind = 'charge' AND e.version <> s.ordinal
      OR s.kind = 'assignment' AND e.encounter_id IS NOT NULL AND (NOT e.self_pay OR EXISTS (
          SELECT FROM asked a WHERE a.encounter_id = s.source_id) OR NOT EXISTS (
          SELECT FROM standing_entry c WHERE c.kind = 'charge' AND c.source_id = e.encounter_id
          AND c.ordinal = e.version)))
UNION ALL
SELECT s.id FROM standing_entry s LEFT JOIN asked a ON a.claim_id = s.source_id
WHERE s.source_kind = 'claim' AND (a.claim_id IS NULL OR a.amount_cents <> s.cents
      AND EXISTS (SELECT FROM earned e WHERE e.encounter_id = a.encounter_id))
"""
DATES = "open_day(e.entered_on), e.first, 1"
# A debt may come back to a claim, or to the patient, that it was taken from.
NEXT = """
coalesce((SELECT max(j.ordinal) FROM journal_entry j
          WHERE j.kind = 'assignment' AND j.source_kind = '{source}' AND j.source_id = {id}), 0) + 1
"""
CHARGES = f"""
INSERT INTO staged_transfer
SELECT 'charge', 'encounter', e.encounter_id, e.version, {DATES}, 'receivable.unbilled', 'revenue', e.charge_cents,
       e.encounter_id, NULL, NULL, NULL, NULL, NULL, NULL, e.patient_id
FROM earned e
WHERE NOT EXISTS (SELECT FROM standing_entry s WHERE s.kind = 'charge' AND s.source_id = e.encounter_id
                  AND s.ordinal = e.version)
"""
SELF_PAY = f"""
INSERT INTO staged_transfer
SELECT 'assignment', 'encounter', e.encounter_id, {NEXT.format(source="encounter", id="e.encounter_id")}, {DATES},
       'receivable.patient', 'receivable.unbilled', e.charge_cents, e.encounter_id, NULL, NULL, NULL, NULL, NULL, NULL,
       e.patient_id
FROM earned e
WHERE e.self_pay AND NOT EXISTS (SELECT FROM asked a WHERE a.encounter_id = e.encounter_id)
  AND NOT EXISTS (SELECT FROM standing_entry s WHERE s.kind = 'assignment' AND s.source_kind = 'encounter'
                  AND s.source_id = e.encounter_id AND s.id NOT IN (SELECT entry_id FROM entry_to_reverse))
"""
ASSIGNMENTS = f"""
INSERT INTO staged_transfer
SELECT 'assignment', 'claim', a.claim_id, {NEXT.format(source="claim", id="a.claim_id")}, {DATES},
       'receivable.insurance', 'receivable.unbilled', a.amount_cents, e.encounter_id, a.claim_id, NULL,
       a.submission_id, NULL, NULL, NULL, e.patient_id
FROM asked a JOIN earned e ON e.encounter_id = a.encounter_id
WHERE NOT EXISTS (SELECT FROM standing_entry s WHERE s.source_kind = 'claim' AND s.source_id = a.claim_id
                  AND s.cents = a.amount_cents)
"""
DONE = "DROP TABLE earned, asked, standing_entry, entry_to_reverse"


def book(connection: Connection, *, through: date, run_id: int) -> int:
    """Book what encounters earned and claims ask for, as it stands now; returns how many entries were written.

    Reversals are dated on `through`, or on the day of what they take back, or into the next open month. Safe to repeat:
    entries are known by their keys.
    """
    asked = {"through": through}
    for statement in (EARNED, ASKED, STANDING, OUTDATED):
        connection.execute(text(statement), asked)
    analyze(connection, "earned", "asked", "standing_entry")
    reversals = reverse(connection, day=through, run_id=run_id)
    stage(connection)
    for statement in (CHARGES, SELF_PAY, ASSIGNMENTS):
        connection.execute(text(statement))
    booked = record(connection, run_id=run_id)
    connection.execute(text(DONE))
    return reversals + booked
