"""An entry is written once, with its transfers and balances; what is reversed is reversed once."""

import pytest
from sqlalchemy import text

from tests.foundation.ledger.books import CLEARING, INSURANCE, Books, Move, Pays

TRANSFERS = "SELECT count(*) FROM transfer"
BALANCE = "SELECT assigned_cents || ' ' || paid_cents || ' ' || adjusted_cents || ' ' || moved_cents FROM claim_balance"


def test_recorded_twice_is_recorded_once(books: Books) -> None:
    encounter = books.encounter(120_00)
    claim = books.claim(encounter, 120_00)
    one = [Move(CLEARING, INSURANCE, 50_00, encounter, None, claim)]
    assert [books.move("claim_payment", "remittance_claim", 7, one) for _ in range(2)] == [1, 0]
    assert (books.value(TRANSFERS), books.value(BALANCE)) == (3, "12000 5000 0 0")


def test_the_same_entry_with_other_transfers_stays_as_it_was_written(books: Books) -> None:
    encounter = books.encounter(120_00)
    claim = books.claim(encounter, 120_00)
    for cents in (50_00, 70_00):
        moves = [Move(CLEARING, INSURANCE, cents, encounter, None, claim)]
        books.move("claim_payment", "remittance_claim", 7, moves)
    assert books.value(BALANCE) == "12000 5000 0 0"


def test_a_negative_amount_goes_the_other_way_and_nothing_moves_nothing(books: Books) -> None:
    encounter = books.encounter(120_00)
    claim = books.claim(encounter, 120_00)
    moves = [Move(CLEARING, INSURANCE, cents, encounter, None, claim) for cents in (-50_00, 0)]
    books.move("claim_payment", "remittance_claim", 7, moves)
    with books.engine.connect() as connection:
        query = "SELECT debit_account::text, debit_claim, credit_account::text, amount_cents FROM transfer"
        last = connection.execute(text(f"{query} ORDER BY entry_id DESC")).first()
    assert last == (INSURANCE, claim, CLEARING, 50_00)
    assert books.value(TRANSFERS) == 3
    assert books.value(BALANCE) == "12000 -5000 0 0"


def test_an_entry_is_reversed_once_and_its_balance_comes_back(books: Books) -> None:
    claim = books.claim(books.encounter(120_00), 120_00)
    payment = books.pay(Pays(claim, 80_00, 20_00, 20_00))
    assert books.value(BALANCE) == "12000 8000 2000 2000"
    books.undo(payment)
    count = books.value(TRANSFERS)
    books.undo(payment)
    assert (books.value(BALANCE), books.value(TRANSFERS)) == ("12000 0 0 0", count)


@pytest.mark.parametrize(("share", "balances"), [(20_00, "12000 8000 2000 2000"), (0, "12000 8000 2000 0")])
def test_a_share_that_goes_to_the_next_payer_is_assigned_to_its_claim(books: Books, share: int, balances: str) -> None:
    encounter = books.encounter(120_00)
    first = books.claim(encounter, 120_00)
    second = books.claim(encounter, 0, prior=first)
    books.pay(Pays(first, 80_00, 20_00, share, onward=second))
    assert books.value(f"{BALANCE} WHERE claim_id = {first}") == balances
    assigned = f"SELECT coalesce(max(assigned_cents), 0) FROM claim_balance WHERE claim_id = {second}"
    assert books.value(assigned) == share
