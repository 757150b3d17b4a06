"""What must hold of the ledger: each invariant one relation of the rows that say otherwise, empty in a sound ledger.

Rows are named by ids of ours and by claim numbers, never by anything of a patient. The relations read two temporary
tables beside the stored ones: `claim_effect`, what the transfers come to for each claim, and `moved`, each transfer
with the kind of its entry (of a reversal: of the entry taken back) and what it does to the receivables.
"""

from dataclasses import dataclass

from revcycle.foundation.ledger.balances import EFFECT
from revcycle.foundation.ledger.conservation import OF_ENCOUNTERS

_RECEIVABLES = "('receivable.unbilled', 'receivable.insurance', 'receivable.patient')"
_ADJUSTMENTS = "('adjustment.contractual', 'adjustment.other', 'adjustment.bad_debt')"
STAGE = (
    "SET LOCAL work_mem = '128MB'",  # every relation joins whole tables: a hash that spills takes several times longer
    f"CREATE TEMP TABLE claim_effect ON COMMIT DROP AS {EFFECT.format(transfers='transfer')}",
    f"""
    CREATE TEMP TABLE moved ON COMMIT DROP AS
    SELECT t.entry_id, coalesce(back.kind, e.kind) AS kind, date_trunc('month', e.accounting_date)::date AS month,
           t.amount_cents * ((t.debit_account IN {_RECEIVABLES})::int - (t.credit_account IN {_RECEIVABLES})::int)
               AS receivable_cents,
           t.amount_cents, t.debit_claim, t.credit_claim
    FROM transfer t LEFT JOIN journal_entry e ON e.id = t.entry_id
    LEFT JOIN (SELECT b.id, taken.kind FROM journal_entry b JOIN journal_entry taken ON taken.id = b.reverses
               WHERE b.reverses IS NOT NULL) back ON back.id = e.id
    """,
    "ANALYZE claim_effect",
    "ANALYZE moved",
)


@dataclass(frozen=True)
class Invariant:
    """One sentence about the ledger, and the relation of the rows that break it."""

    sentence: str
    rows: str


