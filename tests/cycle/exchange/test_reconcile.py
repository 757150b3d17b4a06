"""A database older than its archive: sending is refused until what was sent and received is registered again."""

import hashlib
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select, update

from revcycle.cycle.exchange import (
    PublishCounts,
    ReconcileReport,
    SendingRefused,
    collect,
    publish,
    reconcile,
    settle_doubts,
    waiting,
)
from revcycle.foundation.register import Delivered, Manifest, SentClaim, SentLine, note
from revcycle.foundation.store.numbers import last_number, raise_numbers
from revcycle.foundation.store.runs import begin
from revcycle.foundation.store.tables import (
    answer as answers,
)
from revcycle.foundation.store.tables import (
    archive_object,
    charge_line,
    claim,
    claim_hold,
    claim_submission,
    encounter,
    encounter_version,
    expected_answer,
    interchange,
    patient_identity,
    received_file,
    submission_line,
)
from revcycle.foundation.x12.claim_numbers import claim_number
from tests.cycle.exchange.practice import NOW, PARTNER, PAYER, STEP, Practice, answer, isa

LINES = 2


def an_encounter(practice: Practice, number: int) -> int:
    """An encounter of two lines, as taken in."""
    with practice.engine.begin() as connection:
        run = begin(connection, STEP)
        patient = connection.scalars(insert(patient_identity).values(run_id=run).returning(patient_identity.c.id)).one()
        values = {"source_system": "csv", "source_encounter_id": f"E{number}", "current_version": 1, "run_id": run}
        made = int(connection.execute(insert(encounter).values(values).returning(encounter.c.id)).scalar_one())
        version = {"encounter_id": made, "version": 1, "run_id": run}
        connection.execute(
            insert(encounter_version).values(
                content_sha256=content_of(number),
                patient_id=patient,
                billing_npi="1234567893",
                status="",
                entered_on=date(2026, 11, 20),
                charge_cents=1000,
                **version,
            )
        )
        for line in range(1, LINES + 1):
            connection.execute(
                insert(charge_line).values(
                    line=line,
                    patient_id=patient,
                    date_from=date(2026, 11, 20),
                    place_of_service="11",
                    procedure="99213",
                    units=1,
                    charge_cents=500,
                    **version,
                )
            )
    return made


def content_of(number: int) -> str:
    return hashlib.sha256(f"content {number}".encode()).hexdigest()


def sent_and_lost(
    practice: Practice, isa13: int, numbers: list[int], *, ordinal: int = 1, of: SentClaim | None = None, **how: str
) -> None:
    """The archive of an interchange that was sent after the backup: its bytes, its manifest, its label."""
    content = isa(isa13, f"HL*{isa13}~")
    manifest = Manifest(
        partner=PARTNER,
        isa13=isa13,
        gs06=isa13 + 10,
        bht03=f"B{isa13 + 20:010}",
        usage="T",
        billing_npi="1234567893",
        remote_name=f"SENDER-{isa13:09}.837",
        sha256=practice.archive.put(content),
        size=len(content),
        prepared_at=NOW.isoformat(),
        claims=tuple(replace(of or a_claim(number, place, ordinal), **how) for place, number in enumerate(numbers, 1)),
    )
    practice.archive.label("interchange", manifest.label, practice.archive.put(manifest.encode()))


def a_claim(number: int, place: int, ordinal: int) -> SentClaim:
    control = f"{claim_number(number)}{ordinal:02}"
    return SentClaim(
        claim_number=claim_number(number),
        ordinal=ordinal,
        patient_control_number=control,
        position=place,
        source_system="csv",
        source_encounter_id=f"E{number}",
        version=1,
        content_sha256=content_of(number),
        responsibility="P",
        split=1,
        payer=PAYER,
        frequency="1",
        payer_claim_number="",
        amount_cents=1000,
        lines=tuple(SentLine(n, f"{control}L{n:02}", n, "99213", "", "1", 500) for n in range(1, LINES + 1)),
    )


def run(practice: Practice, *, apply: bool = True) -> ReconcileReport:
    return reconcile(practice.engine, practice.archive, apply=apply, now=NOW, step=STEP)


def send(practice: Practice, one: int) -> PublishCounts:
    return publish(practice.engine, practice.archive, one, practice.box(), state_holds_sample=True, now=NOW, step=STEP)


def numbers(practice: Practice) -> dict[str, int]:
    with practice.engine.connect() as connection:
        by_partner = {kind: last_number(connection, kind, partner=PARTNER) for kind in ("isa13", "gs06")}
        return by_partner | {kind: last_number(connection, kind) for kind in ("bht03", "claim")}


def rows(practice: Practice, statement: Any) -> list[tuple[Any, ...]]:
    with practice.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(statement)]


