"""Each invariant holds of sound books, and is the one that tells when its rows are not."""

import pytest

from revcycle.foundation.ledger.verify import INVARIANTS, SHOWN
from tests.foundation.ledger.books import Books, Pays


@pytest.fixture
def full(books: Books) -> Books:
    """A claim paid in part and passed on, one denied, one overpaid, a payment undone, a changed charge, suspense."""
    encounter = books.encounter(120_00)
    first = books.claim(encounter, 120_00)
    second = books.claim(encounter, 0, prior=first)
    books.pay(Pays(first, 80_00, 20_00, 20_00, onward=second), unmatched=30_00, withheld=5_00)
    books.pay(Pays(second, 15_00, 0, 5_00))
    denied = books.claim(books.encounter(50_00), 50_00)
    books.pay(Pays(denied, 0))
    overpaid = books.claim(books.encounter(70_00), 70_00)
    books.pay(Pays(overpaid, 90_00))
    undone = books.claim(books.encounter(60_00), 60_00)
    books.undo(books.pay(Pays(undone, 40_00, 10_00, 10_00)))
    changed = books.encounter(10_00)
    books.version(changed, 30_00)
    books.encounter(0)
    return books


def test_the_books_of_nobody_hold(books: Books) -> None:
    assert books.broken() == set()


def test_full_books_hold(full: Books) -> None:
    assert full.broken() == set()


def test_every_invariant_is_told_apart_by_name_and_explains_itself() -> None:
    names = [one.name for one in INVARIANTS]
    assert len(set(names)) == len(names)
    assert all(one.sentence.endswith(".") for one in INVARIANTS)


A_POSTED = "(SELECT min(id) FROM remittance WHERE state = 'posted')"
AN_ENCOUNTER = "(SELECT min(id) FROM encounter)"
MORE = "amount_cents = amount_cents + 1"
NO_ITEM = ("DELETE FROM work_event", "DELETE FROM work_item WHERE cause_kind = 'overpayment'")


def of_kind(kind: str) -> str:
    return f"entry_id IN (SELECT id FROM journal_entry WHERE kind = '{kind}')"


