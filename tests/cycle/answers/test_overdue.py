"""An overdue answer alarms once, has one item by interchange, kind and party, and goes when the answer comes."""

from datetime import timedelta

import pytest

from revcycle.cycle.answers import OverdueCounts, overdue
from revcycle.foundation import work
from tests.answer_files import NOW, ack, claim_ack, ta1
from tests.cycle.answers.ending import items, receive
from tests.sent_claims import SENT, STEP, Office

LATER = SENT + timedelta(hours=49)


def late(office: Office, hours: int) -> OverdueCounts:
    return overdue(office.engine, now=SENT + timedelta(hours=hours), step=STEP)


def test_what_is_not_due_yet_raises_nothing(office: Office) -> None:
    office.send()
    assert late(office, 2) == OverdueCounts(newly=0, open=0)
    assert items(office) == []


def test_each_overdue_answer_is_counted_newly_once(office: Office) -> None:
    office.send(3)
    assert late(office, 3) == OverdueCounts(newly=1, open=1)
    assert late(office, 3) == OverdueCounts(newly=0, open=1)
    assert late(office, 49) == OverdueCounts(newly=7, open=8)
    assert items(office) == [("overdue", None)] * 4
    query = """SELECT detail->>'kind', detail->>'party', (detail->>'claims')::int, amount_cents, queue
               FROM work_item ORDER BY id"""
    assert office.all(query) == [
        ("TA1", "clearinghouse", 3, 36000, "ops"),
        ("999", "clearinghouse", 3, 36000, "ops"),
        ("277CA", "clearinghouse", 3, 36000, "biller"),
        ("277CA", "payer", 3, 36000, "biller"),
    ]


def test_an_item_follows_the_claims_that_are_still_silent_and_names_the_last_one(office: Office) -> None:
    sent = office.send(3)
    late(office, 49)
    receive(office, claim_ack(sent, [(pcn, ["A2:20"]) for pcn in sent.pcns[1:]], payer=True))
    assert items(office) == [("overdue", sent.pcns[0][:-2])] * 2  # of clearinghouse and payer
    receive(office, claim_ack(sent, [(sent.pcns[0], ["A2:20"])], payer=True, isa13=970))
    assert items(office) == []


@pytest.mark.parametrize("kind", ["TA1 refused", "999", "277CA"])
def test_a_later_kind_of_answer_settles_the_earlier(office: Office, kind: str) -> None:
    sent = office.send()
    late(office, 25)
    assert len(items(office)) == 2
    content = {"TA1 refused": ta1(sent, "R", "023"), "999": ack(sent), "277CA": claim_ack(sent)}[kind]
    receive(office, content)
    assert "overdue" not in {one[0] for one in items(office)}


def test_an_answer_that_another_room_has_met_ends_its_item_at_the_next_look(office: Office) -> None:
    office.send(2)
    late(office, 49)
    assert len(items(office)) == 4
    with office.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE expected_answer SET met_by = 1, met_at = now()")
    assert (late(office, 50), items(office)) == (OverdueCounts(newly=0, open=0), [])


def test_one_claims_answer_settles_no_other_claims(office: Office) -> None:
    sent = office.send(2)
    late(office, 49)
    receive(office, claim_ack(sent, [(sent.pcns[0], ["A2:20"])]))
    query = "SELECT count(*) FROM expected_answer WHERE kind = '277CA' AND party = 'clearinghouse' AND met_by IS NULL"
    assert office.one(query) == 1


def test_what_a_person_settled_is_not_raised_again_by_other_answers(office: Office) -> None:
    sent = office.send(2)
    late(office, 49)
    number = office.one("SELECT id FROM work_item WHERE detail->>'kind' = '277CA' AND detail->>'party' = 'payer'")
    work.decide(office.engine, int(str(number)), kind="release", reason="they are slow", by="bo", now=NOW, step=STEP)
    receive(office, ack(sent))
    assert late(office, 50).newly == 0
    assert [one for one in items(office) if one[0] == "overdue"] == [("overdue", None)]


def test_an_answer_that_decides_nothing_leaves_the_claim_awaited(office: Office) -> None:
    sent = office.send()
    receive(office, claim_ack(sent, [(sent.pcns[0], ["A4:35"])]))
    query = "SELECT met_by IS NULL FROM expected_answer WHERE kind = '277CA' AND party = 'clearinghouse'"
    assert office.one(query) is True
