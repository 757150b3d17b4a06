"""Items of any cause: one open item a cause, owned by the role, found by claim number, closed with the cause."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import Engine

from revcycle.foundation import work
from revcycle.foundation.state import State
from revcycle.foundation.store.digest import digests
from revcycle.foundation.work.causes import Cause, close_items, decided, open_items
from tests.answer_files import NOW
from tests.sent_claims import STEP, Office

DETAIL = {"party": "payer", "codes": ["A7:562:82"], "interchange": 1, "segment": "NM1", "element": "NM109"}


@pytest.fixture
def office(engine: Engine, state: State) -> Office:
    return Office(engine, state)


def rejection(office: Office, claim: int = 1) -> Cause:
    """The cause of a rejected claim of the office's only interchange."""
    row = office.all("SELECT id, claim_id, encounter_id FROM claim_submission WHERE position = :p", p=claim)[0]
    submission, claim_id, encounter = (int(str(value)) for value in row)
    detail = DETAIL | {"edit": "npi.check_digit"}
    return Cause("rejection", submission, "biller", encounter, claim_id, 12000, detail=detail)


def raised(office: Office, *causes: Cause) -> int:
    with office.engine.begin() as connection:
        return open_items(connection, causes, now=NOW, run_id=office.run_id)


def listed(office: Office, **asked: str) -> list[dict[str, object]]:
    return work.worklist(office.engine, now=NOW, who="test", **asked)  # type: ignore[arg-type]


def test_one_item_a_cause_with_claim_deadline_money_and_what_is_wrong(office: Office) -> None:
    office.send()
    assert raised(office, rejection(office)) == 1
    (row,) = listed(office)
    assert (row["kind"], row["claim"], row["encounter"]) == ("rejection", "0001000001", "E0001000001")
    assert (row["due_on"], row["amount_cents"]) == (date(2027, 11, 19), 12000)
    assert row["what"] == "rejected: payer A7:562:82 interchange 1 NM1 NM109 (edit npi.check_digit)"
    assert row["owner"] in {"bo", "rob"}


def test_a_cause_that_stands_keeps_its_item_and_brings_it_up_to_date(office: Office) -> None:
    office.send()
    raised(office, rejection(office))
    assert raised(office, replace(rejection(office), amount_cents=500)) == 0
    (row,) = listed(office)
    assert row["amount_cents"] == 500


def test_the_owner_does_not_depend_on_the_order(office: Office) -> None:
    office.send(20)
    causes = [rejection(office, claim) for claim in range(1, 21)]
    raised(office, *causes)
    owners = {row["claim"]: row["owner"] for row in listed(office)}
    with office.engine.begin() as connection:
        ids = [cause.id for cause in causes]
        assert close_items(connection, "rejection", ids, now=NOW, run_id=office.run_id, why="lifted") == 20
    for cause in reversed(causes):
        raised(office, cause)
    assert {row["claim"]: row["owner"] for row in listed(office)} == owners
    assert set(owners.values()) == {"bo", "rob"}


def test_a_cause_that_returns_opens_an_item_linked_to_the_old_one(office: Office) -> None:
    office.send()
    cause = rejection(office)
    raised(office, cause)
    with office.engine.begin() as connection:
        close_items(connection, "rejection", [cause.id], now=NOW, run_id=office.run_id, why="lifted")
        assert close_items(connection, "rejection", [cause.id], now=NOW, run_id=office.run_id, why="lifted") == 0
    assert raised(office, cause) == 1
    assert office.one("SELECT previous_item FROM work_item WHERE closed_at IS NULL") == 1
    assert office.all("SELECT what, why FROM work_event WHERE item_id = 1 ORDER BY ordinal") == [
        ("opened", ""),
        ("closed", "lifted"),
    ]


def test_an_item_of_nobodys_role_waits_without_owner(office: Office) -> None:
    sent = office.send()
    with office.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE staff SET roles = '{coder}'")
    raised(office, Cause("doubt", sent.id, "ops", detail={"interchange": sent.isa13}))
    (row,) = listed(office)
    assert (row["owner"], row["state"], row["patient"], row["claim"]) == ("", "open", None, None)


@pytest.mark.parametrize("words", ["0001000001", "000100000101", "Quillf", "E0001000001"])
def test_an_item_is_found_by_claim_and_patient_control_number(office: Office, words: str) -> None:
    office.send()
    raised(office, rejection(office))
    assert len(listed(office, find=words)) == 1
    assert listed(office, find=words + "zz") == []


def test_one_item_is_shown_with_its_claim_and_its_lines(office: Office) -> None:
    office.send()
    raised(office, rejection(office))
    shown = work.show(office.engine, 1, now=NOW, who="bo")
    assert shown["claims"] == [
        {
            "claim_number": "0001000001",
            "payer": "MEDICARE",
            "state": "submitted",
            "patient_control_numbers": "000100000101",
        }
    ]
    assert [line["procedure"] for line in shown["lines"]] == ["99213"]
    assert shown["findings"] == []
    assert shown["detail"]["edit"] == "npi.check_digit"


def test_open_items_without_an_encounter_are_part_of_the_digest(office: Office) -> None:
    sent = office.send()
    before = digests(office.engine)["work_item"]
    raised(office, Cause("doubt", sent.id, "ops"))
    assert digests(office.engine)["work_item"] != before


def test_what_a_person_has_settled_is_known(office: Office) -> None:
    office.send()
    raised(office, Cause("overdue", 1, "biller"), Cause("overdue", 2, "biller"))
    work.decide(office.engine, 1, kind="release", reason="asked them", by="bo", now=NOW, step=STEP)
    with office.engine.begin() as connection:
        assert decided(connection, "overdue", [1, 2]) == {1}