def test_a_database_that_knows_its_archive_lacks_nothing(practice: Practice) -> None:
    report = run(practice)
    assert report == ReconcileReport(True, (), 0, 0, 0, (), (), (), ())


def test_sending_is_refused_while_the_archive_knows_more(practice: Practice) -> None:
    one = practice.interchange(1)
    an_encounter(practice, 3)
    sent_and_lost(practice, 2, [3])
    with pytest.raises(SendingRefused, match=r"reconcile --apply"):
        send(practice, one)
    run(practice, apply=False)
    with pytest.raises(SendingRefused):
        send(practice, one)
    run(practice)
    assert send(practice, one).published == 1


def test_what_a_killed_batch_left_stops_nothing(practice: Practice) -> None:
    """Its numbers were raised first, so they are not above the counters; it was never sent."""
    raise_numbers(practice.engine, "isa13", 2, step=STEP, partner=PARTNER)
    sent_and_lost(practice, 2, [3])
    assert run(practice).interchanges == ()
    assert send(practice, practice.interchange(1)).published == 1


def test_interchanges_come_back_in_doubt_with_claims_and_numbers(practice: Practice) -> None:
    for number in (3, 4):
        an_encounter(practice, number)
    sent_and_lost(practice, 5, [3, 4])
    said = run(practice, apply=False)
    assert rows(practice, select(interchange.c.id)) == []
    report = run(practice)
    assert (said.interchanges, said.claims, said.lifted) == (report.interchanges, report.claims, report.lifted)
    assert report.interchanges == (f"{PARTNER}-000000005",) and report.claims == 2
    assert rows(practice, select(interchange.c.state, interchange.c.claims, interchange.c.amount_cents)) == [
        ("in_doubt", 2, 2000)
    ]
    assert rows(practice, select(claim.c.claim_number, claim.c.state).order_by(claim.c.claim_number)) == [
        (claim_number(3), "submitted"),
        (claim_number(4), "submitted"),
    ]
    assert rows(practice, select(submission_line.c.line_control_number).order_by(submission_line.c.submission_id)) == [
        (f"{claim_number(number)}01L{line:02}",) for number in (3, 4) for line in (1, 2)
    ]
    assert numbers(practice) == {"isa13": 5, "gs06": 15, "bht03": 25, "claim": 4}
    assert len(rows(practice, select(expected_answer.c.id))) == 2 + 2 * 3
    (one,) = practice.open_items("doubt")
    assert practice.attempts(one) == [("in_doubt", "in_doubt", "Reconciled")]
    assert waiting(practice.engine) == []
    assert run(practice) == ReconcileReport(True, (), 0, 0, 0, (), (), (), ())


def test_a_reconciled_doubt_is_sent_again_only_when_due(practice: Practice) -> None:
    an_encounter(practice, 3)
    sent_and_lost(practice, 5, [3])
    run(practice)
    assert settle_doubts(practice.engine, now=NOW + timedelta(hours=23), step=STEP).waiting == 1
    assert settle_doubts(practice.engine, now=NOW + timedelta(hours=24), step=STEP).sent_again == 1
    assert send(practice, waiting(practice.engine)[0]).published == 1


def as_of_the_backup(practice: Practice, number: int, *, ordinal: int = 1) -> None:
    """The claim stood open with a submission that was not batched yet."""
    encounter_id = an_encounter(practice, number)
    with practice.engine.begin() as connection:
        given = {"encounter_id": encounter_id, "run_id": begin(connection, STEP)}
        values = {"claim_number": claim_number(number), "responsibility": "P", "payer": PAYER, "state": "open"}
        claim_id = connection.execute(insert(claim).values(values | given).returning(claim.c.id)).scalar_one()
        _submission(connection, claim_id, number, ordinal, given)


def _submission(connection: Connection, claim_id: int, number: int, ordinal: int, given: dict[str, Any]) -> None:
    connection.execute(
        insert(claim_submission).values(
            claim_id=claim_id,
            ordinal=ordinal,
            version=1,
            patient_row=1,
            coverage_row=1,
            patient_control_number=f"{claim_number(number)}{ordinal:02}",
            frequency="1",
            amount_cents=1000,
            **given,
        )
    )


def test_a_submission_that_waited_at_the_backup_is_the_one_that_was_sent(practice: Practice) -> None:
    as_of_the_backup(practice, 3)
    sent_and_lost(practice, 5, [3])
    run(practice)
    columns = (claim_submission.c.ordinal, claim_submission.c.position, claim_submission.c.closed_at)
    assert rows(practice, select(*columns)) == [(1, 1, None)]
    assert rows(practice, select(claim.c.state)) == [("submitted",)]


