"""The proof of the ledger: what any sequence of bookings keeps, and that each invariant is seen to break."""

import json
from dataclasses import dataclass, field
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from revcycle.foundation.ledger import verify
from revcycle.foundation.ledger.invariants import INVARIANTS
from revcycle.foundation.ledger.verify import MOST_ROWS, decimals, prove
from tests.foundation.ledger.books import CHARGE, CLEARING, INSURANCE, Books


def broken(books: Books) -> set[str]:
    return {one.name for one in prove(books.connection).broken}


def settle_one(books: Books) -> int:
    """A claim that is charged, assigned, paid, and once paid wrongly; another encounter has no claim any more."""
    claim = books.claim()
    books.charge(claim)
    books.assign(claim)
    books.take_back(books.pay(claim, 100))
    books.pay(claim, 7000, 3000, 1500)
    gone = books.claim()
    books.charge(gone)
    books.run("UPDATE claim SET state = 'void' WHERE id = :claim", claim=gone)
    return claim


def test_a_sound_ledger_is_proven_with_its_receivables_and_places(books: Books) -> None:
    claim = settle_one(books)
    proof = prove(books.connection)
    assert proof.holds
    assert books.balance(claim) == (CHARGE, 7000, 3000, 1500, 500)
    assert proof.receivables == {
        "receivable.unbilled": CHARGE,
        "receivable.insurance": 500,
        "receivable.patient": 1500,
        "receivable": CHARGE + 2000,
    }
    assert (proof.encounters["received"], proof.encounters["live"]) == (2, 1)
    assert json.loads(json.dumps(proof.as_json()))["receivables"]["receivable.insurance"] == "5.00"


OF_KIND = "entry_id IN (SELECT id FROM journal_entry WHERE kind = '{kind}')"
BREAKS = {
    "remittance.clearing": [
        f"UPDATE transfer SET amount_cents = amount_cents + 1 WHERE {OF_KIND.format(kind='claim_payment')}",
        f"UPDATE transfer SET remittance_id = NULL WHERE {OF_KIND.format(kind='claim_payment')}",
        f"DELETE FROM transfer WHERE {OF_KIND.format(kind='claim_payment')}",
    ],
    "remittance.cash": [
        "UPDATE remittance SET amount_cents = amount_cents + 1 WHERE state = 'posted'",
        "UPDATE remittance SET state = 'quarantined' WHERE state = 'posted'",
        "UPDATE remittance SET state = 'posted'",
        "DELETE FROM remittance",
    ],
    "claim.open": ["UPDATE claim_balance SET assigned_cents = assigned_cents + 1, open_cents = open_cents + 1"],
    "claim.assigned": [
        "UPDATE journal_entry SET kind = 'write_off' WHERE kind = 'assignment'",
        "UPDATE claim_balance SET assigned_cents = assigned_cents + 1, open_cents = open_cents + 1",
    ],
    "claim.negative": ["UPDATE claim_balance SET paid_cents = paid_cents + 501, open_cents = open_cents - 501"],
    "claim.balance": [
        "UPDATE claim_balance SET paid_cents = paid_cents + 1, adjusted_cents = adjusted_cents - 1",
        "DELETE FROM claim_balance",
    ],
    "encounter.charge": [
        "UPDATE encounter_version SET charge_cents = charge_cents + 1",
        f"UPDATE transfer SET encounter_id = NULL WHERE {OF_KIND.format(kind='claim_payment')}",
        f"DELETE FROM transfer WHERE {OF_KIND.format(kind='charge')}",
    ],
    "encounter.place": [
        "DELETE FROM encounter_version WHERE encounter_id IN (SELECT encounter_id FROM claim WHERE state = 'void')",
        "DELETE FROM charge_line WHERE encounter_id IN (SELECT encounter_id FROM claim WHERE state = 'void')",
    ],
    "receivable.total": [
        "UPDATE transfer SET encounter_id = NULL WHERE credit_account = 'receivable.unbilled'",
        "UPDATE transfer SET encounter_id = NULL, patient_id = NULL WHERE debit_account = 'receivable.patient'",
        "UPDATE claim_balance SET paid_cents = paid_cents + 1, open_cents = open_cents - 1",
    ],
    "receivable.months": [
        "DELETE FROM journal_entry WHERE kind = 'adjustment'",
        "UPDATE journal_entry SET kind = 'assignment' WHERE kind = 'adjustment'",
    ],
    "entry.key": [
        "UPDATE journal_entry SET source_id = 999999 + source_id WHERE kind = 'charge'",
        "UPDATE journal_entry SET ordinal = 7 WHERE kind = 'charge'",
        "DELETE FROM remittance_claim",
        "DELETE FROM journal_entry WHERE kind = 'adjustment'",
        "UPDATE journal_entry SET source_id = source_id + 1 WHERE kind = 'reversal'",
    ],
    "entry.once": [
        """INSERT INTO journal_entry (kind, source_kind, source_id, ordinal, accounting_date, effective_date, run_id)
        SELECT kind, source_kind, source_id, ordinal + 1, accounting_date, effective_date, run_id FROM journal_entry
        WHERE kind = 'assignment'""",
    ],
    "entry.reversal": [
        f"UPDATE transfer SET amount_cents = amount_cents + 1 WHERE {OF_KIND.format(kind='reversal')}",
        f"""UPDATE transfer SET debit_account = credit_account, credit_account = debit_account,
        debit_claim = credit_claim, credit_claim = debit_claim WHERE {OF_KIND.format(kind="reversal")}""",
        f"DELETE FROM transfer WHERE {OF_KIND.format(kind='reversal')} AND debit_claim IS NULL",
        "UPDATE journal_entry SET effective_date = effective_date + 1 WHERE kind = 'reversal'",
    ],
}


