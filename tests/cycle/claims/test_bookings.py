"""Charges and assignments: booked once, dated by the day the coding was finished, and booked anew when they change."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from sqlalchemy import text

from revcycle.foundation.ledger import close_month, conservation, verify
from revcycle.foundation.ledger.reverse import reverse_entries
from tests.cycle.claims.biller import CLAIMS_SETTINGS, Biller
from tests.cycle.claims.test_assemble import LINE, SPLIT, ready
from tests.deliveries import NOW, PATIENT, TODAY

CHARGE, ASSIGNMENT = "charge", "assignment"
SELF_PAY = CLAIMS_SETTINGS.replace("kind: medicare", "kind: self_pay")


def standing(biller: Biller) -> list[tuple[str, str, int]]:
    """Kind, what it is booked for, and cents of every entry that nothing took back."""
    return biller.rows("""
        SELECT j.kind::text, j.source_kind::text, sum(t.amount_cents)::bigint FROM journal_entry j
        JOIN transfer t ON t.entry_id = j.id
        WHERE j.kind <> 'reversal' AND NOT EXISTS (SELECT FROM journal_entry b WHERE b.reverses = j.id)
        GROUP BY j.id ORDER BY 1 DESC, 2, j.id""")


def receivables(biller: Biller) -> dict[str, int]:
    """What stands in each receivable that is not empty; and every invariant holds."""
    with biller.engine.connect() as connection:
        assert [proof.name for proof in verify(connection) if not proof.holds] == []
    return dict(
        biller.rows("""
        SELECT substr(account::text, 12), sum(cents)::bigint FROM (
            SELECT debit_account AS account, amount_cents AS cents FROM transfer
            UNION ALL SELECT credit_account, -amount_cents FROM transfer) sides
        WHERE starts_with(account::text, 'receivable.') GROUP BY 1 HAVING sum(cents) <> 0""")
    )


def entries(biller: Biller) -> int:
    return int(biller.rows("SELECT count(*) FROM journal_entry")[0][0])


def dates(biller: Biller, kind: str) -> set[tuple[date, date]]:
    return set(
        biller.rows("SELECT accounting_date, effective_date FROM journal_entry WHERE kind::text = :kind", kind=kind)
    )


def close(biller: Biller, month: date, today: date = date(2026, 12, 1)) -> None:
    with biller.engine.begin() as connection:
        run_id = connection.execute(text("SELECT min(id) FROM run")).scalar_one()
        close_month(connection, month, today=today, by="rob", now=NOW, run_id=run_id)


def places(biller: Biller) -> dict[str, int]:
    """The places where an encounter is."""
    with biller.engine.connect() as connection:
        return {place: count for place, count in conservation(connection).items() if count and place != "received"}


def test_a_claim_that_may_go_is_charged_and_assigned(biller: Biller) -> None:
    ready(biller)
    biller.assemble()
    assert standing(biller) == [(CHARGE, "encounter", 120_00), (ASSIGNMENT, "claim", 120_00)]
    assert dates(biller, CHARGE) == dates(biller, ASSIGNMENT) == {(date(2026, 11, 20), date(2026, 11, 19))}
    assert receivables(biller) == {"insurance": 120_00}


def test_assembling_again_books_nothing(biller: Biller) -> None:
    ready(biller)
    biller.assemble()
    biller.batch()
    before = entries(biller)
    biller.assemble()
    assert entries(biller) == before


def test_assemblies_at_once_book_once(biller: Biller) -> None:
    for n in range(4):
        biller.patient(f"P{n}")
        biller.charges({"encounter_id": f"E{n}", "patient_id": f"P{n}"})
    biller.sweep()
    with ThreadPoolExecutor(3) as pool:
        for future in [pool.submit(biller.assemble) for _ in range(3)]:
            future.result()
    assert entries(biller) == 8
    assert receivables(biller) == {"insurance": 480_00}


def test_what_is_held_is_earned_but_not_billed(biller: Biller) -> None:
    ready(biller, {"diagnoses": "I10;I10"})
    biller.assemble()
    assert (receivables(biller), places(biller)) == ({"unbilled": 120_00}, {"held": 1})
    biller.charges({})
    biller.sweep()
    biller.assemble()
    assert (receivables(biller), places(biller)) == ({"insurance": 120_00}, {"waiting_to_send": 1})


def test_what_is_not_swept_yet_is_earned_already(biller: Biller) -> None:
    biller.patient("P1")
    biller.charges({})
    biller.assemble()
    assert (receivables(biller), places(biller)) == ({"unbilled": 120_00}, {"waiting_to_send": 1})


def test_what_was_entered_later_is_not_booked(biller: Biller) -> None:
    ready(biller)
    biller.assemble(through=date(2026, 11, 19))
    assert (entries(biller), receivables(biller)) == (0, {})


@pytest.mark.parametrize("settings", [CLAIMS_SETTINGS, SELF_PAY], ids=["insured", "self-pay"])
def test_a_date_that_runs_late_takes_nothing_back_that_a_later_one_booked(biller: Biller, settings: str) -> None:
    biller.settings(settings)
    ready(biller)
    biller.assemble()
    booked = entries(biller)
    biller.assemble(through=date(2026, 11, 1))
    assert entries(biller) == booked


def test_what_is_taken_back_is_never_dated_before_it_was_booked(biller: Biller) -> None:
    ready(biller)
    biller.assemble()
    with biller.engine.begin() as connection:
        ids = list(connection.scalars(text("SELECT id FROM journal_entry ORDER BY id")))
        run_id = connection.execute(text("SELECT min(id) FROM run")).scalar_one()
        assert reverse_entries(connection, ids, day=date(2026, 10, 5), run_id=run_id) == len(ids)
    ((before,),) = biller.rows("""
        SELECT count(*) FROM journal_entry b JOIN journal_entry e ON e.id = b.reverses
        WHERE b.accounting_date < e.accounting_date""")
    assert before == 0


def test_a_new_version_takes_its_predecessor_back_and_is_booked_anew(biller: Biller) -> None:
    ready(biller)
    biller.assemble()
    biller.charges({"charge": "150.00"})
    biller.sweep()
    biller.assemble()
    assert standing(biller) == [(CHARGE, "encounter", 150_00), (ASSIGNMENT, "claim", 150_00)]
    assert receivables(biller) == {"insurance": 150_00}
    assert dates(biller, "reversal") == {(TODAY, date(2026, 11, 19))}
    before = entries(biller)
    biller.assemble()
    assert entries(biller) == before


def test_what_was_sent_stays_assigned_until_the_new_version_may_go(biller: Biller) -> None:
    ready(biller)
    biller.night()
    biller.charges({"charge": "150.00"})
    biller.sweep()
    biller.assemble()
    assert (receivables(biller), places(biller)) == ({"insurance": 120_00, "unbilled": 30_00}, {"live": 1})
    biller.reject()
    biller.assemble()
    assert receivables(biller) == {"insurance": 150_00}


def test_a_version_that_came_back_to_what_it_was_is_booked_again(biller: Biller) -> None:
    ready(biller)
    for charge in ("120.00", "150.00", "120.00"):
        biller.charges({"charge": charge})
        biller.sweep()
        biller.assemble()
    assert receivables(biller) == {"insurance": 120_00}


def test_a_cancelled_encounter_earned_nothing(biller: Biller) -> None:
    ready(biller)
    biller.assemble()
    biller.charges({"status": "cancelled"})
    biller.assemble()
    assert (standing(biller), receivables(biller), places(biller)) == ([], {}, {"void": 1})
    before = entries(biller)
    biller.assemble()
    assert entries(biller) == before


def test_a_cancelled_encounter_that_is_reinstated_is_earned_again(biller: Biller) -> None:
    ready(biller)
    biller.assemble()
    biller.charges({"status": "cancelled"})
    biller.assemble()
    biller.charges({})
    biller.sweep()
    biller.assemble()
    assert (receivables(biller), places(biller)) == ({"insurance": 120_00}, {"waiting_to_send": 1})


def test_a_cancelled_encounter_that_was_sent_stays_earned_and_owed_until_its_claim_is_void(biller: Biller) -> None:
    ready(biller)
    biller.night()
    biller.charges({"status": "cancelled"})
    biller.assemble()
    assert (receivables(biller), places(biller)) == ({"insurance": 120_00}, {"live": 1})
    biller.reject()
    biller.assemble()
    assert (standing(biller), receivables(biller), places(biller)) == ([], {}, {"void": 1})


def test_a_void_claim_asks_for_nothing_and_its_successor_for_all(biller: Biller) -> None:
    ready(biller)
    biller.assemble()
    biller.patient("P1", payer="LARKSPUR")
    biller.sweep()
    biller.assemble()
    assert biller.rows("SELECT open_cents FROM claim_balance ORDER BY claim_id") == [(0,), (120_00,)]
    assert (receivables(biller), places(biller)) == ({"insurance": 120_00}, {"waiting_to_send": 1})


def test_each_claim_of_a_split_encounter_is_assigned_its_own_lines(biller: Biller) -> None:
    ready(biller, *SPLIT)
    biller.assemble()
    assert sorted(cents for kind, _, cents in standing(biller) if kind == ASSIGNMENT) == [10_00, 500_00]
    assert receivables(biller) == {"insurance": 510_00}


def test_a_split_encounter_is_where_its_least_advanced_claim_is(biller: Biller) -> None:
    ready(biller, *SPLIT)
    biller.night()
    assert places(biller) == {"live": 1}
    biller.reject(split=2)
    assert places(biller) == {"held": 1}
    with biller.engine.begin() as connection:
        connection.execute(text("UPDATE claim_hold SET released_at = now(), released_by = 'rob'"))
        connection.execute(text("UPDATE claim SET state = 'closed' WHERE split = 1"))
    assert places(biller) == {"waiting_to_send": 1}
    with biller.engine.begin() as connection:
        connection.execute(text("UPDATE claim SET state = 'adjudicated' WHERE split = 2"))
    assert places(biller) == {"adjudicated": 1}


def test_a_split_encounter_that_shrinks_is_assigned_what_is_left(biller: Biller) -> None:
    ready(biller, *SPLIT)
    biller.assemble()
    biller.charges(*SPLIT[:50])
    biller.sweep()
    biller.assemble()
    assert receivables(biller) == {"insurance": 500_00}


def test_without_a_payer_the_patient_owes_it(biller: Biller) -> None:
    biller.settings(SELF_PAY)
    ready(biller)
    biller.assemble()
    assert standing(biller) == [(CHARGE, "encounter", 120_00), (ASSIGNMENT, "encounter", 120_00)]
    assert (receivables(biller), places(biller)) == ({"patient": 120_00}, {"self_pay": 1})
    biller.charges({"charge": "150.00"})
    biller.assemble()
    assert receivables(biller) == {"patient": 150_00}
    biller.charges({"status": "cancelled"})
    biller.assemble()
    assert (receivables(biller), places(biller)) == ({}, {"void": 1})


PAYS_ALONE = CLAIMS_SETTINGS.replace(
    "staff:\n", "  - {code: SELF, name: Nobody, kind: self_pay, time_zone: America/New_York}\nstaff:\n"
)


def test_a_patient_without_coverage_owes_it(biller: Biller) -> None:
    biller.desk._load("patients.csv", [PATIENT])
    biller.charges({})
    biller.assemble()
    assert (receivables(biller), places(biller)) == ({"patient": 120_00}, {"self_pay": 1})


def test_coverage_that_ends_and_comes_back_moves_the_debt_as_often_as_it_does(biller: Biller) -> None:
    ready(biller)
    biller.settings(PAYS_ALONE)
    for _ in range(3):
        for payer, owed in (("SELF", {"patient": 120_00}), ("MEDICARE", {"insurance": 120_00})):
            biller.patient("P1", payer=payer)
            biller.sweep()
            biller.assemble()
            assert receivables(biller) == owed


def test_a_gap_between_coverages_is_a_question_and_no_bill(biller: Biller) -> None:
    biller.patient("P1", valid_from="2026-11-20")
    biller.charges({})
    biller.assemble()
    assert (receivables(biller), places(biller)) == ({"unbilled": 120_00}, {"waiting_to_send": 1})


@pytest.mark.parametrize("closed", [date(2026, 11, 1), date(2026, 12, 1)])
def test_a_late_backfill_goes_into_the_next_open_month_with_its_own_effective_day(biller: Biller, closed: date) -> None:
    ready(biller)
    for month in {date(2026, 11, 1), closed}:
        close(biller, month, today=date(2027, 2, 1))
    biller.assemble()
    booked = date(2026, 12, 1) if closed.month == 11 else date(2027, 1, 1)
    assert dates(biller, CHARGE) == dates(biller, ASSIGNMENT) == {(booked, date(2026, 11, 19))}
    assert receivables(biller) == {"insurance": 120_00}


def test_what_a_closed_month_booked_is_taken_back_in_the_next_open_one(biller: Biller) -> None:
    ready(biller)
    biller.assemble()
    close(biller, date(2026, 11, 1))
    biller.charges({"charge": "150.00"})
    biller.sweep()
    biller.assemble()
    assert dates(biller, "reversal") == {(date(2026, 12, 1), date(2026, 11, 19))}
    assert receivables(biller) == {"insurance": 150_00}


def test_a_charge_of_nothing_is_booked_without_moving_anything(biller: Biller) -> None:
    ready(biller, {"charge": "0.00"})
    biller.assemble()
    before = entries(biller)
    biller.assemble()
    assert (entries(biller), standing(biller), receivables(biller)) == (before, [], {})
    biller.charges({}, LINE | {"line": "2"})
    biller.sweep()
    biller.assemble()
    assert receivables(biller) == {"insurance": 130_00}


def test_what_could_not_be_read_is_counted_where_it_is(biller: Biller) -> None:
    biller.patient("P1")
    biller.charges({"units": "many"})
    assert places(biller) == {"quarantined": 1}
    biller.charges({})
    biller.charges({"units": "many"})
    assert places(biller) == {"quarantined": 1}
    biller.sweep()
    biller.assemble()
    assert (places(biller), receivables(biller)) == ({"held": 1}, {"unbilled": 120_00})
