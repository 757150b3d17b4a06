"""Bookings: what an encounter earns, whom it is asked of, and what is taken back when either changes."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import text

from revcycle.foundation import ledger
from revcycle.foundation.store.digest import digest
from tests.cycle.claims.biller import CLAIMS_SETTINGS, Biller
from tests.deliveries import COVERAGE, NOW, PATIENT, TODAY

LINE = {"procedure": "80053", "charge": "10.00"}
UNBILLED, INSURANCE, PATIENT_OWES = "receivable.unbilled", "receivable.insurance", "receivable.patient"


def entries(biller: Biller) -> list[tuple[Any, ...]]:
    """Kind, ordinal and cents of every entry, sorted; of a reversal the kind and ordinal taken back."""
    return sorted(
        biller.rows("""
        SELECT CASE WHEN back.id IS NULL THEN '' ELSE 'back ' END || coalesce(back.kind, e.kind)::text,
               coalesce(back.ordinal, e.ordinal), sum(t.amount_cents)::bigint
        FROM journal_entry e LEFT JOIN journal_entry back ON back.id = e.reverses
        JOIN transfer t ON t.entry_id = e.id GROUP BY e.id, back.id""")
    )


def owed(biller: Biller) -> dict[str, int]:
    """What stands on each receivable; the whole ledger is proven on the way."""
    proof = ledger.verify(biller.engine)
    assert proof.broken == ()
    return {name: cents for name, cents in proof.receivables.items() if cents and name != "receivable"}


def place(biller: Biller) -> str:
    """Where the one encounter is."""
    found = ledger.verify(biller.engine).encounters
    return next(name for name, count in found.items() if count and name != "received")


def swept(biller: Biller, *lines: dict[str, str]) -> None:
    biller.charges(*(lines or ({},)))
    biller.sweep()


def ready(biller: Biller, *lines: dict[str, str]) -> None:
    biller.patient("P1")
    swept(biller, *lines)


def sent(biller: Biller, *lines: dict[str, str]) -> None:
    ready(biller, *lines)
    biller.assemble()
    biller.batch()


def test_an_encounter_is_charged_at_assembly_and_assigned_when_it_is_submitted(biller: Biller) -> None:
    ready(biller)
    assert (biller.assemble().booked, owed(biller), place(biller)) == (1, {UNBILLED: 12000}, "waiting to send")
    biller.batch()
    assert entries(biller) == [("assignment", 1, 12000), ("charge", 1, 12000)]
    assert (owed(biller), place(biller)) == ({INSURANCE: 12000}, "live")
    assert biller.rows("SELECT assigned_cents, open_cents FROM claim_balance") == [(12000, 12000)]


def test_a_transfer_names_whom_it_is_about(biller: Biller) -> None:
    sent(biller)
    ids = "SELECT c.encounter_id, c.id, s.id, v.patient_id FROM claim c JOIN claim_submission s ON s.claim_id = c.id"
    ((encounter, claim, submission, patient),) = biller.rows(
        f"{ids} JOIN encounter_version v ON v.encounter_id = c.encounter_id"
    )
    named = "SELECT encounter_id, debit_claim, submission_id, patient_id FROM transfer ORDER BY entry_id"
    assert biller.rows(named) == [(encounter, None, None, patient), (encounter, claim, submission, patient)]


def test_assembling_and_batching_twice_books_once(biller: Biller) -> None:
    sent(biller)
    before = digest(biller.engine)
    assert biller.assemble().booked == 0
    biller.batch()
    assert (len(entries(biller)), digest(biller.engine)) == (2, before)


def test_what_is_held_is_charged_all_the_same(biller: Biller) -> None:
    ready(biller, {"diagnoses": "I10X"})
    assert (biller.assemble().submissions, owed(biller), place(biller)) == (0, {UNBILLED: 12000}, "held")


def test_what_was_entered_later_is_charged_later(biller: Biller) -> None:
    ready(biller)
    assert biller.assemble(through=date(2026, 11, 19)).booked == 0
    assert biller.assemble(through=date(2026, 11, 20)).booked == 1


def test_an_encounter_of_nothing_is_booked_as_nothing(biller: Biller) -> None:
    sent(biller, {"charge": "0.00"})
    assert (entries(biller), owed(biller)) == ([], {})


def test_entries_are_dated_when_entered_and_effective_from_the_first_date_of_service(biller: Biller) -> None:
    sent(biller, {"date_from": "2026-11-03"}, {"line": "2", "date_from": "2026-11-05"} | LINE)
    dated = biller.rows("SELECT DISTINCT accounting_date, effective_date FROM journal_entry")
    assert dated == [(date(2026, 11, 20), date(2026, 11, 3))]


def close_month(biller: Biller, month: date) -> None:
    with biller.engine.begin() as connection:
        ((run,),) = connection.execute(text("SELECT max(id) FROM run")).all()
        assert ledger.close(connection, month, by="kim", day=TODAY, now=NOW, run_id=run)


def test_what_comes_late_for_a_closed_month_is_dated_into_the_open_one(biller: Biller) -> None:
    close_month(biller, date(2026, 9, 1))
    close_month(biller, date(2026, 10, 1))
    sent(biller, {"entered_on": "2026-09-10", "date_from": "2026-09-09"})
    dated = biller.rows("SELECT DISTINCT accounting_date, effective_date FROM journal_entry")
    assert dated == [(date(2026, 11, 1), date(2026, 9, 9))]
    assert owed(biller) == {INSURANCE: 12000}


def test_a_new_version_takes_the_old_charge_back(biller: Biller) -> None:
    ready(biller)
    biller.assemble()
    swept(biller, {"charge": "125.00", "entered_on": "2026-11-22"})
    biller.assemble()
    assert entries(biller) == [("back charge", 1, 12000), ("charge", 1, 12000), ("charge", 2, 12500)]
    assert owed(biller) == {UNBILLED: 12500}
    dates = biller.rows("SELECT accounting_date, count(*) FROM journal_entry GROUP BY 1 ORDER BY 1")
    assert dates == [(date(2026, 11, 20), 1), (date(2026, 11, 22), 2)]


def test_a_version_of_a_later_day_leaves_the_old_charge_until_then(biller: Biller) -> None:
    ready(biller)
    biller.assemble()
    swept(biller, {"charge": "125.00", "entered_on": "2026-11-23"})
    assert (biller.assemble(through=date(2026, 11, 22)).booked, owed(biller)) == (0, {UNBILLED: 12000})
    assert (biller.assemble().booked, owed(biller)) == (2, {UNBILLED: 12500})


def test_what_a_payer_was_asked_for_stands_until_a_corrected_version_goes_out(biller: Biller) -> None:
    sent(biller)
    swept(biller, {"charge": "125.00"})
    biller.assemble()
    assert owed(biller) == {UNBILLED: 500, INSURANCE: 12000}
    biller.reject()
    biller.assemble()
    assert owed(biller) == {UNBILLED: 500, INSURANCE: 12000}
    biller.batch()
    assert entries(biller)[:3] == [("assignment", 1, 12000), ("assignment", 2, 12500), ("back assignment", 1, 12000)]
    assert owed(biller) == {INSURANCE: 12500}
    assert biller.assemble().booked == 0


def test_the_same_version_sent_again_asks_for_nothing_new(biller: Biller) -> None:
    sent(biller)
    biller.reject()
    with biller.engine.begin() as connection:
        connection.execute(text("UPDATE claim_hold SET released_at = now(), released_by = 'rob'"))
    biller.assemble()
    assert biller.batch().claims == 1
    assert entries(biller) == [("assignment", 1, 12000), ("charge", 1, 12000)]


def test_a_cancelled_encounter_that_was_not_sent_gives_its_charge_back(biller: Biller) -> None:
    ready(biller)
    biller.assemble()
    biller.charges({"status": "cancelled"})
    biller.assemble()
    assert (entries(biller)[0], owed(biller)) == (("back charge", 1, 12000), {})
    assert place(biller) == "void"
    swept(biller)
    biller.assemble()
    assert (entries(biller)[2:], owed(biller)) == ([("charge", 3, 12000)], {UNBILLED: 12000})


def test_a_cancelled_encounter_keeps_charge_and_assignment_until_its_claim_is_void(biller: Biller) -> None:
    sent(biller)
    biller.charges({"status": "cancelled"})
    assert (biller.assemble().booked, owed(biller), place(biller)) == (0, {INSURANCE: 12000}, "live")
    biller.reject()
    assert biller.assemble().void == 1
    assert entries(biller)[1:3] == [("back assignment", 1, 12000), ("back charge", 1, 12000)]
    assert (owed(biller), place(biller)) == ({}, "void")
    assert biller.assemble().booked == 0


def test_each_claim_of_a_split_encounter_is_assigned_its_own_lines(biller: Biller) -> None:
    sent(biller, *(LINE | {"line": str(n), "units": str(n)} for n in range(1, 52)))
    assert entries(biller) == [("assignment", 1, 1000), ("assignment", 1, 50000), ("charge", 1, 51000)]
    assert (owed(biller), place(biller)) == ({INSURANCE: 51000}, "live")
    biller.reject(split=2)
    assert place(biller) == "held"


def test_a_claim_that_is_left_over_gives_its_assignment_back(biller: Biller) -> None:
    many = [LINE | {"line": str(n), "units": str(n)} for n in range(1, 52)]
    sent(biller, *many)
    biller.reject()
    swept(biller, *many[:50])
    biller.assemble()
    assert owed(biller) == {INSURANCE: 50000}
    biller.batch()
    assert owed(biller) == {INSURANCE: 50000}
    assert biller.rows("""SELECT c.state, b.open_cents FROM claim c JOIN claim_balance b ON b.claim_id = c.id
        ORDER BY c.split""") == [("submitted", 50000), ("void", 0)]


def test_a_self_pay_encounter_is_the_patients_at_assembly(biller: Biller) -> None:
    biller.settings(CLAIMS_SETTINGS.replace("kind: medicare", "kind: self_pay"))
    ready(biller)
    biller.assemble()
    assert entries(biller) == [("assignment", 1, 12000), ("charge", 1, 12000)]
    assert (owed(biller), place(biller)) == ({PATIENT_OWES: 12000}, "self-pay")
    swept(biller, {"charge": "125.00"})
    assert (biller.assemble().booked, owed(biller)) == (4, {PATIENT_OWES: 12500})
    biller.charges({"status": "cancelled"})
    assert (biller.assemble().booked, owed(biller), place(biller)) == (2, {}, "void")


def test_a_patient_without_coverage_pays_until_one_is_delivered(biller: Biller) -> None:
    biller.desk._load("patients.csv", [PATIENT])
    swept(biller)
    biller.assemble()
    assert (owed(biller), place(biller)) == ({PATIENT_OWES: 12000}, "self-pay")
    biller.patient("P1")
    biller.sweep()
    biller.assemble()
    assert (owed(biller), place(biller)) == ({UNBILLED: 12000}, "waiting to send")
    biller.batch()
    assert owed(biller) == {INSURANCE: 12000}


@pytest.mark.parametrize("coverage", [{"valid_from": "2026-11-20"}, {"valid_from": "someday"}])
def test_nobody_is_billed_while_the_coverage_is_in_question(biller: Biller, coverage: dict[str, str]) -> None:
    biller.desk._load("patients.csv", [PATIENT])
    biller.desk._load("coverage.csv", [COVERAGE | coverage])
    swept(biller)
    biller.assemble()
    assert (owed(biller), place(biller)) == ({UNBILLED: 12000}, "held")


def test_what_came_before_the_ledger_is_caught_up_with(biller: Biller) -> None:
    sent(biller)
    biller.charges({"status": "cancelled"})
    biller.patient("P2")
    swept(biller, {"encounter_id": "E2", "patient_id": "P2"})
    biller.assemble()
    biller.batch()
    before = owed(biller)
    assert before == {INSURANCE: 24000}
    with biller.engine.begin() as connection:
        for table in ("transfer", "claim_balance", "journal_entry"):
            connection.execute(text(f"DELETE FROM {table}"))
    assert (biller.assemble(now=datetime(2026, 11, 25, 12, tzinfo=UTC)).booked, owed(biller)) == (4, before)


def test_what_cannot_be_read_is_in_quarantine(biller: Biller) -> None:
    biller.patient("P1")
    biller.charges({"units": "many"})
    assert place(biller) == "quarantined"


@pytest.mark.parametrize("where", ["adjudicated", "closed"])
def test_an_encounter_is_where_its_claim_is(biller: Biller, where: str) -> None:
    sent(biller)
    with biller.engine.begin() as connection:
        connection.execute(text("UPDATE claim SET state = :where"), {"where": where})
    assert place(biller) == where
