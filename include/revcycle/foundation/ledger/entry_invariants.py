"""What holds of the journal: entries move what their sources say, reversals undo exactly, months follow each other."""

from revcycle.foundation.ledger.invariant import RECEIVABLES, STANDS, Invariant

# What the source of an entry comes to, each amount above zero: a negative one only swaps the sides of its transfer.
SOURCES = """
SELECT j.id, v.charge_cents AS cents
FROM journal_entry j JOIN encounter_version v ON v.encounter_id = j.source_id AND v.version = j.ordinal
WHERE j.kind = 'charge'
UNION ALL
SELECT j.id, min(v.charge_cents)
FROM journal_entry j LEFT JOIN transfer t ON t.entry_id = j.id
JOIN encounter_version v ON v.encounter_id = j.source_id AND v.charge_cents = coalesce(t.amount_cents, 0)
WHERE j.kind = 'assignment' AND j.source_kind = 'encounter' GROUP BY j.id
UNION ALL
SELECT j.id, min(s.amount_cents)
FROM journal_entry j LEFT JOIN transfer t ON t.entry_id = j.id
JOIN claim_submission s ON s.claim_id = j.source_id AND (s.id = t.submission_id OR t.entry_id IS NULL)
WHERE j.kind = 'assignment' AND j.source_kind = 'claim' GROUP BY j.id
UNION ALL
SELECT j.id, abs(r.amount_cents)
FROM journal_entry j JOIN remittance r ON r.id = j.source_id WHERE j.kind = 'remittance_cash'
UNION ALL
SELECT j.id, sum(abs(p.amount_cents))
FROM journal_entry j JOIN provider_adjustment p ON p.remittance_id = j.source_id
WHERE j.kind = 'provider_adjustment' GROUP BY j.id
UNION ALL
SELECT j.id, abs(rc.paid_cents)
FROM journal_entry j JOIN remittance_claim rc ON rc.id = j.source_id WHERE j.kind = 'unapplied'
UNION ALL
SELECT j.id, coalesce(s.turnover, 0) + abs(rc.paid_cents - coalesce(s.cents, 0))
FROM journal_entry j JOIN remittance_claim rc ON rc.id = j.source_id
LEFT JOIN (SELECT remittance_id, claim_position, sum(paid_cents) AS cents, sum(abs(paid_cents)) AS turnover
           FROM remittance_service GROUP BY remittance_id, claim_position) s
     ON s.remittance_id = rc.remittance_id AND s.claim_position = rc.position
WHERE j.kind = 'claim_payment'
UNION ALL
SELECT j.id, sum(abs(a.amount_cents))
FROM journal_entry j JOIN remittance_claim rc ON rc.id = j.source_id
JOIN remittance_adjustment a ON a.remittance_id = rc.remittance_id AND a.claim_position = rc.position
     AND a.treatment = 'posted' AND (a.group_code = 'PR') = (j.kind = 'responsibility')
WHERE j.kind IN ('adjustment', 'responsibility') GROUP BY j.id
UNION ALL
SELECT j.id, d.amount_cents
FROM journal_entry j JOIN action a ON a.id = j.source_id
JOIN work_item w ON w.id = a.item_id AND w.cause_kind = 'denial' JOIN denial d ON d.id = w.cause_id
WHERE j.kind = 'write_off'
UNION ALL
SELECT j.id, sum(s.amount_cents)
FROM journal_entry j JOIN action a ON a.id = j.source_id
JOIN work_item w ON w.id = a.item_id AND w.cause_kind = 'adjustment_waiting'
JOIN remittance_claim rc ON rc.id = w.cause_id
JOIN remittance_adjustment s ON s.remittance_id = rc.remittance_id AND s.claim_position = rc.position
     AND s.treatment = 'waiting'
WHERE j.kind = 'write_off' GROUP BY j.id
"""
# Entries of other kinds have no source that says an amount, but move one; a reversal follows the entry it reverses.
SAID_BY_SOURCE = """('charge', 'assignment', 'remittance_cash', 'provider_adjustment', 'unapplied', 'claim_payment',
                     'adjustment', 'responsibility', 'write_off')"""
