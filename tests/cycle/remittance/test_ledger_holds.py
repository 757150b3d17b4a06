"""Whatever payers send and people decide, every invariant of the ledger holds and no encounter is lost."""

import pytest
from sqlalchemy import text

from revcycle.foundation.work.decisions import decide
from tests.cycle.remittance.cashier import OTHER_TRN03, Cashier, decided, proven, visit
from tests.deliveries import NOW
from tests.payments import Claim, Payment, remittance_file, reversed_of

CO45, PR1 = ("CO", "45", 20_00), ("PR", "1", 20_00)


def test_a_practice_with_every_kind_of_payment(cashier: Cashier) -> None:
    paid, denied, partly, sent_on, over, waiting = cashier.claims({}, {}, {}, {}, {}, {})
    cashier.pay(
        Payment(
            [
                Claim(paid, [visit(80_00, CO45, PR1)]),
                Claim(denied, [visit(0, ("CO", "97", 120_00))]),
                Claim(partly, [visit(60_00, ("CO", "253", 2_00), ("PR", "204", 58_00))]),
                Claim(sent_on, [], status="23", cas=[("OA", "109", 120_00)]),
                Claim(over, [visit(150_00, ("CO", "94", -30_00))]),
                Claim("NOBODY", [visit(50_00)]),
            ],
            plb=[("WO", "X", 30_00), ("L6", "", -1_00), ("CS", "Y", 5_00), ("FB", "Z", 0)],
        )
    )
    assert proven(cashier) == {"live": 2, "adjudicated": 2, "closed": 2, "received": 6}
    assert waiting not in (paid, denied, partly, sent_on, over)


def test_a_reversal_that_comes_before_what_it_takes_back(cashier: Cashier) -> None:
    (number,) = cashier.claims({})
    first = Claim(number, [visit(80_00, CO45, PR1)])
    for trace, claim in (("T1", reversed_of(first)), ("T2", first), ("T3", reversed_of(first))):
        cashier.pay(Payment([claim], trace=trace))
        proven(cashier)


def test_a_claim_paid_twice_is_overpaid_until_one_is_taken_back(cashier: Cashier) -> None:
    (number,) = cashier.claims({})
    claim = Claim(number, [visit(120_00)])
    for trace in ("T1", "T2"):
        cashier.pay(Payment([claim], trace=trace))
    assert ("overpayment", "biller") in cashier.biller.items()
    proven(cashier)
    cashier.pay(Payment([reversed_of(claim)], trace="T3"))
    assert ("overpayment", "biller") not in cashier.biller.items()
    proven(cashier)


def test_a_payment_in_suspense_is_matched_by_a_person(cashier: Cashier) -> None:
    (number,) = cashier.claims({})
    cashier.pay(Payment([Claim("NOBODY", [visit(80_00, CO45, PR1)])]))
    proven(cashier)
    assert decided(cashier, "unmatched_payment", "match", number) == 1
    assert cashier.claim_moves() == [(80_00, 20_00, 20_00)]
    assert proven(cashier)["closed"] == 1


def test_a_posting_undone_and_the_other_body_taken(cashier: Cashier) -> None:
    (number,) = cashier.claims({})
    cashier.pay(Payment([Claim(number, [visit(80_00, CO45, PR1)])]))
    other = remittance_file(Payment([Claim(number, [visit(80_00, ("CO", "45", 40_00))])], payee=cashier.payee))
    (result,) = cashier.post(other)
    assert result.one is not None
    assert decided(cashier, "payment_conflict", "take", result.one.body_sha256) == 1
    assert cashier.claim_moves() == [(80_00, 40_00, 0)]
    proven(cashier)


def test_a_posting_undone_and_rejected(cashier: Cashier) -> None:
    (number,) = cashier.claims({})
    cashier.pay(Payment([Claim(number, [visit(0, ("CO", "97", 60_00), PR1, ("CO", "45", 40_00))])]))
    assert decided(cashier, "denial", "undo") == 1
    assert (cashier.moved(), proven(cashier)["live"]) == ({}, 1)
    assert decided(cashier, "undone_remittance", "reject") == 1
    proven(cashier)


def test_a_share_passed_on_paid_and_taken_back(cashier: Cashier) -> None:
    (number,) = cashier.claims({})
    cashier.cover("P0", responsibility="S", payer="LARKSPUR", member_id="L1")
    first = Claim(number, [visit(80_00, CO45, PR1)])
    cashier.pay(Payment([first]))
    assert proven(cashier) == {"held": 1, "received": 1}
    second = Claim(number, [visit(15_00, ("OA", "23", 80_00), ("CO", "45", 20_00), ("PR", "1", 5_00))], status="2")
    cashier.pay(Payment([second], trace="S1", payer=OTHER_TRN03))
    proven(cashier)
    cashier.pay(Payment([reversed_of(first)], trace="T2"))
    proven(cashier)


@pytest.mark.parametrize("charge", ["90.00", "150.00"])
def test_a_correction_for_another_amount_until_the_payer_answers_it(cashier: Cashier, charge: str) -> None:
    (number,) = cashier.claims({})
    first = Claim(number, [visit(80_00, ("CO", "97", 40_00))])
    cashier.pay(Payment([first]))
    cashier.biller.charges({"encounter_id": "E0", "patient_id": "P0", "charge": charge})
    (item,) = cashier.rows("SELECT id FROM work_item WHERE cause_kind = 'denial' AND closed_at IS NULL")[0]
    step = cashier.biller.step("correct")
    decide(cashier.engine, item, kind="correct", reason="a note", by="rob", now=NOW, step=step)
    cashier.biller.night()
    assert proven(cashier) == {"live": 1, "received": 1}
    corrected = cashier.numbers()[-1]
    assert corrected != number
    cents = int(float(charge) * 100)
    answer = [reversed_of(first), Claim(corrected, [visit(cents - 10_00, ("CO", "45", 10_00))])]
    cashier.pay(Payment(answer, trace="T2"))
    assert proven(cashier) == {"closed": 1, "received": 1}


def test_an_encounter_cancelled_after_it_was_paid(cashier: Cashier) -> None:
    (number,) = cashier.claims({})
    first = Claim(number, [visit(120_00)])
    cashier.pay(Payment([first]))
    cashier.biller.charges({"encounter_id": "E0", "patient_id": "P0", "status": "cancelled"})
    cashier.biller.night()
    assert proven(cashier) == {"closed": 1, "received": 1}
    cashier.pay(Payment([reversed_of(first)], trace="T2"))
    cashier.biller.night()
    proven(cashier)


def test_everything_closed_and_posted_late_rolls_forward(cashier: Cashier) -> None:
    one, two = cashier.claims({}, {})
    first = Claim(one, [visit(80_00, CO45, PR1)])
    cashier.pay(Payment([first], trace="T1"))
    with cashier.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO accounting_period (month, state, changed_at, run_id)"
                " SELECT month, 'closed', now(), 1 FROM unnest(ARRAY['2026-11-01', '2026-12-01']::date[]) AS month"
            )
        )
    cashier.pay(Payment([reversed_of(first), Claim(two, [visit(120_00)])], trace="T2"))
    assert cashier.rows("SELECT max(accounting_date)::text FROM journal_entry") == [("2027-01-01",)]
    proven(cashier)
