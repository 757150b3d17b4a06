"""`./revcycle ledger` and the conservation that `reconcile` shows: exit codes, and what the terminal says."""

import json
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from revcycle.cli.main import main
from tests.cycle.claims.biller import Biller
from tests.deliveries import Desk


@pytest.fixture
def biller(desk: Desk, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Biller:
    """A practice with a charged encounter that waits to be sent; the shell's database is its own."""
    for name in ("REVCYCLE_DATABASE_URL", "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"):
        monkeypatch.setenv(name, database_url)
    desk.state.secrets_json.write_text("{}")
    biller = Biller(desk)
    biller.patient("P1")
    biller.charges({})
    biller.sweep()
    biller.assemble()
    return biller


def call(biller: Biller, *words: str) -> int:
    return main([*words, "--state", str(biller.desk.state.root)])


def test_a_proven_ledger_ends_with_0_and_shows_receivables_and_places(
    biller: Biller, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(biller, "ledger", "verify") == 0
    said = capsys.readouterr()
    assert said.out.split()[:2] == ["receivable.unbilled", "120.00"]
    assert "proven" in said.err
    assert call(biller, "ledger", "verify", "--json") == 0
    proof = json.loads(capsys.readouterr().out)
    assert (proof["proven"], proof["receivables"]["receivable"]) == (True, "120.00")
    assert (proof["encounters"]["received"], proof["encounters"]["waiting to send"]) == (1, 1)


def test_a_broken_ledger_ends_with_1_and_its_rows(biller: Biller, capsys: pytest.CaptureFixture[str]) -> None:
    with biller.engine.begin() as connection:
        connection.execute(text("UPDATE transfer SET amount_cents = 1"))
    assert call(biller, "ledger", "verify") == 1
    said = capsys.readouterr()
    assert said.out.startswith("encounter.charge: Of each encounter, the charge = unbilled")
    assert "NOT proven" in said.err
    assert call(biller, "ledger", "verify", "--json") == 1
    (broken,) = (one for one in json.loads(capsys.readouterr().out)["invariants"] if not one["holds"])
    assert (broken["count"], broken["rows"][0]["charged_cents"], broken["rows"][0]["unbilled_cents"]) == (1, 12000, 1)


def test_months_are_closed_and_opened_by_staff(biller: Biller, capsys: pytest.CaptureFixture[str]) -> None:
    for verb, said in (("close", "closed"), ("close", "closed already"), ("open", "open"), ("open", "open already")):
        assert call(biller, "ledger", verb, "2026-09", "--by", "rob") == 0
        assert capsys.readouterr().out == f"2026-09 is {said}.\n"
    assert biller.rows("SELECT state, changed_by FROM accounting_period") == [("open", "rob")]


@pytest.mark.parametrize(
    ("month", "by", "named"),
    [
        ("2026-09", "nobody", "--by 'nobody' is not an active member of staff"),
        ("2026-9", "rob", "YYYY-MM"),
        (f"{datetime.now(UTC).year + 1}-12", "rob", "has not begun"),
    ],
)
def test_an_unusable_close_ends_with_2_and_changes_nothing(
    biller: Biller, month: str, by: str, named: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(biller, "ledger", "close", month, "--by", by) == 2
    assert named in capsys.readouterr().err
    assert biller.rows("SELECT count(*) FROM accounting_period") == [(0,)]


def test_reconcile_shows_where_every_encounter_is(biller: Biller, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(biller, "reconcile") == 0
    assert "encounters waiting to send" in capsys.readouterr().out
    assert call(biller, "reconcile", "--json") == 0
    assert json.loads(capsys.readouterr().out)["encounters"]["received"] == 1


def test_an_encounter_that_is_nowhere_makes_reconcile_end_with_1(
    biller: Biller, capsys: pytest.CaptureFixture[str]
) -> None:
    with biller.engine.begin() as connection:
        for table in ("submission_line", "claim_submission", "claim", "charge_line"):
            connection.execute(text(f"DELETE FROM {table}"))
    assert call(biller, "reconcile") == 1
    assert "encounters lost" in capsys.readouterr().out