_CLEARING = """
SELECT t.remittance_id, sum(CASE WHEN t.debit_account = 'remittance_clearing' THEN t.amount_cents
                                 ELSE -t.amount_cents END)::bigint AS clearing_cents
FROM transfer t WHERE 'remittance_clearing' IN (t.debit_account, t.credit_account)
GROUP BY t.remittance_id
HAVING t.remittance_id IS NULL
    OR sum(CASE WHEN t.debit_account = 'remittance_clearing' THEN t.amount_cents ELSE -t.amount_cents END) <> 0
"""
_CASH = """
WITH cash AS (
    SELECT t.remittance_id, sum(CASE WHEN t.debit_account = 'payment_expected' THEN t.amount_cents
                                     ELSE -t.amount_cents END)::bigint AS cents
    FROM transfer t WHERE (t.debit_account, t.credit_account) IN (
        ('payment_expected', 'remittance_clearing'), ('remittance_clearing', 'payment_expected'))
    GROUP BY t.remittance_id
), stated AS (
    SELECT id, CASE WHEN state IN ('posted', 'partly_matched') THEN amount_cents ELSE 0 END AS cents FROM remittance)
SELECT coalesce(stated.id, cash.remittance_id) AS remittance_id, stated.cents AS stated_cents, cash.cents AS cash_cents
FROM stated FULL JOIN cash ON cash.remittance_id = stated.id
WHERE stated.id IS NULL OR coalesce(cash.cents, 0) <> stated.cents
"""
_CLAIM = """
SELECT c.claim_number, b.assigned_cents, b.paid_cents, b.adjusted_cents, b.moved_cents,
       coalesce(f.open_cents, 0) AS open_cents
FROM claim_balance b JOIN claim c ON c.id = b.claim_id LEFT JOIN claim_effect f ON f.claim_id = b.claim_id
WHERE b.assigned_cents <> b.paid_cents + b.adjusted_cents + b.moved_cents + coalesce(f.open_cents, 0)
"""
# By the kinds of entries, where the balances go by accounts. Of two claims the later payer's was moved to.
_ASSIGNED = """
WITH came AS (
    SELECT side.claim_id, sum(side.cents)::bigint AS cents
    FROM moved m
    CROSS JOIN LATERAL (VALUES (m.debit_claim, m.amount_cents, m.credit_claim),
                               (m.credit_claim, -m.amount_cents, m.debit_claim)) AS side (claim_id, cents, other)
    JOIN claim mine ON mine.id = side.claim_id LEFT JOIN claim theirs ON theirs.id = side.other
    WHERE m.kind = 'assignment' OR (m.kind = 'responsibility' AND mine.responsibility > theirs.responsibility)
    GROUP BY side.claim_id)
SELECT c.claim_number, b.assigned_cents, coalesce(came.cents, 0) AS came_cents
FROM claim_balance b JOIN claim c ON c.id = b.claim_id LEFT JOIN came ON came.claim_id = b.claim_id
WHERE b.assigned_cents <> coalesce(came.cents, 0)
"""
# The charge as delivered, the receivable of the encounter's claims by claim, the rest by what transfers name.
_ENCOUNTER = f"""
WITH charged AS (
    SELECT e.source_id AS encounter_id, sum(v.charge_cents)::bigint AS cents
    FROM journal_entry e JOIN encounter_version v ON v.encounter_id = e.source_id AND v.version = e.ordinal
    WHERE e.kind = 'charge' AND NOT EXISTS (SELECT FROM journal_entry back WHERE back.reverses = e.id)
    GROUP BY e.source_id
), insurers AS (
    SELECT c.encounter_id, sum(f.open_cents)::bigint AS cents
    FROM claim_effect f JOIN claim c ON c.id = f.claim_id GROUP BY c.encounter_id
), named AS (
    SELECT t.encounter_id,
           coalesce(sum(cents) FILTER (WHERE account = 'receivable.unbilled'), 0)::bigint AS unbilled,
           coalesce(sum(cents) FILTER (WHERE account = 'receivable.patient'), 0)::bigint AS patient,
           coalesce(sum(cents) FILTER (WHERE account IN {_ADJUSTMENTS}), 0)::bigint AS adjusted,
           coalesce(sum(cents) FILTER (WHERE account <> 'revenue' AND account NOT IN {_RECEIVABLES}
                                       AND account NOT IN {_ADJUSTMENTS}), 0)::bigint AS paid
    FROM transfer t CROSS JOIN LATERAL (
        VALUES (t.debit_account, t.amount_cents), (t.credit_account, -t.amount_cents)) AS side (account, cents)
    WHERE t.encounter_id IS NOT NULL GROUP BY t.encounter_id
), equation AS (
    SELECT encounter_id, coalesce(charged.cents, 0) AS charged_cents, coalesce(named.unbilled, 0) AS unbilled_cents,
           coalesce(named.paid, 0) AS paid_cents, coalesce(named.adjusted, 0) AS adjusted_cents,
           coalesce(insurers.cents, 0) AS insurers_cents, coalesce(named.patient, 0) AS patient_cents
    FROM charged FULL JOIN named USING (encounter_id) FULL JOIN insurers USING (encounter_id))
SELECT * FROM equation
WHERE charged_cents <> unbilled_cents + paid_cents + adjusted_cents + insurers_cents + patient_cents
"""
_RECEIVABLE = """
WITH ledger AS (
    SELECT account, sum(cents)::bigint AS cents, coalesce(sum(cents) FILTER (WHERE named), 0)::bigint AS named_cents
    FROM transfer t CROSS JOIN LATERAL (
        VALUES (t.debit_account, t.amount_cents, t.debit_claim), (t.credit_account, -t.amount_cents, t.credit_claim)
    ) AS side (account, cents, claim)
    CROSS JOIN LATERAL (SELECT CASE account WHEN 'receivable.unbilled' THEN t.encounter_id IS NOT NULL
                               ELSE coalesce(t.patient_id, t.encounter_id) IS NOT NULL END AS named) AS owner
    WHERE account IN ('receivable.unbilled', 'receivable.insurance', 'receivable.patient') GROUP BY account
), owed AS (
    SELECT account, cents, CASE account WHEN 'receivable.insurance'
        THEN (SELECT coalesce(sum(open_cents), 0)::bigint FROM claim_balance) ELSE named_cents END AS owed_cents
    FROM ledger)
SELECT account::text AS account, cents AS ledger_cents, owed_cents FROM owed WHERE cents <> owed_cents
"""
_NEGATIVE = """
SELECT c.claim_number, b.open_cents FROM claim_balance b JOIN claim c ON c.id = b.claim_id
WHERE b.open_cents < 0 AND NOT EXISTS (
    SELECT FROM work_item w WHERE w.cause_kind = 'overpayment' AND w.cause_id = c.id AND w.closed_at IS NULL)
"""
# A transfer without an entry has no month: what it moved is in no roll-forward.
_MONTHS = """
WITH flow AS (
    SELECT month, coalesce(sum(receivable_cents) FILTER (WHERE kind = 'charge'), 0)::bigint AS charged,
           -coalesce(sum(receivable_cents) FILTER (WHERE kind IN ('adjustment', 'write_off', 'bad_debt')), 0)::bigint
               AS adjusted,
           -coalesce(sum(receivable_cents) FILTER (WHERE kind NOT IN (
               'charge', 'adjustment', 'write_off', 'bad_debt', 'assignment', 'responsibility')), 0)::bigint AS paid,
           sum(receivable_cents)::bigint AS change
    FROM moved GROUP BY month
), rolled AS (
    SELECT month, (sum(change) OVER so_far - change)::bigint AS opening_cents, charged AS charged_cents,
           paid AS paid_cents, adjusted AS adjusted_cents, (sum(change) OVER so_far)::bigint AS closing_cents
    FROM flow WINDOW so_far AS (ORDER BY month))
SELECT * FROM rolled
WHERE month IS NULL OR opening_cents + charged_cents - paid_cents - adjusted_cents <> closing_cents
"""
_PROJECTION = """
SELECT c.claim_number, b.assigned_cents, b.paid_cents, b.adjusted_cents, b.moved_cents, b.open_cents,
       f.assigned_cents AS true_assigned_cents, f.paid_cents AS true_paid_cents,
       f.adjusted_cents AS true_adjusted_cents, f.moved_cents AS true_moved_cents, f.open_cents AS true_open_cents
FROM claim_balance b FULL JOIN claim_effect f USING (claim_id) JOIN claim c ON c.id = claim_id
WHERE (coalesce(b.assigned_cents, 0), coalesce(b.paid_cents, 0), coalesce(b.adjusted_cents, 0),
       coalesce(b.moved_cents, 0)) IS DISTINCT FROM (coalesce(f.assigned_cents, 0), coalesce(f.paid_cents, 0),
       coalesce(f.adjusted_cents, 0), coalesce(f.moved_cents, 0))
"""
_SOURCES = {
    "encounter": "encounter_version one WHERE one.encounter_id = e.source_id AND one.version = e.ordinal",
    "claim": "claim one WHERE one.id = e.source_id",
    "remittance": "remittance one WHERE one.id = e.source_id",
    "remittance_claim": "remittance_claim one WHERE one.id = e.source_id",
    "action": "action one WHERE one.id = e.source_id",
    "journal_entry": "journal_entry one WHERE one.id = e.source_id AND one.id = e.reverses AND e.kind = 'reversal'",
}
_KEYS = "\nUNION ALL\n".join(
    [
        f"""SELECT e.id AS entry_id, e.kind::text AS kind, e.source_kind::text AS source_kind, e.source_id, e.ordinal
        FROM journal_entry e WHERE e.source_kind = '{kind}' AND NOT EXISTS (SELECT FROM {source})"""
        for kind, source in _SOURCES.items()
    ]
    + ["SELECT DISTINCT entry_id, NULL, NULL, CAST(NULL AS bigint), CAST(NULL AS int) FROM moved WHERE kind IS NULL"]
)
_STANDING = """
SELECT e.kind::text AS kind, e.source_kind::text AS source_kind, e.source_id, count(*) AS standing
FROM journal_entry e LEFT JOIN journal_entry back ON back.reverses = e.id
WHERE e.kind IN ('charge', 'assignment', 'remittance_cash') AND back.id IS NULL
GROUP BY e.kind, e.source_kind, e.source_id HAVING count(*) > 1
"""
_REVERSAL = """
WITH back AS (SELECT id, reverses, effective_date FROM journal_entry WHERE reverses IS NOT NULL),
     taken AS (SELECT b.id, t.* FROM back b JOIN transfer t ON t.entry_id = b.reverses),
     given AS (SELECT b.id, t.* FROM back b JOIN transfer t ON t.entry_id = b.id)
SELECT id AS entry_id FROM taken FULL JOIN given USING (id, ordinal)
WHERE (taken.debit_account, taken.credit_account, taken.amount_cents, taken.debit_claim, taken.credit_claim,
       taken.encounter_id, taken.remittance_id, taken.patient_id, taken.submission_id, taken.line)
   IS DISTINCT FROM (given.credit_account, given.debit_account, given.amount_cents, given.credit_claim,
       given.debit_claim, given.encounter_id, given.remittance_id, given.patient_id, given.submission_id, given.line)
UNION
SELECT b.id FROM back b JOIN journal_entry e ON e.id = b.reverses WHERE e.effective_date <> b.effective_date
"""
_CONSERVED = f"SELECT encounter_id FROM ({OF_ENCOUNTERS}) here WHERE place IS NULL"

