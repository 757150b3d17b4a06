"""A payment is posted to the cent, once, and every claim follows from all that was posted for it."""

from itertools import permutations

import pytest

from tests.cycle.remittance.cashier import OTHER_TRN03, SETTINGS, Cashier, visit
from tests.deliveries import COVERAGE
from tests.payments import Claim, Payment, remittance_file, reversed_of

CO45, PR1 = ("CO", "45", 20_00), ("PR", "1", 20_00)


def test_a_paid_claim_is_settled_and_its_money_stands_in_the_ledger(cashier: Cashier) -> None:
    (number,) = cashier.claims({})
    assert cashier.pay(Payment([Claim(number, [visit(80_00, CO45, PR1)])])) == ["posted"]
    assert cashier.moved() == {
        "adjustment.contractual": 20_00,
        "payment_expected": 80_00,
        "receivable.insurance": -120_00,
        "receivable.patient": 20_00,
    }
    assert cashier.claim_moves() == [(80_00, 20_00, 20_00)]
    assert cashier.owed() == 0


def test_the_same_payment_is_known_under_any_name_number_and_envelope(cashier: Cashier) -> None:
    (number,) = cashier.claims({})
    payment = Payment([Claim(number, [visit(80_00, CO45, PR1)])])
    assert cashier.pay(payment) == ["posted"]
    before = cashier.moved()
    again = [
        remittance_file(payment, isa13=777),
        remittance_file(payment, isa13=778, day="261124"),
        remittance_file(payment, isa13=779, end="~"),
        remittance_file(payment, isa13=780, end="~\r\n"),
        remittance_file(payment, isa13=781).replace(b"*", b"|"),
    ]
    assert [[one.status for one in cashier.post(data)] for data in again] == [["duplicate"]] * 5
    assert cashier.moved() == before


def test_the_file_that_brought_a_payment_first_stays_its_first_when_it_is_read_again(cashier: Cashier) -> None:
    (number,) = cashier.claims({})
    file = remittance_file(Payment([Claim(number, [visit(12000)])], payee=cashier.payee))
    for expected in ("posted", "duplicate"):
        assert [result.status for result in cashier.post(file)] == [expected]
        assert cashier.rows("SELECT verdict FROM remittance_sighting") == [("first",)]


def test_another_body_under_the_same_identity_moves_nothing_and_asks_a_person(cashier: Cashier) -> None:
    (number,) = cashier.claims({})
    cashier.pay(Payment([Claim(number, [visit(80_00, CO45, PR1)])]))
    before = cashier.moved()
    assert cashier.pay(Payment([Claim(number, [visit(80_00, ("CO", "45", 40_00))])])) == ["conflict"]
    assert (cashier.moved(), cashier.biller.items()) == (before, [("payment_conflict", "biller")])


def test_a_damaged_set_moves_nothing_and_its_neighbours_are_posted(cashier: Cashier) -> None:
    one, two, three = cashier.claims({}, {}, {})
    payments = [Payment([Claim(n, [visit(120_00)])], trace=f"T{n}", payee=cashier.payee) for n in (one, two, three)]
    data = remittance_file(*payments).replace(b"SVC*HC:99213*120*120", b"SVC*HC:99213*120*119.99", 2)
    data = data.replace(b"SVC*HC:99213*120*119.99", b"SVC*HC:99213*120*120", 1)
    assert [one.status for one in cashier.post(data)] == ["posted", "quarantined", "posted"]
    assert cashier.moved() == {"payment_expected": 240_00, "receivable.insurance": -240_00}
    assert ("quarantined_remittance", "biller") in cashier.biller.items()


