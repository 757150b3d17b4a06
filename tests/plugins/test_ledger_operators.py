"""Proving the ledger in a run: what is broken fails the task by name, and only counts leave it."""

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import Engine

from revcycle.foundation.store.runs import Step
from tests.foundation.ledger.books import Books, Pays


@pytest.fixture
def books(engine: Engine, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Books:
    from revcycle_airflow.turn import Turn

    monkeypatch.setenv("REVCYCLE_DATABASE_URL", database_url)
    day = date(2026, 11, 24)
    turn = Turn(day, datetime(2026, 11, 25, 5, tzinfo=UTC), Step("test", "run", "verify", business_date=day), ())
    monkeypatch.setattr(Turn, "of", classmethod(lambda *_: turn))
    books = Books(engine)
    books.pay(Pays(books.claim(books.encounter(120_00), 120_00), 80_00, 20_00, 20_00))
    return books


def proven() -> Any:
    from revcycle_airflow.operators.verify_ledger import VerifyLedgerOperator

    return VerifyLedgerOperator(task_id="verify").execute({"ti": SimpleNamespace(map_index=-1)})


def test_sound_books_are_counted_and_each_proof_is_in_the_log(books: Books, capsys: pytest.CaptureFixture[str]) -> None:
    counts = proven()
    said = capsys.readouterr().out
    assert (counts["proven"], counts["broken"]) == (len(books.proofs()), {})
    assert (counts["encounters"]["live"], counts["encounters"]["received"]) == (1, 1)
    for name, proof in books.proofs().items():
        assert f"{name} holds: {proof.sentence}" in said


def test_broken_books_fail_the_task_and_name_the_way_on(books: Books, capsys: pytest.CaptureFixture[str]) -> None:
    from airflow.sdk.exceptions import AirflowFailException

    books.change(
        "UPDATE claim_balance SET paid_cents = paid_cents + 1, adjusted_cents = adjusted_cents - 1",
        "UPDATE remittance SET amount_cents = 1",
    )
    told = r"does not hold: remittance_cash, projection, entry\. `\./revcycle ledger verify` shows"
    with pytest.raises(AirflowFailException, match=told):
        proven()
    assert "projection is broken by 1 rows" in capsys.readouterr().out


def test_decisions_on_payments_are_carried_out_for_the_turn(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("revcycle.foundation.x12.remittance")
    from revcycle_airflow.operators.decide_remittances import DecideRemittancesOperator

    counts = DecideRemittancesOperator(task_id="decide").execute({"ti": SimpleNamespace(map_index=-1)})
    assert counts == {"done": 0, "refused": 0}
