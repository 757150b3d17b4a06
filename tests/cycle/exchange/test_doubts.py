"""An interchange in doubt: who or what ends the doubt, and when."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from revcycle.cycle.exchange import DoubtCounts, PartnerAway, publish, settle_doubts, waiting
from revcycle.foundation.store.runs import begin
from revcycle.foundation.store.tables import interchange, staff, work_event, work_item
from revcycle.foundation.work import decide
from tests.cycle.exchange.practice import NOW, STEP, Practice

Make = Callable[..., Practice]
DUE = NOW + timedelta(hours=24)


def send(practice: Practice, one: int, **how: Any) -> None:
    given = {"state_holds_sample": True, "now": NOW, "step": STEP} | how
    publish(practice.engine, practice.archive, one, practice.box(), **given)


def doubted(practice: Practice, *, arrives: bool = True) -> int:
    """An interchange in doubt: the answer to the rename was cut, and the partner has taken the file, or nobody has."""
    practice.server.picks_up = "instantly"
    one = practice.interchange()
    practice.server.fault("rename", "cut", performed=True)
    with pytest.raises(PartnerAway):
        send(practice, one)
    send(practice, one)
    if not arrives:
        practice.server.arrivals.clear()
    assert practice.state_of(one) == "in_doubt"
    return one


def decided(practice: Practice, kind: str) -> None:
    with practice.engine.begin() as connection:
        values = {"username": "olga", "roles": ["ops"], "credentials": [], "specialties": [], "version": 1}
        connection.execute(insert(staff).values(run_id=begin(connection, STEP), **values))
        item = connection.scalars(select(work_item.c.id).where(work_item.c.cause_kind == "doubt")).one()
    decide(practice.engine, item, kind=kind, reason="they said so", by="olga", now=NOW, step=STEP)


def settle(practice: Practice, now: Any = NOW) -> DoubtCounts:
    return settle_doubts(practice.engine, now=now, step=STEP)


def test_a_doubt_waits_until_it_is_due(practice: Practice) -> None:
    one = doubted(practice)
    assert settle(practice, DUE - timedelta(seconds=1)) == DoubtCounts(waiting=1)
    assert waiting(practice.engine) == []
    assert practice.open_items("doubt") == [one]


@pytest.mark.parametrize("style", ["rename", "direct"])
def test_a_partner_that_refuses_duplicates_gets_the_same_bytes_again(practice_with: Make, style: str) -> None:
    practice = practice_with({"style": style})
    practice.server.picks_up = "instantly"
    one = practice.interchange()
    practice.server.fault("rename" if style == "rename" else "close", "cut", performed=True)
    for _ in range(2):
        try:
            send(practice, one)
        except PartnerAway:
            continue
    assert practice.state_of(one) == "in_doubt"
    assert settle(practice, DUE) == DoubtCounts(sent_again=1)
    assert settle(practice, DUE) == DoubtCounts()
    assert waiting(practice.engine) == [one]
    assert practice.open_items("doubt") == []
    send(practice, one)
    assert practice.state_of(one) == "published"
    same = Counter((each.name, each.sha256, each.isa13) for each in practice.server.arrivals)
    assert list(same.values()) == [2]  # the same interchange twice: the partner refuses the second by its number


@pytest.mark.parametrize("style", ["rename", "direct"])
def test_what_is_owed_is_written_when_a_doubt_that_never_was_released_ends(practice_with: Make, style: str) -> None:
    practice = practice_with({"style": style})
    one = practice.interchange(claims=2)
    if style == "direct":
        practice.server.fault("close", "cut", performed=True)
    hidden = practice.server.inbound / ".SENDER-000000001.837.part"
    send(practice, one, reach=lambda point: practice.server.take(hidden) if point == "sent" else None)
    decided(practice, "delivered")
    assert settle(practice) == DoubtCounts(delivered=1)
    assert practice.scalar("SELECT count(*) FROM expected_answer") == 2 + 2 * 3


def test_a_partner_that_takes_duplicates_waits_for_a_person(practice_with: Make) -> None:
    practice = practice_with(refuses_duplicates=False)
    one = doubted(practice)
    assert settle(practice, DUE + timedelta(days=9)) == DoubtCounts(waiting=1)
    assert waiting(practice.engine) == []
    assert practice.open_items("doubt") == [one]


def test_a_person_decides_that_it_was_delivered(practice: Practice) -> None:
    one = doubted(practice)
    decided(practice, "delivered")
    assert settle(practice) == DoubtCounts(delivered=1)
    assert practice.state_of(one) == "published"
    assert practice.open_items("doubt") == []
    assert practice.attempts(one)[-1] == ("in_doubt", "published", "")
    send(practice, one)
    assert len(practice.server.arrivals) == 1


def test_a_person_decides_to_send_it_again(practice_with: Make) -> None:
    practice = practice_with(refuses_duplicates=False)
    one = doubted(practice, arrives=False)
    decided(practice, "resend")
    assert settle(practice) == DoubtCounts(sent_again=1)
    send(practice, one)
    assert practice.state_of(one) == "published"
    assert len(practice.server.arrivals) == 1


def test_a_decision_that_comes_too_late_is_refused(practice: Practice) -> None:
    one = doubted(practice)
    decided(practice, "resend")
    with practice.engine.begin() as connection:
        connection.execute(update(interchange).values(state="published"))  # an answer names it
    assert settle(practice) == DoubtCounts(delivered=1)
    assert practice.state_of(one) == "published"
    assert practice.open_items("doubt") == []
    with practice.engine.connect() as connection:
        assert "decision refused" in connection.scalars(select(work_event.c.what)).all()


def test_an_answer_that_ends_the_doubt_closes_its_item(practice: Practice) -> None:
    doubted(practice)
    with practice.engine.begin() as connection:
        connection.execute(update(interchange).values(state="published"))
    assert settle(practice) == DoubtCounts(delivered=1)
    assert practice.open_items("doubt") == []


def test_what_arrived_and_still_stands_there_is_not_sent_twice(practice: Practice) -> None:
    """The doubt arose although the file was there: the second rename is refused, and the name tells."""
    one = practice.interchange()
    send(practice, one)
    with practice.engine.begin() as connection:
        connection.execute(update(interchange).values(state="in_doubt"))
    settle(practice, DUE)
    settle(practice, DUE + timedelta(days=2))
    send(practice, one)
    assert practice.state_of(one) == "published"
    practice.server.pick_up()
    assert len(practice.server.arrivals) == 1
    assert [path.name for path in practice.server.inbound.iterdir()] == ["tmp"]


def test_a_second_cut_without_a_hidden_name_is_a_doubt_again(practice_with: Make) -> None:
    practice = practice_with({"style": "direct"})
    one = practice.interchange()
    for day in (1, 2):
        practice.server.fault("write", "cut")
        send(practice, one)
        assert practice.open_items("doubt") == [one]
        assert settle(practice, NOW + timedelta(days=day)) == DoubtCounts(sent_again=1)
    practice.server.fault("write", "cut")
    send(practice, one)
    assert practice.state_of(one) == "in_doubt"
    assert practice.open_items("doubt") == [one]
