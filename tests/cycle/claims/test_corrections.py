"""Corrections and voids of claims that a payer decided on: what is sent, and where nothing may be."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from revcycle.cycle.answers import overdue
from tests.cycle.claims.biller import CLAIMS_SETTINGS, Biller
from tests.deliveries import NOW
from tests.oracles.x12_oracles import pyx12_errors, x12sdk_errors

LINE = {"procedure": "80053", "charge": "10.00"}
SPLIT = [LINE | {"line": str(n), "units": str(n)} for n in range(1, 52)]
NO_CORRECTIONS = CLAIMS_SETTINGS.replace("filing_indicator: MB}", "filing_indicator: MB, takes_corrections: false}")
CHANGED = {"charge": "125.00"}
CANCELLED = {"status": "cancelled"}


def decided_on(biller: Biller, *lines: dict[str, str]) -> None:
    """One encounter that its payer decided on."""
    biller.patient("P1")
    biller.charges(*(lines or ({},)))
    assert biller.night().interchanges == 1
    biller.adjudicate()


def changed(biller: Biller, *lines: dict[str, str]) -> None:
    """The encounter changes, which asks a biller what to do."""
    biller.charges(*lines)
    biller.sweep()
    biller.assemble()
    assert ("amendment", "biller") in biller.items()


@pytest.mark.parametrize("kind", ["void", "correct"])
def test_a_void_of_a_cancelled_encounter_goes_as_it_was_sent(biller: Biller, kind: str) -> None:
    """A correction of it can only be a void."""
    decided_on(biller)
    changed(biller, CANCELLED)
    biller.decide(kind, "amendment")
    assert (biller.assemble().submissions, biller.batch().claims) == (1, 1)
    assert biller.submissions() == [(1, "1", 12000, True, kind), (1, "8", 12000, True, "")]
    assert (biller.holds(), biller.items()) == ([], [])
    first, void = biller.files()
    assert b":B:8*" in void and b"REF*F8*ICN77~" in void and b"SV1*HC:99213*120*UN*1***1~" in void
    assert (pyx12_errors(void), x12sdk_errors(void)) == ([], [])
    assert b":B:1*" in first
    assert (biller.assemble().amended, biller.items(), biller.batch().claims) == (0, [], 0)


def test_a_void_has_the_contents_that_were_sent_last_and_is_not_judged_again(biller: Biller) -> None:
    decided_on(biller)
    changed(biller, {"charge": "130.00", "diagnoses": "I10X"})
    biller.decide("void", "amendment")
    assert (biller.assemble().submissions, biller.holds()) == (1, [])
    assert (biller.assemble().superseded, biller.batch().claims) == (0, 1)
    assert biller.submissions()[-1] == (1, "8", 12000, True, "")
    assert b"CLM*" in biller.files()[1] and b"*120***11:B:8*" in biller.files()[1]


def test_a_void_waits_for_a_paused_payer_and_for_the_runs_payers(biller: Biller, run_id: int) -> None:
    decided_on(biller)
    changed(biller, CANCELLED)
    biller.decide("void", "amendment")
    assert biller.assemble(payers=("LARKSPUR",)).submissions == 0
    pause = "INSERT INTO outage (payer, state, opened_at, run_id) VALUES ('MEDICARE', 'open', now(), :run)"
    with biller.engine.begin() as connection:
        connection.execute(text(pause), {"run": run_id})
    assert (biller.assemble().submissions, biller.holds()) == (0, [("E1", "outage")])


def test_the_correction_of_a_claim_that_lost_its_lines_is_a_void(biller: Biller) -> None:
    decided_on(biller, *SPLIT)
    changed(biller, *SPLIT[:40])
    biller.decide("correct", "amendment")
    assert (biller.assemble().submissions, biller.batch().claims) == (2, 2)
    assert biller.submissions() == [
        (1, "1", 50000, True, "correct"),
        (1, "7", 40000, True, ""),
        (2, "1", 1000, True, "correct"),
        (2, "8", 1000, True, ""),
    ]
    assert (biller.holds(), biller.items()) == ([], [])


def test_the_correction_of_a_claim_that_another_payer_covers_is_a_void(biller: Biller) -> None:
    decided_on(biller)
    changed(biller, CHANGED)
    biller.decide("correct", "amendment")
    biller.patient("P1", payer="LARKSPUR")
    biller.sweep()
    biller.assemble()
    assert biller.batch().claims == 1
    assert biller.submissions()[-1][:3] == (1, "8", 12000)


def test_a_claim_that_is_paid_and_settled_is_held_for_amendment_and_corrected_too(biller: Biller) -> None:
    decided_on(biller)
    with biller.engine.begin() as connection:
        connection.execute(text("UPDATE claim SET state = 'closed'"))
    changed(biller, CHANGED)
    biller.decide("correct", "amendment")
    biller.assemble()
    assert biller.batch().claims == 1
    assert biller.submissions()[-1] == (1, "7", 12500, True, "")


@pytest.mark.parametrize("kind", ["correct", "void"])
def test_a_payer_that_takes_no_corrections_is_asked_to_reopen(biller: Biller, kind: str) -> None:
    biller.settings(NO_CORRECTIONS)
    decided_on(biller)
    changed(biller, CHANGED)
    biller.decide(kind, "amendment")
    assert (biller.assemble().submissions, biller.batch().claims) == (0, 0)
    assert biller.submissions() == [(1, "1", 12000, True, "")]
    assert (biller.claims(), biller.holds()) == ([("E1", 1, "MEDICARE", "adjudicated")], [])
    assert biller.items() == [("reopening", "biller")]
    biller.decide("release", "reopening")
    assert (biller.assemble().decisions, biller.items()) == (0, [])


def test_a_correction_that_waits_is_taken_back_once_the_payer_is_known_to_take_none(biller: Biller) -> None:
    decided_on(biller)
    changed(biller, CHANGED)
    biller.decide("correct", "amendment")
    biller.assemble()
    biller.settings(NO_CORRECTIONS)
    assert (biller.assemble().submissions, biller.batch().claims) == (0, 0)
    assert biller.claims() == [("E1", 1, "MEDICARE", "adjudicated")]
    assert biller.submissions() == [(1, "1", 12000, True, ""), (1, "7", 12500, False, "correction not taken")]
    assert ("reopening", "biller") in biller.items()


def test_what_was_owed_for_a_corrected_submission_is_owed_no_more(biller: Biller) -> None:
    decided_on(biller)
    owed = """INSERT INTO expected_answer (subject_kind, subject_id, kind, party, due_at, run_id)
        SELECT 'submission', id, '277CA', 'payer', :due, run_id FROM claim_submission"""
    with biller.engine.begin() as connection:
        connection.execute(text(owed), {"due": NOW})
    changed(biller, CHANGED)
    biller.decide("correct", "amendment")
    biller.assemble()
    assert biller.rows("SELECT met_by FROM expected_answer") == [(0,)]
    assert overdue(biller.engine, now=NOW + timedelta(days=1), step=biller.step("overdue")).newly == 0


def test_a_correction_without_the_payers_number_is_refused_with_the_reason(biller: Biller) -> None:
    decided_on(biller)
    with biller.engine.begin() as connection:
        connection.execute(text("UPDATE claim SET payer_claim_number = ''"))
    changed(biller, CHANGED)
    biller.decide("correct", "amendment")
    biller.assemble()
    assert biller.submissions() == [(1, "1", 12000, True, "")]
    why = "SELECT why FROM work_event WHERE what = 'decision refused'"
    assert "payer's number of it is not known" in biller.rows(why)[0][0]
