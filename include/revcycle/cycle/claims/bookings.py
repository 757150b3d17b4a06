"""What claims and their encounters bring into the ledger: charges earned, and who is asked to pay them.

A charge is earned when an encounter is delivered, held or not; a claim that has been submitted is owed by its payer,
and a self-pay encounter by its patient. All of it follows from the rows that stand, never from the run that looks: a
missing booking is made whenever it is found missing, so what came before the ledger is caught up with.

Entries are dated on the business date of their encounter version (the next open month's first day, where that month is
closed), and effective on its first date of service; a reversal is dated as what replaces it.
"""

from datetime import date

from sqlalchemy import Connection, text

from revcycle.foundation import ledger

# The first line of a version with the day it is booked on: of an encounter without lines there is nothing to book.
_VERSION = """
JOIN encounter_version v ON v.encounter_id = {encounter} AND v.version = {version}
CROSS JOIN LATERAL (SELECT min(l.date_from) AS first FROM charge_line l
                    WHERE l.encounter_id = v.encounter_id AND l.version = v.version) s
"""
# `open_day` is asked for the days of closed months only: a call for every row takes longer than all else of the row.
_DAY = "CASE WHEN shut.month IS NULL THEN {day} ELSE open_day({day}) END"
_SHUT = """
LEFT JOIN accounting_period shut ON shut.month = date_trunc('month', {day})::date AND shut.state = 'closed'
"""
_STANDS = "NOT EXISTS (SELECT FROM journal_entry back WHERE back.reverses = {entry}.id)"
_CLAIM_STANDS = "EXISTS (SELECT FROM claim c WHERE c.encounter_id = e.id AND c.state <> 'void')"
# A cancelled encounter keeps its charge while a claim of it stands, and has one where none was booked in time.
CHARGES = f"""
INSERT INTO staged_transfer (kind, source_kind, source_id, entry_ordinal, accounting_date, effective_date, ordinal,
    debit_account, credit_account, amount_cents, encounter_id, patient_id)
SELECT 'charge', 'encounter', e.id, e.current_version, {_DAY.format(day="v.entered_on")}, s.first, 1,
       'receivable.unbilled', 'revenue', v.charge_cents, e.id, v.patient_id
FROM encounter e {_VERSION.format(encounter="e.id", version="e.current_version")} {_SHUT.format(day="v.entered_on")}
WHERE v.entered_on <= :through AND s.first IS NOT NULL AND v.charge_cents <> 0
  AND (e.cancelled_at IS NULL OR {_CLAIM_STANDS} AND NOT EXISTS (
      SELECT FROM journal_entry one WHERE one.kind = 'charge' AND one.source_kind = 'encounter'
      AND one.source_id = e.id AND {_STANDS.format(entry="one")}))
  AND NOT EXISTS (SELECT FROM journal_entry one WHERE one.kind = 'charge' AND one.source_kind = 'encounter'
                  AND one.source_id = e.id AND one.ordinal = e.current_version)
"""
# Of an encounter that was delivered anew, and of one that was cancelled and is billed to nobody any more.
OLD_CHARGES = f"""
INSERT INTO entry_to_reverse
SELECT old.id, v.entered_on FROM journal_entry old JOIN encounter e ON e.id = old.source_id
JOIN encounter_version v ON v.encounter_id = e.id AND v.version = e.current_version
WHERE old.kind = 'charge' AND old.source_kind = 'encounter' AND {_STANDS.format(entry="old")}
  AND CASE WHEN e.cancelled_at IS NULL THEN old.ordinal < e.current_version AND v.entered_on <= :through
      ELSE NOT {_CLAIM_STANDS} END
"""
PATIENTS = f"""
INSERT INTO staged_transfer (kind, source_kind, source_id, entry_ordinal, accounting_date, effective_date, ordinal,
    debit_account, credit_account, amount_cents, encounter_id, patient_id)
SELECT 'assignment', 'encounter', p.encounter_id, p.version, {_DAY.format(day="p.entered_on")}, p.first, 1,
       'receivable.patient', 'receivable.unbilled', p.charge_cents, p.encounter_id, p.patient_id
FROM self_pay p {_SHUT.format(day="p.entered_on")}
WHERE p.entered_on <= :through AND p.first IS NOT NULL AND p.charge_cents <> 0
"""
OLD_PATIENTS = f"""
INSERT INTO entry_to_reverse
SELECT old.id, v.entered_on FROM journal_entry old JOIN encounter e ON e.id = old.source_id
JOIN encounter_version v ON v.encounter_id = e.id AND v.version = e.current_version
LEFT JOIN self_pay p ON p.encounter_id = e.id
WHERE old.kind = 'assignment' AND old.source_kind = 'encounter' AND {_STANDS.format(entry="old")}
  AND (p.version IS NULL OR old.ordinal < p.version AND p.entered_on <= :through)
"""
# The submission that a payer has, or had last while its rejection is mended: what the claim asks for. A void that is
# under way (frequency 8) asks for nothing new, and takes back what was asked for once it is confirmed.
SENT = """
CREATE TEMP TABLE sent ON COMMIT DROP AS
SELECT DISTINCT ON (s.claim_id) s.claim_id, s.id AS submission_id, s.encounter_id, s.version, s.amount_cents
FROM claim_submission s JOIN claim c ON c.id = s.claim_id
WHERE s.interchange_id IS NOT NULL AND s.frequency <> '8' AND c.state NOT IN ('void', 'closed') {narrowed}
ORDER BY s.claim_id, s.ordinal DESC
"""
OF_INTERCHANGE = "AND s.interchange_id = :interchange"
# The last assignment of each claim, whether it stands, and which version it was for: looked up claim by claim, because
# a table that grew since it was last analyzed would be read whole.
ASSIGNED = """
CREATE TEMP TABLE assigned ON COMMIT DROP AS
SELECT {claims}.claim_id, last.id AS entry_id, last.ordinal, last.accounting_date,
       (SELECT back.id FROM journal_entry back WHERE back.reverses = last.id) IS NULL AS stands,
       (SELECT s.version FROM transfer t JOIN claim_submission s ON s.id = t.submission_id
        WHERE t.entry_id = last.id AND t.ordinal = 1) AS version
FROM {claims} CROSS JOIN LATERAL (
    SELECT e.id, e.ordinal, e.accounting_date FROM journal_entry e
    WHERE e.kind = 'assignment' AND e.source_kind = 'claim' AND e.source_id = {claims}.claim_id
    ORDER BY e.ordinal DESC LIMIT 1) last
"""
SENT_OR_VOID = """
CREATE TEMP TABLE sent_or_void ON COMMIT DROP AS
SELECT claim_id FROM sent UNION ALL SELECT id FROM claim WHERE state = 'void'
"""
CLAIMS = f"""
INSERT INTO staged_transfer (kind, source_kind, source_id, entry_ordinal, accounting_date, effective_date, ordinal,
    debit_account, credit_account, amount_cents, encounter_id, debit_claim, submission_id, patient_id)
SELECT 'assignment', 'claim', n.claim_id, coalesce(a.ordinal, 0) + 1, {_DAY.format(day="v.entered_on")}, s.first, 1,
       'receivable.insurance', 'receivable.unbilled', n.amount_cents, n.encounter_id, n.claim_id, n.submission_id,
       v.patient_id
FROM sent n {_VERSION.format(encounter="n.encounter_id", version="n.version")}
{_SHUT.format(day="v.entered_on")}
LEFT JOIN assigned a ON a.claim_id = n.claim_id
WHERE NOT coalesce(a.stands AND a.version = n.version, false) AND n.amount_cents <> 0
"""
OLD_CLAIMS = """
INSERT INTO entry_to_reverse
SELECT a.entry_id, coalesce(v.entered_on, a.accounting_date) FROM assigned a
JOIN claim c ON c.id = a.claim_id
LEFT JOIN sent n ON n.claim_id = a.claim_id
LEFT JOIN encounter e ON e.id = c.encounter_id
LEFT JOIN encounter_version v ON v.encounter_id = c.encounter_id AND v.version = coalesce(n.version, e.current_version)
WHERE a.stands AND (c.state = 'void' OR n.version <> a.version)
"""
# Whoever changes balances holds their claims first, in ascending order.
LOCK = """
SELECT c.id FROM claim c WHERE c.id IN (
    SELECT debit_claim FROM staged_transfer UNION SELECT credit_claim FROM staged_transfer
) ORDER BY c.id FOR NO KEY UPDATE
"""
TO_REVERSE = "CREATE TEMP TABLE entry_to_reverse (entry_id bigint NOT NULL, day date NOT NULL) ON COMMIT DROP"
SELF_PAY = f"CREATE TEMP TABLE self_pay ON COMMIT DROP AS {ledger.SELF_PAY}"