def test_a_sound_delivery_takes_the_place_of_a_damaged_one(cashier: Cashier) -> None:
    (number,) = cashier.claims({})
    data = remittance_file(Payment([Claim(number, [visit(120_00)])], payee=cashier.payee))
    broken = data.replace(b"CLP*" + number.encode() + b"*1*120*120", b"CLP*" + number.encode() + b"*1*121*120")
    assert [one.status for one in cashier.post(broken)] == ["quarantined"]
    assert [one.status for one in cashier.post(data)] == ["posted"]
    assert cashier.rows("SELECT state FROM remittance ORDER BY id") == [("superseded",), ("posted",)]
    assert ("quarantined_remittance", "biller") not in cashier.biller.items()


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_payment_reversal_and_correction_come_to_the_same_in_any_order(
    cashier: Cashier, order: tuple[int, ...]
) -> None:
    (number,) = cashier.claims({})
    first = Claim(number, [visit(80_00, CO45, PR1)])
    files = [
        Payment([first], trace="T1"),
        Payment([reversed_of(first)], trace="T2"),
        Payment([Claim(number, [visit(90_00, ("CO", "45", 10_00), PR1)])], trace="T3"),
    ]
    for place in order:
        cashier.pay(files[place])
    assert cashier.claim_moves() == [(90_00, 10_00, 20_00)]
    assert cashier.moved()["payment_expected"] == 90_00
    assert cashier.states() == ["closed"]


def test_a_reversal_without_its_correction_leaves_the_claim_waiting_for_another_835(cashier: Cashier) -> None:
    (number,) = cashier.claims({})
    first = Claim(number, [visit(80_00, CO45, PR1)])
    cashier.pay(Payment([first], trace="T1"))
    cashier.pay(Payment([reversed_of(first)], trace="T2"))
    assert cashier.moved() == {}
    assert cashier.states() == ["submitted"]
    assert cashier.owed() == 1


def test_a_claim_nobody_knows_waits_in_suspense_with_an_item(cashier: Cashier) -> None:
    (number,) = cashier.claims({})
    known, unknown = Claim(number, [visit(120_00)]), Claim("NOBODY", [visit(50_00)])
    assert cashier.pay(Payment([known, unknown])) == ["partly_matched"]
    assert cashier.moved() == {
        "payment_expected": 170_00,
        "receivable.insurance": -120_00,
        "unapplied.insurance": -50_00,
    }
    assert cashier.biller.items() == [("unmatched_payment", "biller")]


@pytest.mark.parametrize(
    ("written", "method"),
    [
        (lambda n: n, "exact"),
        (lambda n: n.lower(), "folded"),
        (lambda n: n[:10], "stem"),
        (lambda n: n[:10] + "99", "stem"),
        (lambda n: n[:8], "cut"),
        (lambda n: "0", "none"),
    ],
)
def test_a_number_is_found_in_the_forms_payers_make_of_it(cashier: Cashier, written, method: str) -> None:
    (number,) = cashier.claims({})
    cashier.pay(Payment([Claim(written(number), [visit(120_00)])]))
    assert cashier.rows("SELECT method FROM remittance_match") == [(method,)]


def test_a_lost_number_is_found_by_its_lines(cashier: Cashier) -> None:
    (number,) = cashier.claims({})
    cashier.pay(Payment([Claim("0", [visit(120_00, number=f"{number}L01")])]))
    assert cashier.rows("SELECT method, claim_id IS NOT NULL FROM remittance_match") == [("line", True)]


def test_a_number_that_is_not_ours_exactly_must_agree_in_the_charge_or_in_member_and_day(cashier: Cashier) -> None:
    (number,) = cashier.claims({})
    claim = Claim(number[:10], [visit(100_00)])
    cashier.pay(Payment([claim], trace="T1"))
    assert cashier.rows("SELECT method FROM remittance_match") == [("none",)]
    cashier.pay(Payment([Claim(number[:10], [visit(99_00)], member_id=COVERAGE["member_id"])], trace="T2"))
    assert cashier.rows("SELECT method FROM remittance_match ORDER BY remittance_id") == [("none",), ("stem",)]