def test_a_later_submission_closes_the_one_of_the_backup(practice: Practice) -> None:
    as_of_the_backup(practice, 3)
    with practice.engine.begin() as connection:
        held = {"claim_id": connection.scalars(select(claim.c.id)).one(), "cause": "rejection", "cause_id": 1}
        connection.execute(insert(claim_hold).values(run_id=begin(connection, STEP), **held))
    sent_and_lost(practice, 5, [3], ordinal=2)
    sent_and_lost(practice, 6, [3], ordinal=3)
    run(practice)
    columns = (claim_submission.c.ordinal, claim_submission.c.closed_at.is_(None))
    assert rows(practice, select(*columns).order_by(claim_submission.c.ordinal)) == [(1, False), (2, False), (3, True)]
    assert rows(practice, select(claim_hold.c.released_by)) == [("reconcile",)]


@pytest.mark.parametrize("state", [None, "open", "adjudicated"])
def test_a_correction_stays_one_when_its_claim_is_registered_again(practice: Practice, state: str | None) -> None:
    """Adjudicated is what it was at the backup, before it was decided to correct it."""
    if state is None:
        an_encounter(practice, 3)
    else:
        as_of_the_backup(practice, 3)
        with practice.engine.begin() as connection:
            connection.execute(update(claim).values(state=state))
    sent_and_lost(practice, 5, [3], ordinal=2, frequency="7", payer_claim_number="ICN1")
    run(practice)
    columns = (claim.c.state, claim.c.next_frequency, claim.c.payer_claim_number)
    assert rows(practice, select(*columns)) == [("submitted", "7", "ICN1")]


def test_a_claim_made_again_under_another_number_gives_way(practice: Practice) -> None:
    as_of_the_backup(practice, 3)
    with practice.engine.begin() as connection:
        connection.execute(update(claim).values(claim_number=claim_number(1)))
        connection.execute(update(claim_submission).values(patient_control_number=f"{claim_number(1)}01"))
    sent_and_lost(practice, 5, [3])
    assert run(practice).conflicts == ()
    assert rows(practice, select(claim.c.claim_number, claim.c.state).order_by(claim.c.id)) == [
        (claim_number(1), "void"),
        (claim_number(3), "submitted"),
    ]
    live = select(claim_submission.c.patient_control_number).where(claim_submission.c.closed_at.is_(None))
    assert rows(practice, live) == [(f"{claim_number(3)}01",)]


def number_of_another(practice: Practice) -> None:
    """After the restore the number of a claim that was sent went to another encounter."""
    as_of_the_backup(practice, 4)
    an_encounter(practice, 3)
    with practice.engine.begin() as connection:
        connection.execute(update(claim).values(claim_number=claim_number(3)))
        connection.execute(update(claim_submission).values(patient_control_number=f"{claim_number(3)}01"))
    sent_and_lost(practice, 5, [3])


def test_an_unsent_claim_that_has_the_number_gets_another(practice: Practice) -> None:
    number_of_another(practice)
    report = run(practice)
    assert report.conflicts == () and report.claims == 1
    columns = (claim.c.claim_number, claim_submission.c.patient_control_number, encounter.c.source_encounter_id)
    joined = claim.join(claim_submission, claim_submission.c.claim_id == claim.c.id)
    joined = joined.join(encounter, encounter.c.id == claim.c.encounter_id)
    assert rows(practice, select(*columns).select_from(joined).order_by(claim.c.id)) == [
        (claim_number(4), f"{claim_number(4)}01", "E4"),
        (claim_number(3), f"{claim_number(3)}01", "E3"),
    ]
    assert numbers(practice)["claim"] == 4


def test_a_sent_claim_that_has_the_number_is_a_conflict_and_keeps_sending_refused(practice: Practice) -> None:
    number_of_another(practice)
    one = practice.interchange(1)
    with practice.engine.begin() as connection:
        of_it = claim_submission.c.patient_control_number == f"{claim_number(3)}01"
        connection.execute(update(claim_submission).where(of_it).values(interchange_id=one, position=9))
    report = run(practice)
    assert report.conflicts == (claim_number(3),)
    assert report.interchanges == ()
    assert numbers(practice)["isa13"] == 0
    with pytest.raises(SendingRefused):
        send(practice, one)