def book(connection: Connection, *, through: date, run_id: int) -> int:
    """Make every booking that is missing of encounters up to `through`, and of all claims; returns the entries.

    Claims have to follow their encounters before: a void one gives its charge back. Safe to repeat.
    """
    ledger.stage(connection)
    asked = {"through": through}
    made = (TO_REVERSE, SELF_PAY, SENT.format(narrowed=""), SENT_OR_VOID, ASSIGNED.format(claims="sent_or_void"))
    for statement in (*made, "ANALYZE sent, assigned, self_pay"):
        connection.execute(text(statement))
    for statement in (OLD_CHARGES, OLD_PATIENTS, OLD_CLAIMS, CHARGES, PATIENTS, CLAIMS):
        connection.execute(text(statement), asked)
    ledger.stage_reversals(connection)
    connection.execute(text(LOCK))
    return ledger.record(connection, run_id=run_id)


def assign(connection: Connection, interchange: int, *, run_id: int) -> int:
    """Book what the claims of an interchange, just submitted, ask their payers for; returns the entries.

    Their rows are locked by whoever changed their state.
    """
    ledger.stage(connection)
    connection.execute(text(SENT.format(narrowed=OF_INTERCHANGE)), {"interchange": interchange})
    for statement in (TO_REVERSE, ASSIGNED.format(claims="sent"), OLD_CLAIMS, CLAIMS):
        connection.execute(text(statement))
    ledger.stage_reversals(connection)
    return ledger.record(connection, run_id=run_id)
