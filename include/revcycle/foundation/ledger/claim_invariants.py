"""What holds of each claim: what it was assigned was paid, adjusted, moved on, or is open."""

from revcycle.foundation.ledger.balances import EFFECT
from revcycle.foundation.ledger.invariant import SIDES, STANDS, Invariant

OPEN = f"""
SELECT coalesce(b.claim_id, r.claim_id, 0) AS claim, coalesce(b.assigned_cents, 0) AS assigned_cents,
       coalesce(b.paid_cents, 0) AS paid_cents, coalesce(b.adjusted_cents, 0) AS adjusted_cents,
       coalesce(b.moved_cents, 0) AS moved_cents, coalesce(r.cents, 0)::bigint AS open_cents
FROM claim_balance b
FULL JOIN (SELECT claim_id, sum(cents) AS cents FROM {SIDES} sides WHERE account = 'receivable.insurance'
           GROUP BY claim_id) r ON r.claim_id = b.claim_id
WHERE coalesce(b.assigned_cents - b.paid_cents - b.adjusted_cents - b.moved_cents, 0) <> coalesce(r.cents, 0)
"""
# A claim is given what the claim of the payer before it passed on, and may have to give it back.
ASSIGNED = f"""
WITH assignment AS (
    SELECT j.source_id AS claim_id, sum(t.amount_cents) AS cents
    FROM journal_entry j JOIN transfer t ON t.entry_id = j.id
    WHERE j.kind = 'assignment' AND j.source_kind = 'claim' AND {STANDS} GROUP BY j.source_id
), passed AS (
    SELECT * FROM transfer WHERE debit_account = 'receivable.insurance' AND credit_account = 'receivable.insurance'
), moved_in AS (
    SELECT claim_id, sum(cents) AS cents FROM (
        SELECT c.id AS claim_id, p.amount_cents AS cents
        FROM passed p JOIN claim c ON c.id = p.debit_claim AND c.prior_claim = p.credit_claim
        UNION ALL
        SELECT c.id, -p.amount_cents
        FROM passed p JOIN claim c ON c.id = p.credit_claim AND c.prior_claim = p.debit_claim) moves
    GROUP BY claim_id)
SELECT claim_id AS claim, coalesce(b.assigned_cents, 0) AS assigned_cents,
       coalesce(a.cents, 0)::bigint AS assignment_cents, coalesce(m.cents, 0)::bigint AS moved_in_cents
FROM claim_balance b FULL JOIN assignment a USING (claim_id) FULL JOIN moved_in m USING (claim_id)
WHERE coalesce(b.assigned_cents, 0) <> coalesce(a.cents, 0) + coalesce(m.cents, 0)
"""
OVERPAID = """
SELECT b.claim_id AS claim, b.open_cents FROM claim_balance b JOIN claim c ON c.id = b.claim_id
WHERE b.open_cents < 0
  AND NOT EXISTS (SELECT FROM work_item w WHERE w.cause_kind = 'overpayment' AND w.cause_id = b.claim_id
                  AND w.closed_at IS NULL)
  AND NOT (c.next_frequency <> '1' AND c.state IN ('open', 'submitted'))
"""
PROJECTION = f"""
SELECT claim_id AS claim,
       coalesce(b.assigned_cents, 0) AS assigned_cents, coalesce(e.assigned_cents, 0) AS assigned_by_transfers_cents,
       coalesce(b.paid_cents, 0) AS paid_cents, coalesce(e.paid_cents, 0) AS paid_by_transfers_cents,
       coalesce(b.adjusted_cents, 0) AS adjusted_cents, coalesce(e.adjusted_cents, 0) AS adjusted_by_transfers_cents,
       coalesce(b.moved_cents, 0) AS moved_cents, coalesce(e.moved_cents, 0) AS moved_by_transfers_cents,
       coalesce(b.open_cents, 0) AS open_cents, coalesce(e.open_cents, 0) AS open_by_transfers_cents
FROM claim_balance b FULL JOIN ({EFFECT.format(transfers="transfer")}) e USING (claim_id)
WHERE (coalesce(b.assigned_cents, 0), coalesce(b.paid_cents, 0), coalesce(b.adjusted_cents, 0),
       coalesce(b.moved_cents, 0), coalesce(b.open_cents, 0))
   <> (coalesce(e.assigned_cents, 0), coalesce(e.paid_cents, 0), coalesce(e.adjusted_cents, 0),
       coalesce(e.moved_cents, 0), coalesce(e.open_cents, 0))
"""
CLAIM_INVARIANTS = (
    Invariant("claim", "What every claim was assigned is paid, adjusted, moved on, or open at its payer.", OPEN),
    Invariant("assigned", "What every claim was assigned is its assignment and what moved in to it.", ASSIGNED),
    Invariant(
        "overpayment",
        "No claim is paid beyond what it was assigned without an open item for a biller, unless its correction or void "
        "is on the way: then the payer takes the payment back.",
        OVERPAID,
    ),
    Invariant("projection", "The balance kept of every claim is what its transfers come to.", PROJECTION),
)