ENTRY = f"""
SELECT coalesce(j.id, m.entry_id) AS entry, coalesce(s.cents, 0)::bigint AS source_cents,
       coalesce(m.cents, 0)::bigint AS moved_cents
FROM journal_entry j
FULL JOIN (SELECT entry_id, sum(amount_cents) AS cents FROM transfer GROUP BY entry_id) m ON m.entry_id = j.id
LEFT JOIN ({SOURCES}) s ON s.id = j.id
WHERE j.id IS NULL OR CASE WHEN j.kind IN {SAID_BY_SOURCE} THEN s.cents IS DISTINCT FROM coalesce(m.cents, 0)
                           ELSE m.cents IS NULL END
"""
# A second one would balance like the first. One that moves nothing cannot be taken back and does no harm.
ONCE = f"""
SELECT min(j.id) AS entry, max(j.id) AS another, count(*) AS standing
FROM journal_entry j
WHERE j.kind IN ('charge', 'assignment', 'remittance_cash') AND {STANDS}
  AND EXISTS (SELECT FROM transfer t WHERE t.entry_id = j.id)
GROUP BY j.kind, j.source_kind, j.source_id HAVING count(*) > 1
"""
ASIDE = "t.ordinal, t.amount_cents, t.encounter_id, t.submission_id, t.line, t.remittance_id, t.segment, t.patient_id"
REVERSAL = f"""
WITH taken_back AS (
    SELECT j.id AS reversal, j.reverses AS entry, {ASIDE},
           t.debit_account AS debit, t.debit_claim, t.credit_account AS credit, t.credit_claim
    FROM journal_entry j JOIN transfer t ON t.entry_id = j.reverses
), written AS (
    SELECT j.id AS reversal, j.reverses AS entry, {ASIDE},
           t.credit_account AS debit, t.credit_claim, t.debit_account AS credit, t.debit_claim
    FROM journal_entry j JOIN transfer t ON t.entry_id = j.id WHERE j.kind = 'reversal')
SELECT reversal, entry, ordinal::bigint AS ordinal, amount_cents FROM (
    (SELECT * FROM taken_back EXCEPT SELECT * FROM written)
    UNION ALL
    (SELECT * FROM written EXCEPT SELECT * FROM taken_back)) differs
"""
NET = f"""(CASE WHEN t.debit_account IN {RECEIVABLES} THEN t.amount_cents ELSE 0 END
  - CASE WHEN t.credit_account IN {RECEIVABLES} THEN t.amount_cents ELSE 0 END)"""
ROLL_FORWARD = f"""
WITH days AS (
    SELECT j.accounting_date AS day, sum({NET}) AS moves
    FROM transfer t JOIN journal_entry j ON j.id = t.entry_id GROUP BY j.accounting_date
), months AS (
    SELECT to_char(day, 'YYYYMM')::bigint AS month, sum(moves)::bigint AS moves FROM days GROUP BY 1
), rolled AS (
    SELECT month, moves, sum(moves) OVER (ORDER BY month)::bigint AS closing FROM months)
SELECT coalesce(r.month, 0) AS month, coalesce(r.closing - r.moves, 0) AS opening_cents,
       coalesce(r.moves, 0) AS moves_cents, coalesce(r.closing, 0) AS closing_cents, balance.cents AS balance_cents
FROM (SELECT coalesce(sum({NET}), 0)::bigint AS cents FROM transfer t) balance
LEFT JOIN (SELECT * FROM rolled ORDER BY month DESC LIMIT 1) r ON true
WHERE coalesce(r.closing, 0) <> balance.cents
"""
ENTRY_INVARIANTS = (
    Invariant("entry", "Every entry moves what its source comes to, and every transfer belongs to an entry.", ENTRY),
    Invariant("once", "Of a charge, an assignment and the cash of a payment one entry stands at most.", ONCE),
    Invariant("reversal", "Every reversal has the transfers of the entry it reverses with sides swapped.", REVERSAL),
    Invariant(
        "roll_forward",
        "Receivables roll forward: month by month, opening and moves are the closing, and the last closing is what "
        "stands.",
        ROLL_FORWARD,
    ),
)
