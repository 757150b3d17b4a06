"""When payments appear: by the simulator's time, over restarts, and not at all where nobody pays."""

import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from clearinghouse_simulator import Simulator
from clearinghouse_simulator.scenario import load
from tests.clearinghouse_simulator.partner_client import Simulate, give
from tests.clearinghouse_simulator.partner_files import PlainClaim, professional
from tests.clearinghouse_simulator.payments.conftest import NOON, told

ONE = professional([PlainClaim("A1")])
WaitFor = Callable[[Callable[[], bool]], None]


def set_now(folder: Path, instant: str) -> None:
    (folder / ".now").write_text(instant)
    (folder / ".now").replace(folder / "now")


def test_nobody_pays_unless_the_scenario_says_so(simulate: Simulate) -> None:
    simulator = simulate({}, now=NOON)
    give(simulator, ONE)
    simulator.pay()
    assert (simulator.payments, simulator.truth, len(list(simulator.outbound.iterdir()))) == ([], [], 4)


def test_a_payment_due_at_once_is_there_with_the_answers(simulate: Simulate) -> None:
    simulator = simulate({"payments": {"after_days": 0}}, now=NOON)
    give(simulator, ONE)
    (payment,) = simulator.payments
    assert (simulator.outbound / payment.name).read_bytes() == payment.body
    assert payment.payment_date == "2026-11-24"


def test_a_payment_appears_when_the_time_it_is_told_has_come(simulate: Simulate, wait_for: WaitFor) -> None:
    simulator = simulate({"payments": {"after_days": 1}})
    set_now(simulator.folder, "2026-11-24T00:00:00-05:00")
    give(simulator, ONE)
    set_now(simulator.folder, "2026-11-24T23:59:59-05:00")
    time.sleep(0.6)
    assert simulator.payments == []
    set_now(simulator.folder, "2026-11-25T00:00:00-05:00")
    wait_for(lambda: len(simulator.payments) == 1)
    assert (simulator.outbound / simulator.payments[0].name).exists()


def test_a_time_that_cannot_be_read_stops_nothing_for_good(simulate: Simulate, wait_for: WaitFor) -> None:
    simulator = simulate({"payments": {"after_days": 1}})
    set_now(simulator.folder, "2026-11-24T00:00:00-05:00")
    give(simulator, ONE)
    set_now(simulator.folder, "soon")
    time.sleep(0.3)
    set_now(simulator.folder, "2026-11-26T00:00:00-05:00")
    wait_for(lambda: len(simulator.payments) == 1)


def test_days_that_are_leapt_over_have_their_own_payments(simulate: Simulate) -> None:
    rules = [{"when": {"claim": "A1"}, "outcome": "late"}, {"when": {"claim": "A2"}, "outcome": "pay", "after_days": 3}]
    simulator = simulate({"payments": {"rules": rules}}, now=NOON)
    give(simulator, professional([PlainClaim(f"A{n}") for n in range(4)]))
    simulator.pay()
    days = [
        (payment.payment_date, len(sent.claims))
        for payment, sent in zip(simulator.payments, told(simulator), strict=True)
    ]
    assert days == [("2026-11-25", 2), ("2026-11-27", 1), ("2027-01-08", 1)]


def test_one_payment_for_each_payer_and_payee(simulate: Simulate) -> None:
    simulator = simulate({"payments": {}}, now=NOON)
    claims = [PlainClaim(f"A{n}", payer="AA" if n < 3 else "BB") for n in range(5)]
    give(simulator, professional(claims[::2]), professional(claims[1::2], control=2))
    simulator.pay()
    assert [(one.payer, len(sent.claims)) for one, sent in zip(simulator.payments, told(simulator), strict=True)] == [
        ("AA", 3),
        ("BB", 2),
    ]


def test_a_silent_payer_never_pays_and_a_rejected_claim_is_not_paid(simulate: Simulate) -> None:
    scenario: dict[str, Any] = {
        "rules": [{"when": {"claim": "A1"}, "outcome": "reject_claim", "by": "payer"}],
        "payments": {"rules": [{"when": {"claim": "A2"}, "outcome": "silent"}]},
    }
    simulator = simulate(scenario, now=NOON)
    give(simulator, professional([PlainClaim(f"A{n}") for n in range(1, 4)]))
    simulator.pay()
    assert [[claim.number for claim in sent.claims] for sent in told(simulator)] == [["A3"]]


def test_what_is_promised_is_paid_after_a_restart(tmp_path: Path) -> None:
    rules = [{"outcome": "reversal"}]
    with Simulator(tmp_path, {"payments": {"rules": rules, "payers": {"*": {"allowed": [60, 60]}}}}, now=NOON) as first:
        give(first, ONE)
    with Simulator(tmp_path, {}, now=NOON + timedelta(days=1)) as second:
        second.settle()
        assert [payment.payment_date for payment in second.payments] == ["2026-11-25"]
    with Simulator(tmp_path, {}, now=NOON + timedelta(days=30)) as third:
        third.settle()
        paid, reversal = told(third)
        assert reversal.of("A1")[0].paid == -paid.claims[0].paid, "under the terms of the first day"
        assert [entry["file"] for entry in third.truth] == [payment.name for payment in third.payments]


def test_a_claim_sent_while_nobody_paid_stays_unpaid(simulate: Simulate) -> None:
    simulator = simulate({}, now=NOON)
    give(simulator, ONE)
    simulator.use({"payments": {}})
    give(simulator, professional([PlainClaim("A2")], control=2))
    simulator.pay()
    assert [[claim.number for claim in sent.claims] for sent in told(simulator)] == [["A2"]]


def test_a_night_under_the_default_scenario_shows_every_kind_of_case_a_day_later(simulate: Simulate) -> None:
    simulator = simulate(load(), now=NOON)
    payers = ("LARKS", "SMPCH", "SMPMB", "SMPMC", "TIDEW")
    give(simulator, professional([PlainClaim(f"N{n:04d}", payers[n % 5]) for n in range(400)]))
    assert simulator.payments == []
    simulator.now = NOON + timedelta(days=1)
    simulator.settle()
    assert [(one["payer"], one["status"]) for one in simulator.truth] == [
        ("LARKS", "posted"),
        ("SMPCH", "quarantined"),
        ("SMPMB", "posted"),
        ("SMPMB", "duplicate"),
        ("SMPMC", "posted"),
        ("TIDEW", "posted"),
    ]
    claims = [claim for one in simulator.truth for claim in one["claims"]]
    treatments = {one["treatment"] for claim in claims for one in claim["adjustments"]}
    assert {"posted", "denied"} <= treatments
    partly = [claim for claim in claims if claim["paid"] != "0.00" and _denied(claim)]
    assert 0 < len(partly) < len([claim for claim in claims if _denied(claim)])
    simulator.now = NOON + timedelta(days=3)
    simulator.settle()
    assert "22" in {claim["status"] for one in simulator.truth for claim in one["claims"]}


def _denied(claim: dict[str, Any]) -> bool:
    return any(one["treatment"] == "denied" for one in claim["adjustments"])
