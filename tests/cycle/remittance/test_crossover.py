"""A claim that its payer forwarded to the next one goes there once: by that payer, and never by us."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from revcycle.cycle.answers import overdue, proof
from revcycle.watch.followup import refresh
from tests.cycle.remittance.cashier import OTHER_TRN03, SETTINGS, Cashier, decided, proven, visit
from tests.deliveries import NOW, TODAY
from tests.payments import Claim, Payment, reversed_of

CO45, PR1 = ("CO", "45", 20_00), ("PR", "1", 20_00)
CARRIER = "NM1*TT*2*LARKSPUR MUTUAL*****PI*LARKS"
CLAIMS = "SELECT responsibility, payer, state FROM claim ORDER BY id"
SUBMITTED = [("P", "MEDICARE", "closed"), ("S", "LARKSPUR", "submitted")]
OWED = """
SELECT s.transport, e.kind, e.party, e.due_at, e.met_by IS NULL FROM expected_answer e
JOIN claim_submission s ON s.id = e.subject_id WHERE s.transport = 'crossover'
"""


def covered(cashier: Cashier, *charges: dict[str, str], payer: str = "LARKSPUR") -> str:
    """The number of a claim at Medicare of a patient with further coverage."""
    (number,) = cashier.claims(*charges or ({},))
    cashier.cover("P0", responsibility="S", payer=payer, member_id="L1")
    return number


def forwarded(number: str, status: str = "19", *more: str) -> Claim:
    return Claim(number, [visit(80_00, CO45, PR1)], status=status, more=more)


def by_secondary(number: str, **more: Any) -> Payment:
    """The next payer pays 15.00 of the share and repeats what Medicare did."""
    lines = [visit(15_00, ("OA", "23", 100_00), ("PR", "1", 5_00), number=more.pop("line", ""))]
    return Payment([Claim(number, lines, status="2", **more)], trace="S1", payer=OTHER_TRN03)


@pytest.mark.parametrize(
    ("status", "more"),
    [("19", ()), ("1", (CARRIER,)), ("1", ("NM1*TT*2*NOBODY KNOWS*****PI*NEW",)), ("19", (CARRIER,))],
)
def test_what_the_payer_before_forwarded_is_submitted_by_that(cashier: Cashier, status: str, more: Any) -> None:
    number = covered(cashier)
    assert cashier.pay(Payment([forwarded(number, status, *more)])) == ["posted"]
    assert cashier.rows(CLAIMS) == SUBMITTED
    own = cashier.rows("""SELECT s.patient_control_number, c.claim_number || '01', s.transport, s.amount_cents,
        s.interchange_id, s.version, l.line_control_number, l.procedure, l.charge_cents, k.member_id
        FROM claim_submission s JOIN claim c ON c.id = s.claim_id JOIN coverage k ON k.id = s.coverage_row
        JOIN submission_line l ON l.submission_id = s.id WHERE c.responsibility = 'S'""")
    called = own[0][0]
    assert own == [
        (called, called, "crossover", 120_00, None, 1, f"{called}L01", "99213", 120_00, "L1"),
    ]
    assert called != number
    assert cashier.biller.items() == cashier.biller.holds() == []
    assert cashier.rows(OWED) == [("crossover", "835", "payer", NOW + timedelta(days=30), True)]
    assert cashier.rows("SELECT assigned_cents, open_cents FROM claim_balance ORDER BY claim_id")[1] == (20_00, 20_00)
    assert cashier.rows("SELECT kind, at::text FROM claim_event WHERE kind = 'crossed over'") == [
        ("crossed over", "2026-11-20 00:00:00+00"),
    ]
    assert proven(cashier) == {"live": 1, "received": 1}


def test_no_assembly_touches_what_was_forwarded(cashier: Cashier) -> None:
    number = covered(cashier)
    cashier.pay(Payment([forwarded(number)]))
    before = cashier.biller.submissions()
    counts = cashier.biller.night()
    assert (counts.interchanges, cashier.biller.submissions()) == (0, before)
    cashier.biller.charges({"encounter_id": "E0", "patient_id": "P0", "procedure": "99214"})
    assert cashier.biller.night().interchanges == 0
    assert cashier.biller.submissions() == before
    assert cashier.rows(CLAIMS) == SUBMITTED
    assert cashier.biller.holds() == [("E0", "amendment")] * 2
    assert ("amendment", "biller") in cashier.biller.items()
    proven(cashier)


def test_what_waited_to_be_sent_by_hand_is_turned_when_the_payer_before_says_that_it_forwarded_it(
    cashier: Cashier,
) -> None:
    number = covered(cashier)
    first = Claim(number, [visit(80_00, CO45, PR1)])
    cashier.pay(Payment([first], trace="T1"))
    cashier.biller.night()
    assert (cashier.biller.items(), cashier.biller.holds()) == ([("further_payer", "biller")], [("E0", "manual")])
    cashier.pay(Payment([reversed_of(first), forwarded(number)], trace="T2"))
    assert cashier.rows(CLAIMS) == SUBMITTED
    assert cashier.biller.items() == cashier.biller.holds() == []
    assert cashier.owed() == 1
    proven(cashier)


def test_what_an_encounters_change_holds_stays_held_when_its_claim_was_forwarded(cashier: Cashier) -> None:
    number = covered(cashier)
    first = Claim(number, [visit(80_00, CO45, PR1)])
    cashier.pay(Payment([first], trace="T1"))
    cashier.biller.charges({"encounter_id": "E0", "patient_id": "P0", "procedure": "99214"})
    cashier.biller.night()
    with cashier.engine.begin() as connection:
        held = "INSERT INTO claim_hold (claim_id, cause, cause_id, reason, run_id) VALUES (2, 'amendment', 2, 'why', 1)"
        connection.execute(text(held))
    cashier.pay(Payment([reversed_of(first), forwarded(number)], trace="T2"))
    assert cashier.rows(CLAIMS) == SUBMITTED
    assert cashier.biller.holds() == [("E0", "amendment")] * 2
    cashier.biller.night()
    assert cashier.biller.holds() == [("E0", "amendment")] * 2
    assert cashier.rows("SELECT version, closed_at FROM claim_submission WHERE transport = 'crossover'") == [(1, None)]
    proven(cashier)


def test_what_we_sent_ourselves_stays_as_it_is_and_a_biller_is_told_once(cashier: Cashier) -> None:
    number = covered(cashier)
    first = Claim(number, [visit(80_00, CO45, PR1)])
    cashier.pay(Payment([first], trace="T1"))
    with cashier.engine.begin() as connection:
        connection.execute(text("UPDATE claim SET state = 'submitted' WHERE responsibility = 'S'"))
        connection.execute(
            text("""INSERT INTO claim_submission (claim_id, ordinal, encounter_id, version, patient_row, coverage_row,
                patient_control_number, frequency, amount_cents, interchange_id, position, run_id)
            SELECT n.id, 1, s.encounter_id, s.version, s.patient_row, s.coverage_row, n.claim_number || '01', '1',
                   s.amount_cents, s.interchange_id, 2, s.run_id
            FROM claim_submission s JOIN claim n ON n.prior_claim = s.claim_id""")
        )
    before = cashier.biller.submissions()
    cashier.pay(Payment([reversed_of(first), forwarded(number)], trace="T2"))
    assert cashier.biller.submissions() == before
    assert ("billed_twice", "biller") in cashier.biller.items()
    cashier.biller.decide("release", "billed_twice")
    cashier.pay(Payment([reversed_of(forwarded(number)), forwarded(number)], trace="T3"))
    assert ("billed_twice", "biller") not in cashier.biller.items()
    proven(cashier)


def test_a_carrier_that_is_another_payer_than_the_coverages_is_a_billers_question(cashier: Cashier) -> None:
    number = covered(cashier)
    cashier.pay(Payment([forwarded(number, "19", "NM1*TT*2*MEDICARE OF ELSEWHERE*****PI*SMEDB")]))
    assert cashier.rows(CLAIMS)[1] == ("S", "LARKSPUR", "open")
    assert cashier.biller.holds() == [("E0", "manual")]
    assert cashier.biller.items() == [("further_payer", "biller")]
    assert cashier.rows("SELECT detail->>'reason' FROM work_item") == [
        ("the payer before sent it on to MEDICARE OF ELSEWHERE",)
    ]
    cashier.biller.night()
    assert cashier.biller.holds() == [("E0", "manual")]
    proven(cashier)


def test_a_forwarded_claim_without_further_coverage_is_a_billers_question(cashier: Cashier) -> None:
    (number,) = cashier.claims({})
    cashier.pay(Payment([forwarded(number, "19", CARRIER)]))
    assert cashier.rows(CLAIMS) == [("P", "MEDICARE", "closed")]
    assert cashier.biller.items() == [("sent_on", "biller")]
    assert cashier.rows("SELECT detail->>'of', detail->>'payer' FROM work_item") == [("LARKSPUR MUTUAL", "MEDICARE")]
    assert proven(cashier) == {"closed": 1, "received": 1}


def test_what_is_forwarded_without_a_share_is_submitted_too_and_ends_with_the_next_payers_word(
    cashier: Cashier,
) -> None:
    number = covered(cashier)
    cashier.pay(Payment([Claim(number, [visit(100_00, CO45)], status="19")]))
    assert cashier.rows(CLAIMS) == SUBMITTED
    assert cashier.owed() == 1
    assert proven(cashier) == {"live": 1, "received": 1}
    nothing = Claim(number, [visit(0, ("OA", "23", 120_00))], status="2")
    cashier.pay(Payment([nothing], trace="S1", payer=OTHER_TRN03))
    assert (cashier.states(), cashier.owed()) == (["closed", "closed"], 0)
    assert proven(cashier) == {"closed": 1, "received": 1}


@pytest.mark.parametrize("form", ["own", "the payer before's", "lines of the payer before", "own lines"])
def test_the_next_payers_remittance_is_found_by_either_payers_numbers(cashier: Cashier, form: str) -> None:
    number = covered(cashier)
    cashier.pay(Payment([forwarded(number)]))
    own = cashier.rows("SELECT patient_control_number FROM claim_submission WHERE transport = 'crossover'")[0][0]
    numbers = {
        "own": (own, ""),
        "the payer before's": (number, ""),
        "lines of the payer before": ("0", f"{number}L01"),
        "own lines": ("0", f"{own}L01"),
    }
    named, line = numbers[form]
    payment = by_secondary(named, line=line)
    assert cashier.pay(payment) == ["posted"]
    assert cashier.states() == ["closed", "closed"]
    assert cashier.owed() == 0
    assert cashier.moved()["receivable.patient"] == 5_00
    assert cashier.claim_moves() == [(80_00, 20_00, 20_00), (15_00, 0, 5_00)]
    lines = """SELECT t.line FROM transfer t JOIN journal_entry j ON j.id = t.entry_id JOIN claim_submission s
        ON s.id = t.submission_id WHERE s.transport = 'crossover' AND j.kind = 'claim_payment'"""
    assert cashier.rows(lines) == [(1,)]
    assert cashier.biller.items() == []
    assert proven(cashier) == {"closed": 1, "received": 1}
    before = cashier.moved()
    assert cashier.pay(payment) == ["duplicate"]
    assert cashier.moved() == before


def test_a_line_the_next_payer_recoded_is_found_by_the_number_of_the_payer_before(cashier: Cashier) -> None:
    number = covered(cashier)
    cashier.pay(Payment([forwarded(number)]))
    payment = by_secondary(number, line=f"{number}L01")
    payment.claims[0].services[0].procedure = "99212"
    cashier.pay(payment)
    assert cashier.rows("SELECT DISTINCT line FROM transfer WHERE credit_claim = 2 AND line IS NOT NULL") == [(1,)]


def test_a_decision_taken_back_leaves_the_next_payers_claim_where_it_is_and_its_share_follows(cashier: Cashier) -> None:
    number = covered(cashier)
    first = forwarded(number)
    cashier.pay(Payment([first], trace="T1"))
    cashier.pay(Payment([reversed_of(first)], trace="T2"))
    assert cashier.states() == ["submitted", "submitted"]
    assert cashier.rows("SELECT assigned_cents FROM claim_balance WHERE claim_id = 2") == [(0,)]
    proven(cashier)
    corrected = Claim(number, [visit(70_00, CO45, ("PR", "1", 30_00))], status="19")
    cashier.pay(Payment([corrected], trace="T3"))
    assert cashier.rows("SELECT assigned_cents FROM claim_balance WHERE claim_id = 2") == [(30_00,)]
    assert cashier.rows(CLAIMS) == SUBMITTED
    assert cashier.rows("SELECT count(*) FROM claim_submission WHERE transport = 'crossover'") == [(1,)]
    proven(cashier)


def test_a_share_that_grows_after_the_next_payer_paid_opens_its_claim_again(cashier: Cashier) -> None:
    number = covered(cashier)
    first = forwarded(number)
    cashier.pay(Payment([first], trace="T1"))
    cashier.pay(by_secondary(number))
    assert cashier.states() == ["closed", "closed"]
    corrected = Claim(number, [visit(70_00, CO45, ("PR", "1", 30_00))], status="19")
    cashier.pay(Payment([reversed_of(first), corrected], trace="T2"))
    assert cashier.states() == ["closed", "adjudicated"]
    assert cashier.rows("SELECT open_cents FROM claim_balance WHERE claim_id = 2") == [(10_00,)]
    proven(cashier)


def test_a_next_payer_that_takes_its_decision_back_owes_another(cashier: Cashier) -> None:
    number = covered(cashier)
    cashier.pay(Payment([forwarded(number)]))
    payment = by_secondary(number)
    cashier.pay(payment)
    later = NOW + timedelta(days=9)
    back = Payment([reversed_of(payment.claims[0])], trace="S2", payer=OTHER_TRN03)
    cashier.pay(back, now=later)
    assert cashier.states() == ["closed", "submitted"]
    assert cashier.rows(OWED) == [("crossover", "835", "payer", later + timedelta(days=30), True)]
    proven(cashier)


def test_a_payer_that_gets_no_claims_from_us_is_expected_to_pay_within_the_usual_time(cashier: Cashier) -> None:
    number = covered(cashier, payer="NOBODY")
    cashier.pay(Payment([forwarded(number)]))
    assert cashier.rows(OWED) == [("crossover", "835", "payer", NOW + timedelta(days=30), True)]


def test_a_proof_of_filing_shows_the_remittance_that_says_so(cashier: Cashier) -> None:
    number = covered(cashier)
    cashier.pay(Payment([forwarded(number, "19", CARRIER)], trace="T1"))
    own = cashier.rows("SELECT patient_control_number FROM claim_submission WHERE transport = 'crossover'")[0][0]
    page = proof(cashier.engine, cashier.archive, own, now=NOW, who="rob")
    assert "Forwarded by MEDICARE, as its remittance T1 of 2026-11-20 says." in page
    assert f"CLP*{number}*19*120*80" in page and CARRIER in page
    assert cashier.rows("SELECT sha256 FROM received_file WHERE kind = '835'")[0][0] in page
    assert f"{own}L01" in page and "member L1" in page


def test_a_forwarded_claim_is_filed_on_the_day_of_the_remittance_that_says_so(cashier: Cashier) -> None:
    limits = "    filing_limits: [{valid_from: 2010-01-01, limit: {days: 90}, source: contract}]\n"
    cashier.biller.settings(SETTINGS.replace("    name: Larkspur Mutual\n", "    name: Larkspur Mutual\n" + limits, 1))
    number = covered(cashier)
    cashier.pay(Payment([forwarded(number)]))
    refresh(cashier.engine, as_of=TODAY, now=NOW, step=cashier.biller.step("refresh"))
    filed = "SELECT state, filed_on::text, due_on::text FROM deadline WHERE subject_id = 2 AND rule_kind = 'filing'"
    assert cashier.rows(filed) == [("filed", "2026-11-20", "2027-02-17")]


def test_a_next_payer_that_is_late_gives_a_biller_an_item_until_it_pays(cashier: Cashier) -> None:
    number = covered(cashier)
    cashier.pay(Payment([forwarded(number)]))
    late = NOW + timedelta(days=31)
    assert overdue(cashier.engine, now=late, step=cashier.biller.step("overdue")).newly == 1
    assert cashier.rows("SELECT cause_kind, claim_id, detail->>'payer' FROM work_item") == [("overdue", 2, "LARKSPUR")]
    assert overdue(cashier.engine, now=late, step=cashier.biller.step("overdue")).newly == 0
    cashier.pay(by_secondary(number))
    overdue(cashier.engine, now=late, step=cashier.biller.step("overdue"))
    assert cashier.biller.items() == []


def test_undoing_the_posting_that_said_so_gives_the_claim_back_to_a_person(cashier: Cashier) -> None:
    number = covered(cashier)
    odd = Claim(number, [visit(80_00, CO45, ("PR", "1", 10_00), ("PR", "204", 10_00))], status="19")
    cashier.pay(Payment([odd]))
    assert cashier.rows(CLAIMS)[1] == ("S", "LARKSPUR", "submitted")
    assert decided(cashier, "adjustment_waiting", "undo") == 1
    assert cashier.rows(CLAIMS) == [("P", "MEDICARE", "submitted"), ("S", "LARKSPUR", "open")]
    assert (cashier.biller.holds(), cashier.owed()) == ([("E0", "manual")], 1)
    assert cashier.biller.items() == [("further_payer", "biller"), ("undone_remittance", "biller")]
    proven(cashier)
    body = cashier.rows("SELECT body_sha256 FROM remittance")[0][0]
    assert decided(cashier, "undone_remittance", "take", body) == 1
    assert cashier.rows(CLAIMS)[1] == ("S", "LARKSPUR", "submitted")
    again = "SELECT ordinal, closed_because FROM claim_submission WHERE transport = 'crossover' ORDER BY ordinal"
    assert cashier.rows(again) == [(1, "posting undone"), (2, "")]
    assert cashier.biller.holds() == []
    proven(cashier)


def test_what_a_person_matched_is_forwarded_as_its_remittance_says(cashier: Cashier) -> None:
    number = covered(cashier)
    assert cashier.pay(Payment([forwarded("0", "19", CARRIER)])) == ["partly_matched"]
    assert decided(cashier, "unmatched_payment", "match", number) == 1
    assert cashier.rows(CLAIMS) == SUBMITTED
    assert cashier.biller.items() == []
    proven(cashier)


def test_a_next_payer_that_is_faster_than_the_word_of_the_payer_before_is_posted_all_the_same(cashier: Cashier) -> None:
    number = covered(cashier)
    assert cashier.pay(by_secondary(number)) == ["posted"]
    assert cashier.rows(CLAIMS) == [("P", "MEDICARE", "submitted"), ("S", "LARKSPUR", "adjudicated")]
    assert cashier.biller.items() == [("overpayment", "biller")]
    assert cashier.rows(OWED)[0][4] is False
    assert cashier.biller.night().interchanges == 0
    proven(cashier)
    cashier.pay(Payment([forwarded(number)]))
    assert cashier.states() == ["closed", "closed"]
    assert cashier.biller.items() == []
    assert cashier.rows("SELECT count(*) FROM claim_submission WHERE transport = 'crossover'") == [(1,)]
    proven(cashier)


@pytest.mark.parametrize(("status", "payer"), [("1", "LARKSPUR"), ("3", "LARKSPUR"), ("2", "NOBODY")])
def test_a_payment_for_another_payers_claim_waits_unless_its_payer_is_the_next_one(
    cashier: Cashier, status: str, payer: str
) -> None:
    number = covered(cashier, payer=payer)
    payment = by_secondary(number)
    payment.claims[0].status = status
    assert cashier.pay(payment) == ["partly_matched"]
    assert cashier.rows(CLAIMS) == [("P", "MEDICARE", "submitted")]
    assert cashier.biller.items() == [("unmatched_payment", "biller")]


def test_what_the_second_payer_forwards_is_submitted_to_the_third(cashier: Cashier) -> None:
    number = covered(cashier)
    third = {"responsibility": "T", "payer": "NOBODY", "member_id": "N1"}
    cashier.cover("P0", third, responsibility="S", payer="LARKSPUR", member_id="L1")
    cashier.pay(Payment([forwarded(number)]))
    payment = by_secondary(number)
    payment.claims[0].status = "20"
    cashier.pay(payment)
    assert cashier.rows(CLAIMS) == [
        ("P", "MEDICARE", "closed"),
        ("S", "LARKSPUR", "closed"),
        ("T", "NOBODY", "submitted"),
    ]
    assert cashier.rows("SELECT assigned_cents FROM claim_balance WHERE claim_id = 3") == [(5_00,)]
    assert cashier.biller.items() == []
    proven(cashier)


def test_an_encounter_with_more_lines_than_a_claim_is_forwarded_claim_by_claim(cashier: Cashier) -> None:
    numbers = cashier.claims(*({"encounter_id": "E0", "patient_id": "P0", "line": str(n + 1)} for n in range(53)))
    cashier.cover("P0", responsibility="S", payer="LARKSPUR", member_id="L1")
    assert len(numbers) == 2
    paid = {50: numbers[0], 3: numbers[1]}
    cashier.pay(Payment([Claim(number, [visit(120_00)] * lines, status="19") for lines, number in paid.items()]))
    found = """SELECT c.split, c.state, s.amount_cents, count(*)
        FROM claim c JOIN claim_submission s ON s.claim_id = c.id
        JOIN submission_line l ON l.submission_id = s.id WHERE c.responsibility = 'S'
        GROUP BY c.id, s.id ORDER BY c.split"""
    assert cashier.rows(found) == [(1, "submitted", 50 * 120_00, 50), (2, "submitted", 3 * 120_00, 3)]
    assert cashier.biller.night().interchanges == 0
    proven(cashier)


def test_of_a_large_set_only_what_was_forwarded_is_submitted(cashier: Cashier) -> None:
    numbers = cashier.claims(*({} for _ in range(12)))
    for place in range(12):
        cashier.cover(f"P{place}", responsibility="S", payer="LARKSPUR", member_id=f"L{place}")
    claims = [forwarded(number, "19" if place % 3 == 0 else "1") for place, number in enumerate(numbers)]
    assert cashier.pay(Payment(claims)) == ["posted"]
    found = "SELECT state, count(*) FROM claim WHERE responsibility = 'S' GROUP BY state ORDER BY state"
    assert cashier.rows(found) == [("open", 8), ("submitted", 4)]
    assert cashier.biller.items() == [("further_payer", "biller")] * 8
    lines = """SELECT count(*) FROM submission_line l JOIN claim_submission s ON s.id = l.submission_id
        WHERE s.transport = 'crossover' AND starts_with(l.line_control_number, s.patient_control_number)"""
    assert cashier.rows(lines) == [(4,)]
    proven(cashier)
