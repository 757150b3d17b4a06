"""What transfers do to the balance of a claim: assigned, paid, adjusted, moved on, and what is left open."""

# The effect of a transfer `t` on the claims whose receivable it touches, a debit raising what is open. What came from
# the unbilled was assigned; between two claims the later payer's was assigned and the earlier one's moved on.
EFFECT = """
SELECT claim_id,
       sum(CASE column_name WHEN 'assigned' THEN cents ELSE 0 END)::bigint AS assigned_cents,
       -sum(CASE column_name WHEN 'paid' THEN cents ELSE 0 END)::bigint AS paid_cents,
       -sum(CASE column_name WHEN 'adjusted' THEN cents ELSE 0 END)::bigint AS adjusted_cents,
       -sum(CASE column_name WHEN 'moved' THEN cents ELSE 0 END)::bigint AS moved_cents,
       sum(cents)::bigint AS open_cents
FROM (
    SELECT side.claim_id, side.cents,
           CASE WHEN side.other = 'receivable.unbilled' THEN 'assigned'
                WHEN side.other = 'receivable.patient' THEN 'moved'
                WHEN side.other = 'receivable.insurance' THEN
                    CASE WHEN (SELECT mine.responsibility > theirs.responsibility FROM claim mine, claim theirs
                               WHERE mine.id = side.claim_id AND theirs.id = side.other_claim)
                         THEN 'assigned' ELSE 'moved' END
                WHEN side.other IN ('adjustment.contractual', 'adjustment.other', 'adjustment.bad_debt') THEN 'adjusted'
                ELSE 'paid' END AS column_name
    FROM (SELECT debit_claim AS claim_id, amount_cents AS cents, credit_account AS other, credit_claim AS other_claim
          FROM {transfers} WHERE debit_account = 'receivable.insurance'
          UNION ALL
          SELECT credit_claim, -amount_cents, debit_account, debit_claim
          FROM {transfers} WHERE credit_account = 'receivable.insurance') side
    WHERE side.claim_id IS NOT NULL
) effects GROUP BY claim_id
"""
# Of the transfers in `written`. Claims in ascending order, as every writer of several rows takes its locks.
ADD = f"""
INSERT INTO claim_balance (claim_id, assigned_cents, paid_cents, adjusted_cents, moved_cents, open_cents, run_id)
SELECT claim_id, assigned_cents, paid_cents, adjusted_cents, moved_cents, open_cents, :run_id
FROM ({EFFECT.format(transfers="written")}) effect ORDER BY claim_id
ON CONFLICT (claim_id) DO UPDATE SET
    assigned_cents = claim_balance.assigned_cents + excluded.assigned_cents,
    paid_cents = claim_balance.paid_cents + excluded.paid_cents,
    adjusted_cents = claim_balance.adjusted_cents + excluded.adjusted_cents,
    moved_cents = claim_balance.moved_cents + excluded.moved_cents,
    open_cents = claim_balance.open_cents + excluded.open_cents, run_id = excluded.run_id
"""