@pytest.mark.parametrize("order", [[(7, 8)], [(7,), (8,)], [(8,), (7,)]], ids=["at once", "in order", "later first"])
def test_a_bill_that_was_made_void_and_made_again_for_another_payer_comes_back_so(
    practice: Practice, order: list[tuple[int, ...]]
) -> None:
    an_encounter(practice, 1)
    first, second = a_claim(1, 1, 1), a_claim(2, 1, 1)
    again = replace(second, source_encounter_id="E1", content_sha256=content_of(1), payer="OTHER")
    bills = {7: first, 8: again}
    sent_and_lost(practice, 9, [4])  # stays out until its encounter is here, so that nothing is lifted
    for isa13s in order:
        for isa13 in isa13s:
            sent_and_lost(practice, isa13, [1], of=bills[isa13])
        assert run(practice).conflicts == ()
    an_encounter(practice, 4)
    assert run(practice).missing == ()
    made = select(claim.c.claim_number, claim.c.state, claim.c.payer).order_by(claim.c.claim_number)
    assert rows(practice, made) == [
        (claim_number(1), "void", PAYER),
        (claim_number(2), "submitted", "OTHER"),
        (claim_number(4), "submitted", PAYER),
    ]
    live = select(claim_submission.c.patient_control_number).where(claim_submission.c.closed_at.is_(None))
    assert sorted(rows(practice, live)) == [(f"{claim_number(2)}01",), (f"{claim_number(4)}01",)]
    assert numbers(practice)["isa13"] == 9
    sent = select(interchange.c.isa13, interchange.c.state).order_by(interchange.c.isa13)
    assert rows(practice, sent) == [(isa13, "in_doubt") for isa13 in (7, 8, 9)]
    assert (run(practice).interchanges, run(practice).conflicts) == ((), ())


def test_an_encounter_that_is_missing_is_named_with_the_files_that_bring_it(practice: Practice) -> None:
    an_encounter(practice, 3)
    sent_and_lost(practice, 5, [3, 4])
    came = [
        Delivered(source, practice.archive.put(kind.encode()), kind, f"2026-11-{day}T06:00:00+00:00")
        for source, kind, day in [("csv", "charges", 23), ("csv", "patients", 22), ("other", "coverage", 21)]
    ]
    for one in came:
        note(practice.archive, one)
    report = run(practice)
    assert [one.source_encounter_id for one in report.missing] == ["E4"]
    assert report.bring == (came[1], came[0])
    assert "E4" not in repr(report)
    assert report.interchanges == () and rows(practice, select(claim.c.id)) == []
    assert numbers(practice)["isa13"] == 0
    with pytest.raises(SendingRefused):
        send(practice, practice.interchange(1))
    an_encounter(practice, 4)
    assert run(practice).claims == 2


def test_what_is_registered_already_stays_while_the_rest_is_brought(practice: Practice) -> None:
    an_encounter(practice, 3)
    sent_and_lost(practice, 5, [3])
    sent_and_lost(practice, 6, [4])
    sent_and_lost(practice, 7, [5])
    assert run(practice).claims == 1
    an_encounter(practice, 5)
    assert (run(practice).claims, numbers(practice)["isa13"]) == (1, 0)
    with pytest.raises(SendingRefused):
        send(practice, practice.interchange(1))
    an_encounter(practice, 4)
    report = run(practice)
    assert (report.claims, report.missing, numbers(practice)["isa13"]) == (1, (), 7)
    assert (run(practice).interchanges, run(practice).lifted) == ((), ())


def test_received_files_come_back_to_be_applied(practice: Practice) -> None:
    practice.deliver("a.999", answer(1))
    practice.deliver("b.999", b"nothing")
    collect(practice.engine, practice.archive, PARTNER, practice.box(), now=NOW, step=STEP, sleep=lambda _: None)
    before = practice.received()
    practice.scalar("WITH s AS (DELETE FROM remote_sighting) SELECT 1")
    practice.scalar("WITH p AS (DELETE FROM problem) SELECT 1")
    practice.scalar("WITH f AS (DELETE FROM received_file) SELECT 1")
    assert run(practice).received == 2
    assert sorted(practice.received()) == sorted(before)
    assert run(practice).received == 0


def test_answers_that_found_nobody_are_applied_again(practice: Practice) -> None:
    an_encounter(practice, 3)
    sent_and_lost(practice, 5, [3])
    with practice.engine.begin() as connection:
        given = {"run_id": begin(connection, STEP)}
        for sha256 in ("a", "b"):
            connection.execute(insert(archive_object).values(sha256=sha256, bytes=1, **given))
            file = {"partner": PARTNER, "sha256": sha256, "kind": "999", "first_name": sha256, "state": "applied"}
            connection.execute(insert(received_file).values(file | given))
        said = {"st_index": 1, "position": 1, "kind": "999", "level": "set", "code": "A", "party": "clearinghouse"}
        connection.execute(insert(answers).values(file_id=1, at=NOW, **said, **given))
    assert run(practice).again == 1
    assert rows(practice, select(received_file.c.sha256, received_file.c.state).order_by(received_file.c.id)) == [
        ("a", "registered"),
        ("b", "applied"),
    ]
