"""A remittance as transfers: cash and provider adjustments of the whole, payments and adjustments of each claim.

All of it goes through `remittance_clearing`, which is zero again at the end because the set balanced. What cannot be
matched stays in `unapplied.insurance`.
"""

from datetime import date

from sqlalchemy import Connection, text

from revcycle.foundation.ledger import record, stage
from revcycle.foundation.store.temporary import analyze

# The claims to be booked, with what every transfer of theirs says. What this transaction wrote is looked up by its key:
# of such rows the planner knows nothing, and a join with them may compare each with each.
CLAIMS = """
CREATE TEMP TABLE booked ON COMMIT DROP AS
SELECT (SELECT id FROM remittance_claim rc WHERE rc.remittance_id = :remittance AND rc.position = m.position)
           AS source_id,
       rc.position, m.ordinal, rc.status, rc.paid_cents, rc.segment, m.claim_id, m.submission_id,
       c.encounter_id, v.patient_id, onward.id AS next_claim,
       CAST(:day AS date) AS accounting_date,
       (SELECT effective_date FROM remittance WHERE id = :remittance) AS effective_date
FROM matched m JOIN read_remittance_claim rc ON rc.position = m.position
LEFT JOIN claim c ON c.id = m.claim_id AND rc.status NOT IN ('23', '25')
LEFT JOIN encounter e ON e.id = c.encounter_id
LEFT JOIN encounter_version v ON v.encounter_id = e.id AND v.version = e.current_version
LEFT JOIN claim onward ON onward.prior_claim = c.id AND onward.state <> 'void'
"""
KEY = "source_kind, source_id, entry_ordinal, accounting_date, effective_date, ordinal"
STAGED = (
    "INSERT INTO staged_transfer (kind, source_kind, source_id, entry_ordinal, accounting_date, effective_date, "
    "ordinal, debit_account, credit_account, amount_cents, encounter_id, debit_claim, credit_claim, submission_id, "
    "line, remittance_id, segment, patient_id)"
)
OF_CLAIM = "'remittance_claim', b.source_id, b.ordinal, b.accounting_date, b.effective_date"
CASH = f"""
{STAGED}
SELECT 'remittance_cash', 'remittance', r.id, r.posting, CAST(:day AS date), r.effective_date, 1, 'payment_expected',
       'remittance_clearing', r.amount_cents, NULL, NULL, NULL, NULL, NULL, r.id, NULL, NULL
FROM remittance r WHERE r.id = :remittance AND r.amount_cents <> 0
"""
PROVIDER_ADJUSTMENTS = f"""
{STAGED}
SELECT 'provider_adjustment', 'remittance', r.id, r.posting, CAST(:day AS date), r.effective_date, p.ordinal,
       CAST(CASE WHEN p.reason IN ('WO', 'FB', '72') THEN 'payer_recoupment' WHEN p.reason = 'L6' THEN 'interest'
                 ELSE 'provider_adjustment.other' END AS account),
       'remittance_clearing', p.amount_cents, NULL, NULL, NULL, NULL, NULL, r.id, p.segment, NULL
FROM provider_adjustment p JOIN remittance r ON r.id = p.remittance_id WHERE r.id = :remittance
"""
UNAPPLIED = f"""
{STAGED}
SELECT 'unapplied', {OF_CLAIM}, 1, 'remittance_clearing', 'unapplied.insurance', b.paid_cents,
       NULL, NULL, NULL, NULL, NULL, :remittance, b.segment, NULL
FROM booked b WHERE b.encounter_id IS NULL AND b.paid_cents <> 0
"""
SERVICE_PAYMENTS = f"""
{STAGED}
SELECT 'claim_payment', {OF_CLAIM}, s.position, 'remittance_clearing', 'receivable.insurance', s.paid_cents,
       b.encounter_id, NULL, b.claim_id, d.submission_id, d.line, :remittance, s.segment, b.patient_id
FROM booked b JOIN read_remittance_service s ON s.claim_position = b.position
LEFT JOIN matched_service d ON d.claim_position = s.claim_position AND d.position = s.position
WHERE b.encounter_id IS NOT NULL
"""
# What was paid of the claim beside its services: claim-level adjustments leave a difference, and some have no service.
CLAIM_PAYMENTS = f"""
{STAGED}
SELECT 'claim_payment', {OF_CLAIM}, 0, 'remittance_clearing', 'receivable.insurance',
       b.paid_cents - coalesce(s.paid_cents, 0), b.encounter_id, NULL, b.claim_id, b.submission_id, NULL, :remittance,
       b.segment, b.patient_id
FROM booked b
LEFT JOIN (SELECT claim_position, sum(paid_cents)::bigint AS paid_cents FROM read_remittance_service
           GROUP BY claim_position) s ON s.claim_position = b.position
WHERE b.encounter_id IS NOT NULL AND b.paid_cents <> coalesce(s.paid_cents, 0)
"""
ADJUSTMENTS = f"""
{STAGED}
SELECT CAST(CASE a.group_code WHEN 'PR' THEN 'responsibility' ELSE 'adjustment' END AS entry_kind), {OF_CLAIM},
       a.place::int,
       CAST(CASE WHEN a.group_code = 'PR' AND b.next_claim IS NULL THEN 'receivable.patient'
                 WHEN a.group_code = 'PR' THEN 'receivable.insurance'
                 WHEN a.group_code = 'CO' THEN 'adjustment.contractual' ELSE 'adjustment.other' END AS account),
       'receivable.insurance', a.amount_cents, b.encounter_id,
       CASE a.group_code WHEN 'PR' THEN b.next_claim END, b.claim_id, coalesce(d.submission_id, b.submission_id),
       d.line, :remittance, a.segment, b.patient_id
FROM booked b
JOIN (SELECT *, row_number() OVER (PARTITION BY claim_position ORDER BY service_position, ordinal) AS place
      FROM remittance_adjustment WHERE remittance_id = :remittance AND treatment = 'posted') a
     ON a.claim_position = b.position
LEFT JOIN matched_service d ON d.claim_position = a.claim_position AND d.position = a.service_position
WHERE b.encounter_id IS NOT NULL
"""


def book(connection: Connection, *, remittance: int, day: date, run_id: int) -> None:
    """Write the transfers of the claims in `matched`, and of the remittance as a whole where it has none yet.

    Dated on `day`, or the first day of the next open month; effective on the day of the payment.
    """
    dated = connection.execute(text("SELECT open_day(:day)"), {"day": day}).scalar_one()
    asked = {"remittance": remittance, "day": dated}
    connection.execute(text(CLAIMS), asked)
    analyze(connection, "booked")
    stage(connection)
    for statement in (CASH, PROVIDER_ADJUSTMENTS, UNAPPLIED, SERVICE_PAYMENTS, CLAIM_PAYMENTS, ADJUSTMENTS):
        connection.execute(text(statement), asked)
    record(connection, run_id=run_id)
