"""Deadlines become work before they pass, escalate, say plainly that they passed, and close when they are met."""

from datetime import date

import pytest

from revcycle.foundation import work
from revcycle.watch.followup import RemindCounts, remind
from tests.sent_claims import STEP
from tests.watch.followup.followed import NOW, Followed

DUE = date(2027, 11, 19)


def before(days: int) -> date:
    return date.fromordinal(DUE.toordinal() - days)


@pytest.mark.parametrize(
    ("days", "items"),
    [
        (31, []),
        (30, [("filing", "within 30 days", 1)]),
        (15, [("filing", "within 30 days", 1)]),
        (14, [("filing", "within 14 days", 2)]),
        (3, [("filing", "within 3 days", 3)]),
        (0, [("filing", "within 3 days", 3)]),
        (-1, [("filing", "past due", 4)]),
    ],
)
def test_a_warning_comes_so_many_days_before(office: Followed, days: int, items: list[tuple[object, ...]]) -> None:
    office.send()
    office.followed(before(days))
    assert [(kind, stage, level) for kind, stage, _, level in office.items()] == items


def test_an_item_is_the_billers_with_claim_money_and_last_day(office: Followed) -> None:
    office.send()
    assert office.followed(before(20)) == RemindCounts(opened=1, closed=0, standing=1, past_due=0)
    (row,) = work.worklist(office.engine, now=NOW, who="test")
    assert (row["claim"], row["due_on"], row["amount_cents"]) == ("0001000001", DUE, 12000)
    assert row["what"] == "last day: filing MEDICARE within 30 days"
    assert row["owner"] in ("bo", "rob")
    assert "practice.yaml" in work.advice("deadline", "biller")


def test_at_the_last_warning_it_goes_to_who_is_named_once(office: Followed) -> None:
    office.send()
    office.followed(before(30))
    work.assign(office.engine, 1, to="bo", by="bo", now=NOW, step=STEP)
    office.followed(before(14))
    assert [owner for _, _, owner, _ in office.items()] == ["bo"]
    office.followed(before(3))
    assert [owner for _, _, owner, _ in office.items()] == ["rob"]
    assert ("assigned to rob", "escalated: its last day is near or past") in office.all(
        "SELECT what, why FROM work_event WHERE who = 'revcycle'"
    )
    work.assign(office.engine, 1, to="bo", by="rob", now=NOW, step=STEP)
    office.followed(before(-5))
    assert office.items() == [("filing", "past due", "bo", 4)]


def test_what_is_past_when_first_seen_goes_to_who_is_named(office: Followed) -> None:
    office.send()
    assert office.followed(before(-5)).past_due == 1
    assert office.items() == [("filing", "past due", "rob", 4)]


def test_a_payer_without_warning_days_has_the_usual_ones(office: Followed) -> None:
    office.send(payer="SILENT")
    office.followed(date(2027, 2, 14))  # 90 days from the service are over on 17 February
    assert [(stage, level) for _, stage, _, level in office.items()] == [("within 3 days", 3)]


def test_proof_of_filing_closes_it(office: Followed) -> None:
    sent = office.send(2)
    office.followed(before(3))
    office.prove(sent)
    assert office.followed(before(2)) == RemindCounts(opened=0, closed=2, standing=0, past_due=0)
    assert office.items() == []
    assert office.one("SELECT count(*) FROM work_event WHERE what = 'closed'") == 2


def test_a_proof_that_is_taken_back_opens_it_again_linked_to_the_old_one(office: Followed) -> None:
    sent = office.send()
    office.followed(before(3))
    office.prove(sent)
    office.followed(before(3))
    office.change("UPDATE payer_opinion SET received_on = NULL")
    office.followed(before(2))
    assert office.one("SELECT previous_item FROM work_item WHERE closed_at IS NULL") == 1


def test_what_was_received_too_late_says_so_until_the_payer_has_decided(office: Followed) -> None:
    sent = office.send()
    office.prove(sent)
    office.change("UPDATE payer_opinion SET received_on = '2027-12-01 09:00+00'")
    assert office.followed(date(2027, 12, 2)).past_due == 1
    assert [stage for _, stage, _, _ in office.items()] == ["received after its last day"]
    office.deny(sent.pcns[0], "29", on=date(2027, 12, 20))
    office.followed(date(2027, 12, 21))
    assert ("filing", "received after its last day", "rob", 4) not in office.items()


def test_an_appeal_is_worth_what_was_denied(office: Followed) -> None:
    office.deny(office.send().pcns[0])
    office.followed(date(2027, 3, 28))
    rows = office.all(
        "SELECT detail->>'deadline', amount_cents FROM work_item WHERE cause_kind = 'deadline' ORDER BY 1"
    )
    assert rows == [("appeal", 4000), ("correction", 12000)]


def appeal_is_with(office: Followed) -> tuple[object, ...]:
    """Queue and owner of the reminder of the appeal."""
    (found,) = office.all(
        "SELECT queue, owner FROM work_item WHERE detail->>'deadline' = 'appeal' AND closed_at IS NULL"
    )
    return found


def test_the_last_day_to_appeal_follows_the_denial_to_whoever_has_it(office: Followed) -> None:
    denial = office.deny(office.send().pcns[0])
    office.change("UPDATE denial SET owner = 'coder'")
    office.raised_denials()
    office.followed(date(2027, 3, 1))
    assert appeal_is_with(office) == ("coder", "kim")
    (item,) = office.all(f"SELECT id FROM work_item WHERE cause_kind = 'denial' AND cause_id = {denial}")[0]
    work.assign(office.engine, int(str(item)), to="lee", by="kim", now=NOW, step=STEP)
    office.followed(date(2027, 3, 2))
    assert appeal_is_with(office) == ("coder", "lee")
    work.decide(office.engine, int(str(item)), kind="release", reason="they stand", by="lee", now=NOW, step=STEP)
    office.followed(date(2027, 3, 3))
    (biller,) = office.all("SELECT queue, owner FROM work_item WHERE cause_kind = 'denial' AND closed_at IS NULL")
    assert appeal_is_with(office) == biller
    assert biller[0] == "biller"


def test_a_reminder_that_a_person_gave_on_or_that_was_escalated_stays_there(office: Followed) -> None:
    office.deny(office.send().pcns[0])
    office.change("UPDATE denial SET owner = 'coder'")
    office.raised_denials()
    office.followed(date(2027, 3, 1))
    (item,) = office.all("SELECT id FROM work_item WHERE detail->>'deadline' = 'appeal'")[0]
    work.assign(office.engine, int(str(item)), to="bo", by="kim", now=NOW, step=STEP)
    office.followed(date(2027, 3, 2))
    assert appeal_is_with(office) == ("coder", "bo")
    office.followed(date(2027, 3, 28))
    assert appeal_is_with(office) == ("coder", "rob")
    office.followed(date(2027, 3, 29))
    assert appeal_is_with(office) == ("coder", "rob")


def test_what_a_person_has_settled_is_not_raised_again(office: Followed) -> None:
    office.send()
    office.followed(before(3))
    work.decide(office.engine, 1, kind="release", reason="paid by the patient", by="bo", now=NOW, step=STEP)
    assert office.followed(before(-1)) == RemindCounts(opened=0, closed=0, standing=0, past_due=0)


def test_a_second_reminder_finds_nothing_to_do(office: Followed) -> None:
    office.send(3)
    office.followed(before(10))
    events = office.one("SELECT count(*) FROM work_event")
    assert remind(office.engine, now=NOW, step=STEP) == RemindCounts(opened=0, closed=0, standing=3, past_due=0)
    assert office.one("SELECT count(*) FROM work_event") == events