def test_denials_are_read_from_cas_and_go_to_who_can_work_them(cashier: Cashier) -> None:
    one, two = cashier.claims({}, {})
    claims = [Claim(one, [visit(0, ("CO", "97", 120_00))]), Claim(two, [visit(0, ("CO", "29", 120_00))])]
    assert cashier.pay(Payment(claims)) == ["notification"]
    assert cashier.rows("SELECT reason, category, owner, amount_cents FROM denial ORDER BY reason") == [
        ("29", "timely filing", "biller", 120_00),
        ("97", "bundled", "coder", 120_00),
    ]
    assert cashier.biller.items() == [("denial", "biller"), ("denial", "coder")]
    assert cashier.moved() == {}
    assert cashier.states() == ["adjudicated", "adjudicated"]


def test_a_reversal_takes_its_denials_back(cashier: Cashier) -> None:
    (number,) = cashier.claims({})
    denied = Claim(number, [visit(0, ("CO", "97", 120_00))])
    cashier.pay(Payment([denied], trace="T1"))
    cashier.pay(Payment([reversed_of(denied), Claim(number, [visit(100_00, CO45)])], trace="T2"))
    assert cashier.rows("SELECT outcome FROM denial") == [("taken back by the payer",)]
    assert cashier.biller.items() == []


def test_other_responsibility_of_the_patient_is_a_billers_question(cashier: Cashier) -> None:
    (number,) = cashier.claims({})
    cashier.pay(Payment([Claim(number, [visit(100_00, ("PR", "204", 20_00))])]))
    assert "receivable.patient" not in cashier.moved()
    assert cashier.rows("SELECT treatment FROM remittance_adjustment") == [("waiting",)]
    assert cashier.biller.items() == [("adjustment_waiting", "biller")]


def test_what_a_claim_gets_on_its_own_level_is_posted_beside_its_lines(cashier: Cashier) -> None:
    (number,) = cashier.claims({})
    cashier.pay(Payment([Claim(number, [visit(120_00)], cas=[("CO", "253", 2_40)])]))
    assert cashier.claim_moves() == [(117_60, 2_40, 0)]


def test_provider_adjustments_go_to_their_accounts_and_the_unknown_to_a_biller(cashier: Cashier) -> None:
    (number,) = cashier.claims({})
    plb = [("WO", "X", 30_00), ("L6", "", -1_00), ("CS", "Y", 5_00)]
    assert cashier.pay(Payment([Claim(number, [visit(120_00)])], plb=plb)) == ["posted"]
    assert cashier.moved() == {
        "interest": -1_00,
        "payer_recoupment": 30_00,
        "payment_expected": 86_00,
        "provider_adjustment.other": 5_00,
        "receivable.insurance": -120_00,
    }
    assert cashier.biller.items() == [("provider_adjustment", "biller")]


def test_a_negative_balance_carried_forward_with_a_trace_of_zero_ends_at_zero(cashier: Cashier) -> None:
    one, two, three = cashier.claims({}, {}, {})
    back = reversed_of(Claim(one, [visit(120_00)]))
    cashier.pay(Payment([Claim(one, [visit(120_00)])], trace="T1"))
    forwarded = [
        Payment([back], trace="0", plb=[("FB", "A", -120_00)], handling="I"),
        Payment(
            [Claim(two, [visit(60_00, ("CO", "45", 60_00))])], trace="0", plb=[("FB", "A", 120_00), ("FB", "B", -60_00)]
        ),
        Payment([Claim(three, [visit(60_00, ("CO", "45", 60_00))])], trace="0", plb=[("FB", "B", 60_00)]),
    ]
    assert [payment.amount for payment in forwarded] == [0, 0, 0]
    assert [cashier.pay(payment) for payment in forwarded] == [["notification"]] * 3
    assert "payer_recoupment" not in cashier.moved()


