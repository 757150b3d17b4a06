"""What holds of each payment: its money came in once, and all of it went somewhere."""

from revcycle.foundation.ledger.invariant import SIDES, Invariant

# A payment that was undone or quarantined has moved nothing on balance. Transfers that name no payment are payment 0.
CLEARING = f"""
SELECT coalesce(remittance_id, 0) AS remittance, sum(cents)::bigint AS clearing_cents
FROM {SIDES} sides WHERE account = 'remittance_clearing' GROUP BY remittance_id HAVING sum(cents) <> 0
"""
CASH = f"""
SELECT coalesce(r.id, c.remittance_id, 0) AS remittance, coalesce(w.cents, 0)::bigint AS announced_cents,
       coalesce(c.cents, 0)::bigint AS cash_cents
FROM remittance r
CROSS JOIN LATERAL (SELECT CASE WHEN r.state IN ('posted', 'partly_matched', 'notification')
                                THEN r.amount_cents ELSE 0 END AS cents) w
FULL JOIN (SELECT remittance_id, sum(cents) AS cents FROM {SIDES} sides
           WHERE account = 'payment_expected' AND other = 'remittance_clearing' GROUP BY remittance_id) c
     ON c.remittance_id = r.id
WHERE coalesce(c.cents, 0) <> coalesce(w.cents, 0)
"""
REMITTANCE_INVARIANTS = (
    Invariant("remittance_clearing", "Of every payment, all that came in was applied: its clearing is 0.", CLEARING),
    Invariant("remittance_cash", "The cash of every posted payment is its BPR02; of any other it is 0.", CASH),
)
