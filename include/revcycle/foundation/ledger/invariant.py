"""What must hold of the books whatever ran, twice, late or half: one relation each, whose rows are what breaks it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Invariant:
    """`query` returns the rows that break it, as whole numbers only: ids first, then cents in columns `*_cents`."""

    name: str
    sentence: str
    query: str


# Both sides of every transfer, a debit above zero. `other` is the account across.
SIDES = """(
    SELECT t.entry_id, t.encounter_id, t.remittance_id, side.* FROM transfer t CROSS JOIN LATERAL (VALUES
        (t.debit_account, t.credit_account, t.debit_claim, t.amount_cents),
        (t.credit_account, t.debit_account, t.credit_claim, -t.amount_cents)
    ) AS side (account, other, claim_id, cents))"""
# Of an entry `j`: nothing took it back.
STANDS = "NOT EXISTS (SELECT FROM journal_entry back WHERE back.reverses = j.id)"
RECEIVABLES = "('receivable.unbilled', 'receivable.insurance', 'receivable.patient')"
ADJUSTMENTS = "('adjustment.contractual', 'adjustment.other', 'adjustment.bad_debt')"