BREAKS: dict[str, tuple[str, tuple[str, ...]]] = {
    "money is lost on the way": (
        "remittance_clearing",
        (f"UPDATE transfer SET {MORE} WHERE debit_account = 'remittance_clearing' AND remittance_id = {A_POSTED}",),
    ),
    "cash of no payment": (
        "remittance_clearing",
        ("UPDATE transfer SET remittance_id = NULL WHERE credit_account = 'remittance_clearing'",),
    ),
    "a payment says more than came": (
        "remittance_cash",
        (f"UPDATE remittance SET {MORE} WHERE id = {A_POSTED}",),
    ),
    "an undone payment counts": ("remittance_cash", ("UPDATE remittance SET state = 'posted'",)),
    "more was taken off claims than they know": (
        "claim",
        (f"UPDATE transfer SET {MORE} WHERE credit_account = 'receivable.insurance'",),
    ),
    "a receivable of no claim": (
        "claim",
        ("UPDATE transfer SET debit_claim = NULL WHERE debit_account = 'receivable.insurance'",),
    ),
    "a claim was assigned more than it got": (
        "assigned",
        ("UPDATE claim_balance SET assigned_cents = assigned_cents + 1, open_cents = open_cents + 1",),
    ),
    "nobody is told of an overpayment": ("overpayment", NO_ITEM),
    "an overpayment's item is closed": (
        "overpayment",
        ("UPDATE work_item SET state = 'closed', closed_at = now()",),
    ),
    "a balance tells another story": (
        "projection",
        ("UPDATE claim_balance SET paid_cents = paid_cents + 1, moved_cents = moved_cents - 1",),
    ),
    "a claim without a balance": (
        "projection",
        ("DELETE FROM claim_balance WHERE claim_id = (SELECT min(id) FROM claim)",),
    ),
    "a charge of another encounter": (
        "encounter",
        (
            "UPDATE transfer SET encounter_id = (SELECT max(id) FROM encounter) "
            f"WHERE debit_account = 'receivable.unbilled' AND encounter_id = {AN_ENCOUNTER}",
        ),
    ),
    "an encounter charges otherwise": ("encounter", ("UPDATE encounter_version SET charge_cents = charge_cents + 1",)),
    "receivables nobody earned": (
        "receivable",
        (f"UPDATE transfer SET {MORE} WHERE debit_account = 'receivable.unbilled'",),
    ),
    "an entry moves other than its source says": ("entry", ("UPDATE provider_adjustment SET amount_cents = 1",)),
    "an assignment moves nothing": ("entry", (f"DELETE FROM transfer WHERE {of_kind('assignment')}",)),
    "a payment moves nothing": ("entry", (f"DELETE FROM transfer WHERE {of_kind('claim_payment')}",)),
    "a transfer of no entry": ("entry", ("DELETE FROM journal_entry WHERE kind = 'unapplied'",)),
    "a claim is assigned twice": (
        "once",
        (
            """INSERT INTO journal_entry (kind, source_kind, source_id, ordinal, accounting_date, effective_date,
                run_id)
            SELECT kind, source_kind, source_id, ordinal + 1, accounting_date, effective_date, run_id
            FROM journal_entry j WHERE kind = 'assignment'
              AND NOT EXISTS (SELECT FROM journal_entry back WHERE back.reverses = j.id)""",
            """INSERT INTO transfer (entry_id, ordinal, debit_account, credit_account, amount_cents, encounter_id,
                debit_claim, submission_id, run_id)
            SELECT more.id, 1, t.debit_account, t.credit_account, t.amount_cents, t.encounter_id, t.debit_claim,
                   t.submission_id, t.run_id
            FROM journal_entry more JOIN journal_entry j USING (kind, source_kind, source_id)
            JOIN transfer t ON t.entry_id = j.id WHERE more.kind = 'assignment' AND more.ordinal = j.ordinal + 1""",
        ),
    ),
    "a reversal takes back more": ("reversal", (f"UPDATE transfer SET {MORE} WHERE {of_kind('reversal')}",)),
    "a reversal moves nothing": ("reversal", (f"DELETE FROM transfer WHERE {of_kind('reversal')}",)),
    "a reversal goes the same way": (
        "reversal",
        (
            "UPDATE transfer SET debit_account = credit_account, credit_account = debit_account, "
            f"debit_claim = credit_claim, credit_claim = debit_claim WHERE {of_kind('reversal')}",
        ),
    ),
    "a month is lost": (
        "roll_forward",
        (f"DELETE FROM journal_entry WHERE kind = 'charge' AND source_id = {AN_ENCOUNTER}",),
    ),
    "an encounter without contents": (
        "conservation",
        (f"UPDATE encounter SET current_version = 99 WHERE id = {AN_ENCOUNTER}",),
    ),
}


@pytest.mark.parametrize("what", BREAKS)
def test_what_breaks_an_invariant_is_told_with_ids_and_cents(full: Books, what: str) -> None:
    name, statements = BREAKS[what]
    full.change(*statements)
    proof = full.proofs()[name]
    assert not proof.holds
    assert 0 < proof.total == len(proof.rows) <= SHOWN
    assert all(type(value) is int for row in proof.rows for value in row.values())


def test_every_invariant_is_broken_by_a_test() -> None:
    assert {name for name, _ in BREAKS.values()} == {one.name for one in INVARIANTS}


def test_the_item_of_an_overpayment_is_all_that_its_loss_breaks(full: Books) -> None:
    full.change(*NO_ITEM)
    assert full.broken() == {"overpayment"}
    (row,) = full.proofs()["overpayment"].rows
    assert row["open_cents"] == -20_00


def test_a_claim_whose_void_is_on_the_way_may_be_overpaid(full: Books) -> None:
    full.change(
        *NO_ITEM,
        "UPDATE claim SET next_frequency = '8', payer_claim_number = 'ICN' FROM claim_balance b "
        "WHERE b.claim_id = claim.id AND b.open_cents < 0",
    )
    assert full.broken() == set()


def test_the_first_rows_are_shown_and_all_are_counted(books: Books) -> None:
    for _ in range(SHOWN + 3):
        books.encounter(1_00)
    books.change("UPDATE encounter_version SET charge_cents = 2_00")
    proof = books.proofs()["encounter"]
    assert (proof.total, len(proof.rows)) == (SHOWN + 3, SHOWN)
