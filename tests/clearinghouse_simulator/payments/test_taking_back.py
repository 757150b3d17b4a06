"""Reversals, corrections, recoupments and balances carried forward; and claims that replace or void another."""

from decimal import Decimal
from typing import Any

import pytest

from tests.clearinghouse_simulator.partner_client import Simulate, answer, give, only
from tests.clearinghouse_simulator.partner_files import PlainClaim, complaints, professional
from tests.clearinghouse_simulator.payments.conftest import NOON, Pay, told
from tests.clearinghouse_simulator.payments.remittance_oracle import Paid, Told

ONE = PlainClaim("A1", lines=("100", "250.5"))
OTHER = PlainClaim("B1", lines=("3000",))


def reversed_exactly(reversal: Paid, paid: Paid) -> bool:
    """Whether every amount of a claim stands in its reversal with the other sign, under the same numbers."""
    assert (reversal.status, reversal.patient, reversal.icn) == ("22", "", paid.icn)
    assert [one.control for one in reversal.services] == [one.control for one in paid.services]
    negated = [(group, reason, -amount) for group, reason, amount in paid.adjustments]
    return (reversal.charge, reversal.paid, reversal.adjustments) == (-paid.charge, -paid.paid, negated)


def clean(sent: list[Told]) -> bool:
    return all(complaints(one.data) == one.off() == [] for one in sent)


def test_a_reversal_and_its_correction_stand_in_one_set(pay: Pay) -> None:
    first, second = pay(ONE, rule={"outcome": "reversal"})
    reversal, correction = second.of("A1")
    assert (first.day, second.day) == ("20261125", "20261127")
    assert reversed_exactly(reversal, first.claims[0])
    assert (correction.status, correction.charge) == ("1", first.claims[0].charge)
    assert correction.paid != first.claims[0].paid
    assert clean([first, second])


@pytest.mark.parametrize(
    ("keys", "statuses"),
    [
        ({}, [["22", "1"]]),
        ({"first": "correction"}, [["1", "22"]]),
        ({"in": "two"}, [["22"], ["1"]]),
        ({"in": "two", "first": "correction"}, [["1"], ["22"]]),
    ],
)
def test_reversal_and_correction_come_in_any_order(pay: Pay, keys: dict[str, Any], statuses: list[list[str]]) -> None:
    first, *later = pay(ONE, OTHER, rule={"when": {"claim": "A1"}, "outcome": "reversal", **keys})
    assert [[claim.status for claim in one.of("A1")] for one in later] == statuses
    (reversal,) = [claim for one in later for claim in one.of("A1") if claim.status == "22"]
    assert reversed_exactly(reversal, first.of("A1")[0])
    assert clean([first, *later])


def test_the_correction_may_be_a_denial(pay: Pay) -> None:
    rule = {"outcome": "reversal", "correction": "deny", "codes": ["CO:50"], "then_after_days": 5}
    _, second = pay(ONE, rule=rule)
    assert second.day == "20261130"
    assert [(claim.status, claim.paid > 0) for claim in second.claims] == [("22", False), ("1", False)]
    assert {reason for _, reason, _ in second.claims[1].adjustments} == {"50"}


def test_what_a_payment_owes_is_carried_to_the_next_one(pay: Pay) -> None:
    rule = {"outcome": "reversal", "correction": "deny", "codes": ["CO:50"]}
    late = PlainClaim("B1", charge="3000")
    first, second, third = pay(ONE, late, rules=[{"when": {"claim": "A1"}, **rule}, {"outcome": "late"}])
    owed = first.of("A1")[0].paid
    ((reference, carried),) = second.plb
    assert (second.amount, second.handling, second.trace[0], carried) == (0, "H", "0", -owed)
    assert third.plb == [(reference, owed)]
    assert third.amount == third.of("B1")[0].paid - owed
    assert clean([first, second, third])


def test_a_negative_remittance_is_carried_forward_alone(pay: Pay) -> None:
    first, second, third = pay(ONE, rule={"outcome": "forward"})
    assert [claim.status for claim in second.claims] == ["22"]
    assert (second.amount, second.plb[0][1]) == (0, second.claims[0].paid)
    assert third.plb[0] == (second.plb[0][0], first.claims[0].paid)
    assert [claim.status for claim in third.claims] == ["1"]
    assert {one.trace[0] for one in (second, third) if one.amount == 0} == {"0"}
    assert clean([first, second, third])


def test_a_payment_of_nothing_may_have_its_own_trace_and_handling(pay: Pay) -> None:
    sent = pay(ONE, rule={"outcome": "deny"}, zero_pay={"handling": "I", "trace": "own"})
    assert [(one.handling, one.amount, one.trace[0] == "0") for one in sent] == [("I", 0, False)]
    assert only(sent[0].all, "BPR")[0][4] == "NON"
    assert clean(sent)


