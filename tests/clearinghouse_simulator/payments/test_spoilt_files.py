"""Payments that come twice, with another body, off by a cent, or cut: each as the scenario says, and told so."""

from typing import Any

import pytest

from clearinghouse_simulator import Simulator
from tests.clearinghouse_simulator.partner_client import Simulate, give
from tests.clearinghouse_simulator.partner_files import PlainClaim, complaints, professional, segments
from tests.clearinghouse_simulator.payments.conftest import NOON
from tests.clearinghouse_simulator.payments.remittance_oracle import Told

CLAIMS = [PlainClaim(f"A{n}", lines=("100", "250.5")) for n in range(4)]


def paid(simulate: Simulate, **rule: Any) -> Simulator:
    simulator = simulate({"payments": {"files": [rule]}}, now=NOON)
    give(simulator, professional(CLAIMS))
    simulator.pay()
    return simulator


def body(data: bytes) -> list[list[str]]:
    """All between ST and SE."""
    return segments(data)[3:-3]


def test_the_same_set_comes_again_under_another_name_number_and_date(simulate: Simulate) -> None:
    first, again = paid(simulate, outcome="resent", after_days=1).payments
    assert body(first.body) == body(again.body)
    for n in (0, 1, 2):  # ISA, GS, ST
        assert segments(first.body)[n] != segments(again.body)[n]
    assert (first.status, again.status) == ("posted", "duplicate")
    assert first.name != again.name
    assert (first.trace, first.amount, first.payment_date) == (again.trace, again.amount, again.payment_date)
    assert complaints(again.body) == []


def test_the_same_payment_with_another_body_is_a_conflict(simulate: Simulate) -> None:
    first, other = paid(simulate, outcome="conflict").payments
    one, two = Told(first.body), Told(other.body)
    assert (one.trace, one.amount, one.day) == (two.trace, two.amount, two.day)
    assert body(first.body) != body(other.body)
    assert (two.off(), complaints(other.body), other.status) == ([], [], "conflict")


def test_a_conflict_needs_no_reduction_to_be_one(simulate: Simulate) -> None:
    simulator = simulate({"payments": {"rules": [{"outcome": "deny"}], "files": [{"outcome": "conflict"}]}}, now=NOON)
    give(simulator, professional(CLAIMS))
    simulator.pay()
    first, other = simulator.payments
    assert body(first.body) != body(other.body)
    assert complaints(other.body) == []


@pytest.mark.parametrize("place", ["service", "claim", "transaction"])
def test_a_cent_too_much_breaks_the_balance_where_it_is_said(simulate: Simulate, place: str) -> None:
    simulator = paid(simulate, outcome="broken", at=place)
    (payment,) = simulator.payments
    assert place in Told(payment.body).off()
    assert complaints(payment.body) == [], "only the money is wrong"
    (truth,) = simulator.truth
    assert (truth["status"], truth["paid"], truth["claims"]) == ("quarantined", "0.00", [])


def test_a_cut_file_ends_inside_its_set(simulate: Simulate) -> None:
    (payment,) = paid(simulate, outcome="cut").payments
    assert b"\nBPR*" in payment.body
    assert b"\nSE*" not in payment.body
    assert payment.status == "quarantined"


@pytest.mark.parametrize("outcome", ["broken", "cut"])
def test_the_sound_file_may_follow(simulate: Simulate, outcome: str) -> None:
    simulator = paid(simulate, outcome=outcome, mended_after_days=3)
    spoilt, mended = simulator.payments
    assert Told(mended.body).off() == []
    assert [one.status for one in simulator.payments] == ["quarantined", "posted"]
    assert (spoilt.trace, spoilt.amount, spoilt.payment_date) == (mended.trace, mended.amount, mended.payment_date)
    assert segments(mended.body)[0][9] == "261128"


def test_only_the_payments_that_a_rule_means_are_spoilt(simulate: Simulate) -> None:
    files = [{"when": {"payer": "B*"}, "outcome": "broken"}, {"when": {"nth_payment": 3}, "outcome": "resent"}]
    simulator = simulate({"payments": {"files": files}}, now=NOON)
    give(simulator, professional([PlainClaim(f"A{payer}", payer=payer) for payer in ("AA", "BB", "CC")]))
    simulator.pay()
    assert [(one.payer, one.status) for one in simulator.payments] == [
        ("AA", "posted"),
        ("BB", "quarantined"),
        ("CC", "posted"),
        ("CC", "duplicate"),
    ]


def test_every_file_has_a_number_of_its_own_among_answers_and_payments(simulate: Simulate) -> None:
    simulator = paid(simulate, outcome="resent")
    give(simulator, professional([PlainClaim("B1")], control=2))
    files = list(simulator.outbound.iterdir())
    numbers = {segments(each.read_bytes())[0][13] for each in files}
    assert len(numbers) == len(files) == 10
