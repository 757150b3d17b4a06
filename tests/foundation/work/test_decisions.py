"""A decision is an action of the item; the room it is meant for carries it out, and only fitting ones are taken."""

import pytest
from sqlalchemy import Engine

from revcycle.cli.main import main
from revcycle.foundation import work
from revcycle.foundation.errors import InputUnusable
from revcycle.foundation.state import State
from revcycle.foundation.work.causes import Cause, open_items
from revcycle.foundation.work.decisions import pending_actions, settle
from tests.answer_files import NOW
from tests.sent_claims import STEP, Office


@pytest.fixture
def office(engine: Engine, state: State) -> Office:
    """A practice with one item of a rejection (1), one of a doubt (2) and one of an overdue answer (3)."""
    office = Office(engine, state)
    sent = office.send()
    with engine.begin() as connection:
        causes = [
            Cause("rejection", 1, "biller", 1, 1),
            Cause("doubt", sent.id, "ops"),
            Cause("overdue", 1, "biller"),
        ]
        for cause in causes:
            open_items(connection, [cause], now=NOW, run_id=office.run_id)
    return office


def decide(office: Office, item: int, kind: str, *, by: str = "bo", reason: str = "phoned them") -> None:
    work.decide(office.engine, item, kind=kind, reason=reason, by=by, now=NOW, step=STEP)


def states(office: Office) -> list[object]:
    return [row[0] for row in office.all("SELECT state FROM work_item ORDER BY id")]


def test_a_decision_waits_for_its_room_and_closes_the_item_when_done(office: Office) -> None:
    decide(office, 1, "release")
    assert states(office)[0] == "resolved"
    with office.engine.begin() as connection:
        assert pending_actions(connection, ["delivered", "resend"]) == []
        (pending,) = pending_actions(connection, ["release"])
        assert (pending.cause_kind, pending.cause_id, pending.kind) == ("rejection", 1, "release")
        assert (pending.who, pending.reason) == ("bo", "phoned them")
        settle(connection, pending.action_id, "done", now=NOW, run_id=office.run_id)
        assert pending_actions(connection, ["release"]) == []
    assert states(office)[0] == "closed"


def test_a_refused_decision_gives_the_item_back(office: Office) -> None:
    decide(office, 2, "resend")
    with office.engine.begin() as connection:
        (pending,) = pending_actions(connection, ["resend"])
        settle(connection, pending.action_id, "refused", now=NOW, run_id=office.run_id, why="it was answered")
    assert states(office)[1] == "assigned"
    assert office.all("SELECT what, why FROM work_event WHERE item_id = 2 ORDER BY ordinal DESC LIMIT 1") == [
        ("decision refused", "it was answered")
    ]


def test_a_decision_on_what_holds_nothing_back_is_done_at_once(office: Office) -> None:
    decide(office, 3, "release")
    assert states(office)[2] == "closed"
    assert office.all("SELECT state FROM action") == [("done",)]


def test_an_item_that_closed_by_itself_leaves_its_decision_to_be_settled(office: Office) -> None:
    decide(office, 1, "release")
    with office.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE work_item SET state = 'closed', closed_at = now() WHERE id = 1")
        (pending,) = pending_actions(connection, ["release"])
        settle(connection, pending.action_id, "refused", now=NOW, run_id=office.run_id)
    assert states(office)[0] == "closed"


@pytest.mark.parametrize(
    ("item", "kind", "by", "reason"),
    [
        (1, "delivered", "bo", "why"),
        (2, "release", "bo", "why"),
        (1, "match", "bo", "why"),
        (1, "release", "nobody", "why"),
        (1, "release", "bo", "  "),
        (99, "release", "bo", "why"),
    ],
)
def test_a_decision_that_does_not_fit_is_refused_and_changes_nothing(
    office: Office, item: int, kind: str, by: str, reason: str
) -> None:
    before = states(office)
    with pytest.raises(InputUnusable):
        decide(office, item, kind, by=by, reason=reason)
    assert (states(office), office.all("SELECT * FROM action")) == (before, [])


def test_an_item_is_decided_once(office: Office) -> None:
    decide(office, 1, "release")
    with pytest.raises(InputUnusable, match="decided already"):
        decide(office, 1, "release")


def test_a_decision_is_written_to_the_access_log(office: Office) -> None:
    decide(office, 1, "release")
    assert office.all("SELECT who, what, patient_id FROM access_log") == [("bo", "work resolve", 1)]


@pytest.mark.parametrize(("decision", "code"), [("release", 0), ("delivered", 2), ("undo", 2)])
def test_the_shell_ends_with_2_where_a_decision_does_not_fit(
    office: Office, state: State, monkeypatch: pytest.MonkeyPatch, decision: str, code: int
) -> None:
    monkeypatch.setattr("revcycle.cli.work.existing_practice", lambda _: office.engine)
    given = ["work", "resolve", "1", "--as", decision, "--reason", "r", "--by", "bo", "--state", str(state.root)]
    assert main(given) == code


def test_the_shell_shows_what_can_be_decided(
    office: Office, state: State, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("revcycle.cli.work.existing_practice", lambda _: office.engine)
    assert main(["work", "show", "2", "--state", str(state.root)]) == 0
    assert "--as delivered|resend" in capsys.readouterr().out
    assert main(["work", "list", "--csv", "--state", str(state.root)]) == 0
    assert "not known whether it arrived" in capsys.readouterr().out