def test_with_further_coverage_the_patients_share_goes_to_the_next_payers_claim(cashier: Cashier) -> None:
    (number,) = cashier.claims({})
    cashier.cover("P0", responsibility="S", payer="LARKSPUR", member_id="L1")
    cashier.pay(Payment([Claim(number, [visit(80_00, CO45, PR1)])]))
    assert "receivable.patient" not in cashier.moved()
    assert cashier.rows("SELECT responsibility, payer, state FROM claim ORDER BY id") == [
        ("P", "MEDICARE", "closed"),
        ("S", "LARKSPUR", "open"),
    ]
    assert cashier.rows("SELECT assigned_cents, open_cents FROM claim_balance ORDER BY claim_id")[1] == (20_00, 20_00)
    cashier.biller.night()
    assert cashier.biller.holds() == [("E0", "manual")]
    secondary = Claim(number, [visit(15_00, ("OA", "23", 80_00), ("CO", "45", 20_00), ("PR", "1", 5_00))], status="2")
    assert cashier.pay(Payment([secondary], trace="S1", payer=OTHER_TRN03)) == ["posted"]
    assert cashier.moved()["receivable.patient"] == 5_00
    treatments = (
        "SELECT treatment FROM remittance_adjustment WHERE group_code <> 'PR' ORDER BY remittance_id DESC, ordinal"
    )
    assert cashier.rows(treatments)[:2] == [("memo",), ("memo",)]


def test_a_claim_that_is_not_the_payers_moves_no_money(cashier: Cashier) -> None:
    (number,) = cashier.claims({})
    sent_on = Claim(number, [], status="23", cas=[("OA", "109", 120_00)], more=["NM1*TT*2*OTHER PLAN*****PI*OTHER"])
    cashier.pay(Payment([sent_on], trace="T1"))
    cashier.pay(Payment([Claim(number, [visit(0, ("CO", "45", 120_00))], status="25")], trace="T2"))
    assert (cashier.moved(), cashier.states()) == ({}, ["submitted"])
    assert cashier.biller.items() == [("sent_on", "biller")]


def test_a_payer_or_payee_that_nobody_named_is_quarantined(cashier: Cashier) -> None:
    (number,) = cashier.claims({})
    data = remittance_file(
        Payment([Claim(number, [visit(120_00)])], payer="1000000000", payee=cashier.payee),
        Payment([Claim(number, [visit(120_00)])], payee="1999999992"),
    )
    results = cashier.post(data)
    assert [one.status for one in results] == ["quarantined", "quarantined"]
    assert [one.problems[-1].code for one in results] == ["payer.unknown", "payee.unknown"]
    assert cashier.moved() == {}


def test_a_late_file_is_booked_into_the_open_month_with_its_own_effective_day(cashier: Cashier) -> None:
    (number,) = cashier.claims({})
    with cashier.engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO accounting_period (month, state, changed_at, run_id) VALUES ('2026-11-01', 'closed', now(), 1)"
        )
    cashier.pay(Payment([Claim(number, [visit(120_00)])]))
    dates = (
        "SELECT DISTINCT accounting_date::text, effective_date::text FROM journal_entry WHERE kind = 'claim_payment'"
    )
    assert cashier.rows(dates) == [("2026-12-01", "2026-11-20")]


def test_a_denial_names_the_last_day_to_appeal_by_the_payers_rule(cashier: Cashier) -> None:
    limits = (
        "    appeal_limits: [{valid_from: 2010-01-01, limit: {days: 120}, presumed_receipt_days: 5, source: rule}]\n"
    )
    cashier.biller.settings(SETTINGS.replace("    remittances:\n", limits + "    remittances:\n", 1))
    (number,) = cashier.claims({})
    cashier.pay(Payment([Claim(number, [visit(0, ("CO", "97", 120_00))])]))
    assert cashier.rows("SELECT appeal_by::text FROM denial") == [("2027-03-25",)]
    assert cashier.rows("SELECT due_on::text FROM work_item WHERE cause_kind = 'denial'") == [("2027-03-25",)]
