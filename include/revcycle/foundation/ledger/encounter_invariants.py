"""What holds of each encounter and of all: what was earned is billed, paid, adjusted, or owed by somebody."""

from revcycle.foundation.ledger.invariant import ADJUSTMENTS, RECEIVABLES, SIDES, STANDS, Invariant

# Insurers' shares come from the balances of the claims, the others' from the transfers that name the encounter.
BOOKS = f"""(
    SELECT encounter_id AS encounter, coalesce(c.cents, 0)::bigint AS charge_cents,
           coalesce(o.unbilled, 0)::bigint AS unbilled_cents,
           (coalesce(o.paid, 0) + coalesce(p.paid, 0))::bigint AS paid_cents,
           (coalesce(o.adjusted, 0) + coalesce(p.adjusted, 0))::bigint AS adjusted_cents,
           coalesce(p.open, 0)::bigint AS insurers_cents, coalesce(o.patient, 0)::bigint AS patient_cents
    FROM (
        SELECT DISTINCT ON (j.source_id) j.source_id AS encounter_id, v.charge_cents AS cents
        FROM journal_entry j
        JOIN encounter_version v ON v.encounter_id = j.source_id AND v.version = j.ordinal
        WHERE j.kind = 'charge' AND {STANDS} ORDER BY j.source_id, j.ordinal DESC) c
    FULL JOIN (
        SELECT encounter_id, sum(cents) FILTER (WHERE account = 'receivable.unbilled') AS unbilled,
               sum(cents) FILTER (WHERE account = 'receivable.patient') AS patient,
               -sum(cents) FILTER (WHERE other IN {ADJUSTMENTS}) AS adjusted,
               -sum(cents) FILTER (WHERE other NOT IN {ADJUSTMENTS} AND other NOT IN {RECEIVABLES}
                                     AND other <> 'revenue') AS paid
        FROM {SIDES} sides WHERE account IN ('receivable.unbilled', 'receivable.patient') GROUP BY encounter_id) o
    USING (encounter_id)
    FULL JOIN (
        SELECT claim.encounter_id, sum(paid_cents) AS paid, sum(adjusted_cents) AS adjusted, sum(open_cents) AS open
        FROM claim_balance JOIN claim ON claim.id = claim_balance.claim_id GROUP BY claim.encounter_id) p
    USING (encounter_id)) books"""
ENCOUNTER = f"""
SELECT coalesce(encounter, 0) AS encounter, charge_cents, unbilled_cents, paid_cents, adjusted_cents, insurers_cents,
       patient_cents
FROM {BOOKS}
WHERE charge_cents <> unbilled_cents + paid_cents + adjusted_cents + insurers_cents + patient_cents
"""
RECEIVABLE = f"""
SELECT owed.cents AS receivable_cents, accounts.unbilled AS unbilled_cents, accounts.insurance AS insurance_cents,
       accounts.patient AS patient_cents
FROM (SELECT coalesce(sum(charge_cents - paid_cents - adjusted_cents), 0)::bigint AS cents FROM {BOOKS}) owed
CROSS JOIN (
    SELECT coalesce(sum(cents) FILTER (WHERE account = 'receivable.unbilled'), 0)::bigint AS unbilled,
           coalesce(sum(cents) FILTER (WHERE account = 'receivable.insurance'), 0)::bigint AS insurance,
           coalesce(sum(cents) FILTER (WHERE account = 'receivable.patient'), 0)::bigint AS patient
    FROM {SIDES} sides) accounts
WHERE owed.cents <> accounts.unbilled + accounts.insurance + accounts.patient
"""
ENCOUNTER_INVARIANTS = (
    Invariant(
        "encounter",
        "The charge of every encounter is unbilled, paid, adjusted, open at insurers, or open at the patient.",
        ENCOUNTER,
    ),
    Invariant(
        "receivable",
        "Charges less payments and adjustments are the receivables: unbilled, of insurers, and of patients.",
        RECEIVABLE,
    ),
)