def test_a_takeback_leaves_the_money_first_and_takes_it_later(pay: Pay) -> None:
    rules = [{"when": {"claim": "A1"}, "outcome": "takeback"}, {"outcome": "pay", "after_days": 10}]
    first, second, third = pay(ONE, OTHER, rules=rules)
    owed = first.of("A1")[0].paid
    assert [claim.status for claim in second.claims] == ["22"]
    assert (second.plb, second.amount) == ([("WO:A1", -owed)], 0)
    assert (third.day, third.plb) == ("20261204", [("WO:A1", owed)])
    assert third.amount == third.of("B1")[0].paid - owed
    assert clean([first, second, third])


def test_a_takeback_with_a_correction_takes_the_difference(pay: Pay) -> None:
    first, second, _ = pay(ONE, rule={"outcome": "takeback", "correction": "patient"})
    assert [claim.status for claim in second.claims] == ["22", "1"]
    assert second.plb == [("WO:A1", -first.claims[0].paid)]
    assert second.amount == 0


def test_interest_raises_the_payment(pay: Pay) -> None:
    (sent,) = pay(ONE, rule={"outcome": "interest"})
    ((reason, interest),) = sent.plb
    assert reason == "L6:A1"
    assert sent.amount == sent.claims[0].paid - interest > sent.claims[0].paid
    assert only(sent.all, "AMT")[0] == ["AMT", "I", f"{-interest:f}"]
    assert clean([sent])


def test_more_than_six_provider_adjustments_take_another_segment(pay: Pay) -> None:
    (sent,) = pay(*(PlainClaim(f"A{n}") for n in range(8)), rule={"outcome": "interest"})
    assert [len(one) for one in only(sent.all, "PLB")] == [15, 7]
    assert sent.off() == []  # pyx12 takes one PLB only; the guide allows any number


@pytest.mark.parametrize(("frequency", "statuses"), [("7", ["22", "1"]), ("8", ["22"])])
def test_a_replacement_or_a_void_takes_the_original_back(
    simulate: Simulate, frequency: str, statuses: list[str]
) -> None:
    simulator = simulate({"payments": {}}, now=NOON)
    give(simulator, professional([ONE]))
    original = only(answer(simulator, "payer"), "REF")[0][2]
    simulator.pay()
    give(simulator, professional([PlainClaim("A2", frequency=frequency, original=original)], control=2))
    simulator.pay()
    first, second = told(simulator)
    assert [claim.status for claim in second.claims] == statuses
    assert reversed_exactly(second.of("A1")[0], first.claims[0])
    assert [claim.number for claim in second.claims] == ["A1", "A2"][: len(statuses)]
    assert clean([first, second])


def test_a_claim_replaced_before_it_was_paid_is_never_paid(simulate: Simulate) -> None:
    simulator = simulate({"payments": {"rules": [{"when": {"claim": "A1"}, "outcome": "late"}]}}, now=NOON)
    give(simulator, professional([ONE]))
    original = only(answer(simulator, "payer"), "REF")[0][2]
    give(simulator, professional([PlainClaim("A2", frequency="7", original=original)], control=2))
    simulator.pay()
    assert [[claim.number for claim in sent.claims] for sent in told(simulator)] == [["A2"]]


def test_a_void_of_nothing_says_nothing(simulate: Simulate) -> None:
    simulator = simulate({"payments": {}}, now=NOON)
    give(simulator, professional([PlainClaim("A2", frequency="8", original="UNKNOWN")]))
    simulator.pay()
    assert simulator.payments == []


def test_a_claim_number_is_paid_once(simulate: Simulate) -> None:
    simulator = simulate({"payments": {}, "duplicate_isa13": "accept"}, now=NOON)
    give(simulator, professional([ONE]), professional([ONE]))
    simulator.pay()
    assert simulator.accepted == {"A1": 2}
    assert [len(sent.claims) for sent in told(simulator)] == [1]


def test_what_was_taken_back_and_forth_comes_to_what_the_last_decision_says(pay: Pay) -> None:
    rules = [
        {"when": {"claim": "R*"}, "outcome": "reversal", "in": "two"},
        {"when": {"claim": "T*"}, "outcome": "takeback", "correction": "partial"},
        {"outcome": "forward"},
    ]
    sent = pay(*(PlainClaim(f"{kind}{n}", lines=("120", "45.5")) for kind in "RTF" for n in range(3)), rules=rules)
    assert clean(sent)
    carried = sum(amount for reason, amount in sent[-1].plb if reason.startswith("FB") and amount < 0)
    stands = sum((claim.paid for one in sent for claim in one.claims), Decimal(0))
    assert sum(one.amount for one in sent) == stands - carried
    assert sum(amount for one in sent for reason, amount in one.plb if reason.startswith("WO")) == 0