INVARIANTS = {
    "remittance.clearing": Invariant("Of each remittance, what came into clearing has left it.", _CLEARING),
    "remittance.cash": Invariant("The cash of each posted remittance is its BPR02, of any other nothing.", _CASH),
    "claim.open": Invariant("Of each claim, assigned = paid + adjusted + moved on + open.", _CLAIM),
    "claim.assigned": Invariant("What is assigned to a claim is its assignment and what moved in.", _ASSIGNED),
    "claim.negative": Invariant("No claim is paid more than it was assigned without an overpayment item.", _NEGATIVE),
    "claim.balance": Invariant("The balances of claims are what their transfers come to.", _PROJECTION),
    "encounter.charge": Invariant(
        "Of each encounter, the charge = unbilled + paid + adjusted + open at insurers + open at the patient.",
        _ENCOUNTER,
    ),
    "encounter.place": Invariant("Every encounter received is in exactly one place.", _CONSERVED),
    "receivable.total": Invariant(
        "Each receivable is what claims, encounters and patients owe, and A/R the sum of the three.", _RECEIVABLE
    ),
    "receivable.months": Invariant(
        "Month by month, the receivables open + charged - paid - adjusted = the receivables at its end.", _MONTHS
    ),
    "entry.key": Invariant("Each entry is written for something that is there, each transfer has an entry.", _KEYS),
    "entry.once": Invariant("Of a charge, an assignment or a payment one entry stands at most.", _STANDING),
    "entry.reversal": Invariant("A reversal is its entry with the sides of each transfer swapped.", _REVERSAL),
}