def test_every_invariant_is_broken_by_some_test() -> None:
    assert set(BREAKS) == set(INVARIANTS)


@pytest.mark.parametrize(("name", "statement"), [(name, one) for name, many in BREAKS.items() for one in many])
def test_an_invariant_is_seen_to_break(books: Books, name: str, statement: str) -> None:
    settle_one(books)
    books.run(statement)
    assert name in broken(books)


def test_rows_that_break_are_named_by_claim_number_and_counted_beyond_what_is_shown(books: Books) -> None:
    for _ in range(MOST_ROWS + 1):
        books.assign(books.claim(), 100)
    books.run("UPDATE claim_balance SET paid_cents = 200, open_cents = -100")
    (found,) = (one for one in prove(books.connection).broken if one.name == "claim.negative")
    assert (found.count, len(found.rows)) == (MOST_ROWS + 1, MOST_ROWS)
    assert set(found.rows[0]) == {"claim_number", "open_cents"}


def test_an_overpaid_claim_needs_an_open_item(books: Books) -> None:
    claim = books.claim()
    books.charge(claim)
    books.assign(claim)
    books.pay(claim, CHARGE + 1)
    with books.connection.begin_nested() as one:
        assert broken(books) == {"claim.negative"}
        one.rollback()
    books.run(
        """INSERT INTO work_item (cause_kind, cause_id, queue, state, run_id)
        VALUES ('overpayment', :claim, 'biller', 'open', :run)""",
        claim=claim,
    )
    assert broken(books) == set()


def test_verifying_leaves_nothing_behind(engine: Engine) -> None:
    with engine.connect() as connection:
        before = connection.execute(text("SELECT count(*) FROM pg_class")).scalar_one()
    assert verify(engine).holds
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM pg_class")).scalar_one() == before


@pytest.mark.parametrize(("cents", "said"), [(0, "0.00"), (-5, "-0.05"), (123456, "1234.56")])
def test_cents_are_said_with_two_decimals(cents: int, said: str) -> None:
    assert decimals(cents) == said


class Payment(NamedTuple):
    """A posted remittance of one claim; what moved on went to the patient, or to another payer's claim."""

    remittance: int
    claim: int
    paid: int
    adjusted: int
    moved: int
    to: int | None


