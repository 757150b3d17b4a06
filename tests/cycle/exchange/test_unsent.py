"""What is prepared and not sent is counted with the pause or the fault that keeps it."""

from typing import Any

import pytest
from sqlalchemy import text

from revcycle.cycle.exchange import PartnerFull, Unsent, pause, publish, unsent
from tests.cycle.exchange.practice import NOW, PAYER, STEP, Practice


def told(practice: Practice) -> list[Unsent]:
    with practice.engine.connect() as connection:
        return unsent(connection)


def stop(practice: Practice, payer: str = "") -> None:
    if payer:
        practice.scalar(
            "WITH w AS (INSERT INTO payer (code, name, kind, time_zone, version, run_id)"
            f" SELECT '{payer}', 'Larkspur', 'commercial', 'America/Chicago', 1, min(id) FROM run RETURNING 1) TABLE w"
        )
    pause(practice.engine, on=True, payer=payer, by="ada", reason="", now=NOW, step=STEP)


def send(practice: Practice, one: int, **given: Any) -> None:
    publish(
        practice.engine, practice.archive, one, practice.box(), state_holds_sample=True, now=NOW, step=STEP, **given
    )


def test_a_pause_of_one_payer_says_what_it_keeps_of_the_others_too(practice: Practice) -> None:
    practice.interchange(1, claims=3)
    practice.interchange(2)
    with practice.engine.begin() as connection:
        connection.execute(text("UPDATE claim SET payer = 'OTHER' WHERE claim_number >= 'C000000102'"))
    stop(practice, PAYER)
    kept, free = sorted(told(practice), key=lambda one: one.paused, reverse=True)
    assert (kept.paused, kept.interchanges, kept.claims, kept.others, kept.cents) == (PAYER, 1, 3, 2, 1000)
    assert kept.sentence == (
        "1 interchanges with 3 claims (10.00) are prepared and wait, because sending of LARKSPUR is paused, "
        "the oldest since 2026-11-24 06:00 UTC; 2 of the claims are of payers that are not paused."
    )
    assert (free.paused, free.interchanges, free.claims) == ("", 1, 2)


def test_an_interchange_is_counted_once_under_all_its_pauses(practice: Practice) -> None:
    practice.interchange(1)
    stop(practice, PAYER)
    stop(practice)
    [kept] = told(practice)
    assert (kept.paused, kept.interchanges, kept.claims, kept.others) == (f"{PAYER}, everything", 1, 2, 0)


def test_what_could_not_be_sent_stays_visible_with_its_fault_until_it_is_sent(practice: Practice) -> None:
    one = practice.interchange(1)
    practice.server.fault("write", "full")
    with pytest.raises(PartnerFull):
        send(practice, one)
    [kept] = told(practice)
    assert (kept.paused, kept.faults, kept.since) == ("", "PartnerFull", NOW)
    assert "1 interchanges with 2 claims (10.00) are prepared and not sent, the oldest since" in kept.sentence
    assert kept.sentence.endswith("The last attempt ended with PartnerFull.")
    send(practice, one)
    assert told(practice) == []
