"""`./revcycle ledger` and the encounters that `reconcile` counts: exit codes and what the terminal shows."""

import json
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, text

from revcycle.cli.main import main
from revcycle.foundation import practice
from revcycle.foundation.state import State
from revcycle.foundation.store.runs import Step, begin
from tests.deliveries import SETTINGS
from tests.foundation.ledger.books import Books, Pays

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
BREAK = "UPDATE claim_balance SET paid_cents = paid_cents + 1, adjusted_cents = adjusted_cents - 1"


@pytest.fixture
def books(engine: Engine, state: State, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Books:
    """Sound books of a practice with staff; the shell's database is the test's."""
    for module in ("ledger", "reconcile"):
        monkeypatch.setattr(f"revcycle.cli.{module}.existing_practice", lambda _: engine)
    state.practice_yaml.write_text(SETTINGS)
    with engine.begin() as connection:
        run_id = begin(connection, Step("test", "test", "settings"))
        practice.load(connection, practice.read(state.practice_yaml), run_id=run_id, now=NOW)
    books = Books(engine)
    claim = books.claim(books.encounter(120_00), 120_00)
    books.pay(Pays(claim, 80_00, 20_00, 20_00))
    return books


def call(state: State, *words: str) -> int:
    return main([*words, "--state", str(state.root)])


def months(books: Books) -> list[tuple[str, str, str]]:
    with books.engine.connect() as connection:
        query = "SELECT to_char(month, 'YYYY-MM'), state, changed_by FROM accounting_period ORDER BY month"
        return [tuple(row) for row in connection.execute(text(query))]


def test_sound_books_are_proven(books: Books, state: State, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(state, "ledger", "verify") == 0
    said = capsys.readouterr()
    assert said.out.count("holds") == len(books.proofs())
    assert "BROKEN" not in said.out
    assert said.err == "The ledger is proven.\n"
    assert ["live", "1"] in [line.split() for line in said.out.splitlines()]


def test_a_broken_invariant_ends_with_1_and_its_rows_in_money(
    books: Books, state: State, capsys: pytest.CaptureFixture[str]
) -> None:
    books.change(BREAK)
    assert call(state, "ledger", "verify") == 1
    said = capsys.readouterr()
    assert "BROKEN  projection: The balance kept of every claim" in said.out
    assert "paid_by_transfers" in said.out and "80.01" in said.out and "19.99" in said.out
    assert said.err == "Broken: projection.\n"


def test_more_rows_than_are_shown_are_counted(books: Books, state: State, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(60):
        books.encounter(1_00)
    books.change("UPDATE encounter_version SET charge_cents = charge_cents + 1")
    assert call(state, "ledger", "verify") == 1
    assert "... and 11 more" in capsys.readouterr().out


@pytest.mark.parametrize("broken", [False, True])
def test_json_is_one_object_on_stdout_alone(
    books: Books, state: State, broken: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    if broken:
        books.change(BREAK)
    assert call(state, "ledger", "verify", "--json") == int(broken)
    said = capsys.readouterr()
    told = json.loads(said.out)
    assert (told["holds"], said.err) == (not broken, "")
    assert [proof["name"] for proof in told["proofs"] if not proof["holds"]] == ["projection"] * broken
    assert told["conservation"]["live"] == told["conservation"]["received"] == 1
    if broken:
        (row,) = next(proof for proof in told["proofs"] if not proof["holds"])["rows"]
        assert (row["paid_cents"], row["paid_by_transfers_cents"]) == (80_01, 80_00)


def test_reconcile_says_where_the_encounters_are(
    books: Books, state: State, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(state, "reconcile") == 0
    assert ["received", "1"] in [line.split() for line in capsys.readouterr().out.splitlines()]
    assert call(state, "reconcile", "--json") == 0
    assert json.loads(capsys.readouterr().out)["conservation"]["live"] == 1


def test_a_month_is_closed_and_opened_by_a_member_of_staff(
    books: Books, state: State, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(state, "ledger", "close", "2026-10", "--by", "rob") == 0
    assert months(books) == [("2026-10", "closed", "rob")]
    assert call(state, "ledger", "close", "2026-10", "--by", "rob") == 0
    assert call(state, "ledger", "open", "2026-10", "--by", "kim") == 0
    assert months(books) == [("2026-10", "open", "kim")]
    assert call(state, "ledger", "open", "2026-10", "--by", "kim") == 0
    assert capsys.readouterr().out.splitlines() == [
        "Closed: 2026-10.",
        "Closed: nothing, it was closed already.",
        "2026-10 is open.",
        "2026-10 is open already.",
    ]


@pytest.mark.parametrize("verb", ["close", "open"])
def test_nobody_else_closes_or_opens_a_month(
    books: Books, state: State, verb: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(state, "ledger", verb, "2026-10", "--by", "eve") == 2
    assert "--by 'eve' is not an active member of staff" in capsys.readouterr().err
    assert months(books) == []


def test_a_month_that_is_not_over_ends_with_2(books: Books, state: State, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(state, "ledger", "close", "2999-01", "--by", "rob") == 2
    assert "2999-01 is not over: it can be closed from 2999-02-01 on." in capsys.readouterr().err
    assert months(books) == []


@pytest.mark.parametrize("month", ["2026", "2026-13", "October", "2026-10-01"])
def test_what_is_not_a_month_ends_with_2(state: State, month: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        call(state, "ledger", "close", month, "--by", "rob")
    assert ended.value.code == 2
    assert "give it as YYYY-MM" in capsys.readouterr().err