@dataclass
class Oracle:
    """The same sequence in plain Python: what each claim should come to."""

    balances: dict[int, list[int]] = field(default_factory=dict)
    assignments: dict[int, int] = field(default_factory=dict)
    ordinals: dict[int, int] = field(default_factory=dict)
    payments: list[Payment] = field(default_factory=list)

    def add(self, claim: int, assigned: int = 0, paid: int = 0, adjusted: int = 0, moved: int = 0) -> None:
        row = self.balances.setdefault(claim, [0, 0, 0, 0, 0])
        more = (assigned, paid, adjusted, moved, assigned - paid - adjusted - moved)
        self.balances[claim] = [one + other for one, other in zip(row, more, strict=True)]

    def pay(self, payment: Payment, sign: int = 1) -> None:
        adjusted, moved = sign * payment.adjusted, sign * payment.moved
        self.add(payment.claim, paid=sign * payment.paid, adjusted=adjusted, moved=moved)
        if payment.to:
            self.add(payment.to, assigned=moved)


AMOUNT = st.integers(-5000, 9000)
STEP = st.one_of(
    st.tuples(st.just("charge"), st.integers(0, 1)),
    st.tuples(st.just("assign"), st.integers(0, 1), st.integers(1, 9000)),
    st.tuples(st.just("withdraw"), st.integers(0, 1)),
    st.tuples(st.just("pay"), st.integers(0, 1), AMOUNT, AMOUNT, AMOUNT, st.booleans()),
    st.tuples(st.just("take back"), st.integers(0, 5)),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEP, max_size=12))
def test_any_sequence_of_bookings_keeps_every_invariant(
    engine: Engine, run_id: int, steps: list[tuple[object, ...]]
) -> None:
    with engine.connect() as connection, connection.begin() as one:
        books, oracle = Books(connection, run_id), Oracle()
        claims = [books.claim(), books.claim()]
        next_payers = [books.secondary(claim) for claim in claims]
        for step in steps:
            _do(books, oracle, claims, next_payers, step)
        proof = prove(connection)
        negative = {claim for claim, row in oracle.balances.items() if row[4] < 0}
        found = {row["claim_number"] for each in proof.broken for row in each.rows if each.name == "claim.negative"}
        numbers = {books.run("SELECT claim_number FROM claim WHERE id = :claim", claim=claim) for claim in negative}
        assert {each.name for each in proof.broken} - {"claim.negative"} == set()
        assert found == numbers
        for claim, row in oracle.balances.items():
            assert books.balance(claim) == tuple(row)
        one.rollback()


def _do(books: Books, oracle: Oracle, claims: list[int], next_payers: list[int], step: tuple[object, ...]) -> None:
    match step:
        case ("charge", int(which)):
            books.charge(claims[which])
        case ("assign", int(which), int(cents)) if claims[which] not in oracle.assignments:
            claim = claims[which]
            oracle.ordinals[claim] = oracle.ordinals.get(claim, 0) + 1
            books.assign(claim, cents, oracle.ordinals[claim])
            oracle.assignments[claim] = cents
            oracle.add(claim, assigned=cents)
        case ("withdraw", int(which)) if claims[which] in oracle.assignments:
            claim = claims[which]
            books.reverse("kind = 'assignment' AND source_kind = 'claim' AND source_id = :claim", claim=claim)
            oracle.add(claim, assigned=-oracle.assignments.pop(claim))
        case ("pay", int(which), int(paid), int(adjusted), int(moved), further):
            claim, to = claims[which], next_payers[which] if further else None
            payment = Payment(books.pay(claim, paid, adjusted, moved, to), claim, paid, adjusted, moved, to)
            oracle.payments.append(payment)
            oracle.pay(payment)
        case ("take back", int(which)) if which < len(oracle.payments):
            payment = oracle.payments.pop(which)
            books.take_back(payment.remittance)
            oracle.pay(payment, sign=-1)


def test_the_later_of_two_claims_is_the_one_assigned(books: Books) -> None:
    claim = books.claim()
    later = books.secondary(claim)
    books.assign(claim)
    books.pay(claim, 9000, 1000, 2000, to=later)
    assert books.balance(claim) == (CHARGE, 9000, 1000, 2000, 0)
    assert books.balance(later) == (2000, 0, 0, 0, 2000)


def test_a_payment_that_names_no_remittance_is_found(books: Books) -> None:
    claim = books.claim()
    books.assign(claim)
    books.move("claim_payment", ("claim", claim), (CLEARING, INSURANCE), 5, claim=claim, credit_claim=claim)
    assert broken(books) == {"remittance.clearing"}
