"""Entries: once for each key, the other way for a negative amount, and taken back by reversal."""

from sqlalchemy import text

from tests.foundation.ledger.books import CHARGE, Books


def entries(books: Books) -> list[tuple[object, ...]]:
    query = """SELECT e.kind::text, t.debit_account::text, t.credit_account::text, t.amount_cents FROM journal_entry e
        JOIN transfer t ON t.entry_id = e.id ORDER BY e.id, t.ordinal"""
    return [tuple(row) for row in books.connection.execute(text(query))]


def test_the_same_key_is_recorded_once_with_its_transfers_and_balance(books: Books) -> None:
    claim = books.claim()
    assert (books.assign(claim), books.assign(claim, 999)) == (1, 0)
    assert entries(books) == [("assignment", "receivable.insurance", "receivable.unbilled", CHARGE)]
    assert books.balance(claim) == (CHARGE, 0, 0, 0, CHARGE)


def test_a_negative_amount_moves_the_other_way_and_nothing_moves_nothing(books: Books) -> None:
    claim = books.claim()
    books.pay(claim, -500)
    assert entries(books) == [
        ("remittance_cash", "remittance_clearing", "payment_expected", 500),
        ("claim_payment", "receivable.insurance", "remittance_clearing", 500),
    ]
    assert books.balance(claim) == (0, -500, 0, 0, 500)


def test_an_entry_is_reversed_once(books: Books) -> None:
    claim = books.claim()
    books.assign(claim)
    assert (books.reverse("kind = 'assignment'"), books.reverse("kind = 'assignment'")) == (1, 0)
    assert entries(books)[1] == ("reversal", "receivable.unbilled", "receivable.insurance", CHARGE)
    assert books.balance(claim) == (0, 0, 0, 0, 0)


def test_what_was_reversed_is_booked_again_under_the_next_ordinal(books: Books) -> None:
    claim = books.claim()
    books.assign(claim)
    books.reverse("kind = 'assignment'")
    assert (books.assign(claim), books.assign(claim, 500, ordinal=2)) == (0, 1)
    assert books.balance(claim) == (500, 0, 0, 0, 500)
