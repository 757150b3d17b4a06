"""The outcomes and deliveries that a scenario can ask for."""

from typing import Any

import pytest

from tests.clearinghouse_simulator.partner_client import Simulate, answer, give, kinds, only
from tests.clearinghouse_simulator.partner_files import PlainClaim, complaints, professional

THREE = [PlainClaim("A1"), PlainClaim("A2"), PlainClaim("A3")]


def _for_a2(outcome: str, **keys: Any) -> dict[str, Any]:
    return {"rules": [{"when": {"claim": "A2"}, "outcome": outcome, **keys}]}


def test_a_rejected_interchange_is_answered_by_its_ta1_alone(simulate: Simulate) -> None:
    simulator = simulate(_for_a2("reject_interchange", note="022"))
    give(simulator, professional(THREE))
    assert kinds(simulator) == ["ta1"]
    assert answer(simulator, "ta1")[1][4:] == ["R", "022"]
    assert not simulator.accepted


def test_a_rejected_group_reports_no_set(simulate: Simulate) -> None:
    simulator = simulate(_for_a2("reject_group", error="4"))
    give(simulator, professional(THREE))
    assert kinds(simulator) == ["ta1", "999"]
    assert only(answer(simulator, "999"), "AK2", "IK5", "AK9") == [["AK9", "R", "1", "1", "0", "4"]]
    assert complaints((simulator.outbound / simulator.answers[1].name).read_bytes()) == []


def test_a_rejected_set_names_the_claim_and_takes_the_others_with_it(simulate: Simulate) -> None:
    simulator = simulate(_for_a2("reject_set", segment="HI", element=1))
    give(simulator, professional(THREE))
    told = answer(simulator, "999")
    assert [one[:2] for one in only(told, "IK3", "CTX", "IK4")] == [["IK3", "HI"], ["CTX", "CLM01:A2"], ["IK4", "1"]]
    assert only(told, "AK9") == [["AK9", "R", "1", "1", "0"]]
    assert kinds(simulator) == ["ta1", "999"]
    assert simulator.rejected == {"A1": 1, "A2": 1, "A3": 1}
    assert complaints((simulator.outbound / simulator.answers[1].name).read_bytes()) == []


def test_a_set_accepted_with_errors_goes_on(simulate: Simulate) -> None:
    simulator = simulate(_for_a2("warn_set"))
    give(simulator, professional(THREE))
    assert only(answer(simulator, "999"), "IK5", "AK9") == [["IK5", "E", "5"], ["AK9", "E", "1", "1", "1"]]
    assert simulator.accepted == {"A1": 1, "A2": 1, "A3": 1}


def test_a_claim_rejected_by_the_clearinghouse_never_reaches_its_payer(simulate: Simulate) -> None:
    simulator = simulate(_for_a2("reject_claim", codes=["A7:562:82", "A6:21"]))
    give(simulator, professional(THREE))

    told = answer(simulator, "clearinghouse")
    (refused,) = [one for one in only(told, "STC") if one[3] == "U"]
    assert (refused[1], refused[10]) == ("A7:562:82", "A6:21")
    assert ["QTY", "QC", "1"] in told
    assert ["TRN", "2", "A2"] not in answer(simulator, "payer")
    assert simulator.accepted == {"A1": 1, "A3": 1}
    for each in simulator.outbound.iterdir():
        assert complaints(each.read_bytes()) == [], each.name


def test_a_claim_rejected_by_its_payer_was_received_by_the_clearinghouse(simulate: Simulate) -> None:
    simulator = simulate(_for_a2("reject_claim", by="payer", codes=["A3:33"]))
    give(simulator, professional(THREE))

    assert {one[3] for one in only(answer(simulator, "clearinghouse"), "STC")} == {"WQ"}
    told = answer(simulator, "payer")
    at = told.index(["TRN", "2", "A2"])
    assert told[at + 1][1:4:2] == ["A3:33", "U"]
    assert told[at + 2][1] == "D9", "a payer gives no number to what it refuses"
    assert simulator.rejected == {"A2": 1}
    assert [one.verdict for one in simulator.files] == ["partial"]


@pytest.mark.parametrize("by", ["clearinghouse", "payer"])
def test_a_rejected_batch_has_nothing_below_it(simulate: Simulate, by: str) -> None:
    simulator = simulate(_for_a2("reject_batch", by=by, codes=["A3:24"]))
    give(simulator, professional(THREE))

    told = answer(simulator, by)
    assert [one[3] for one in only(told, "HL")] == ["20", "21"]
    assert only(told, "STC", "QTY", "AMT")[1:] == [["QTY", "AA", "3"], ["AMT", "YY", "450"]]
    assert ("payer" in kinds(simulator)) == (by == "payer")
    assert simulator.rejected == {"A1": 1, "A2": 1, "A3": 1}
    (complaint,) = complaints((simulator.outbound / simulator.answers[-1].name).read_bytes())
    assert "(2000C) missing" in complaint, "pyx12 wants a level that a refused batch does not have"


@pytest.mark.parametrize("by", ["clearinghouse", "payer"])
def test_a_rejected_provider_takes_its_own_claims_with_it(simulate: Simulate, by: str) -> None:
    simulator = simulate(_for_a2("reject_provider", by=by, codes=["A7:562:85"]))
    give(simulator, professional([*THREE, PlainClaim("A4")], providers=2))  # A1 and A3, A2 and A4

    told = answer(simulator, by)
    assert [one[3] for one in only(told, "HL")] == ["20", "21", "19", "PT", "PT", "19"]
    assert [one[1] for one in only(told, "STC")][-1] == "A7:562:85"
    assert ["QTY", "QC", "2"] in told
    assert simulator.accepted == {"A1": 1, "A3": 1}


@pytest.mark.parametrize("party", ["ta1", "999", "clearinghouse", "payer"])
def test_a_silent_party_says_nothing_and_the_claims_go_on(simulate: Simulate, party: str) -> None:
    simulator = simulate({"delivery": [{"silent": [party]}]})
    give(simulator, professional(THREE))
    assert kinds(simulator) == [kind for kind in ("ta1", "999", "clearinghouse", "payer") if kind != party]
    assert len(simulator.accepted) == 3


def test_an_answer_may_come_twice(simulate: Simulate) -> None:
    simulator = simulate({"delivery": [{"when": {"nth_file": 1}, "copies": 2}]})
    give(simulator, professional(THREE), professional(THREE, control=2))
    assert kinds(simulator)[:4] == ["ta1", "ta1", "999", "999"]
    assert answer(simulator, "999", 0) == answer(simulator, "999", 1)
    assert len(simulator.answers) == 8 + 4


def test_a_second_answer_may_have_numbers_of_its_own(simulate: Simulate) -> None:
    simulator = simulate({"delivery": [{"copies": 2, "renumber": True}]})
    give(simulator, professional(THREE))
    one, two = answer(simulator, "999", 0), answer(simulator, "999", 1)
    assert one[0] != two[0]
    assert one[3:6] == two[3:6]


def test_answers_may_come_in_another_order(simulate: Simulate) -> None:
    order = ["payer", "clearinghouse", "999", "ta1"]
    simulator = simulate({"delivery": [{"order": order}]})
    give(simulator, professional(THREE))
    assert kinds(simulator) == order
    names = [one.name for one in simulator.answers]
    assert names == sorted(names)


def test_answers_may_come_later(simulate: Simulate) -> None:
    simulator = simulate({"delivery": [{"delay": {"payer": 600, "999": 0.2}}]})
    give(simulator, professional(THREE))
    assert [one.kind for one in simulator.answers if one.delivered] == ["ta1", "clearinghouse"]
    simulator.release()
    assert all(one.delivered for one in simulator.answers)
    assert len(list(simulator.outbound.iterdir())) == 4


def test_a_delayed_answer_appears_by_itself(simulate: Simulate, wait_for: Any) -> None:
    simulator = simulate({"delivery": [{"delay": 0.1}]})
    give(simulator, professional(THREE))
    wait_for(lambda: len(list(simulator.outbound.iterdir())) == 4)


def test_a_ta1_may_be_given_for_refused_interchanges_only(simulate: Simulate) -> None:
    simulator = simulate({"ta1": "errors"})
    give(simulator, professional(THREE), professional(THREE))
    assert kinds(simulator) == ["999", "clearinghouse", "payer", "ta1"]


def test_a_ta1_may_stand_before_the_group_of_the_999(simulate: Simulate) -> None:
    simulator = simulate({"ta1_alone": False})
    give(simulator, professional(THREE))
    assert [one[0] for one in answer(simulator, "999")[:3]] == ["ISA", "TA1", "GS"]
    assert kinds(simulator) == ["999", "clearinghouse", "payer"]


@pytest.mark.parametrize(
    ("when", "rejected"),
    [
        ({"payer": "TIDE*"}, {"B1", "B2"}),
        ({"payer": ["LARKSPUR", "NOBODY"]}, {"A1", "A2"}),
        ({"claim": ["A1", "B*"]}, {"A1", "B1", "B2"}),
        ({"frequency": "7"}, {"B2"}),
        ({"nth_claim": 3}, {"B1"}),
        ({"every_claim": 2}, {"A2", "B2"}),
        ({"nth_file": 2}, {"B1", "B2"}),
        ({"every_file": 2, "claim": "*2"}, {"B2"}),
        ({"share": 1.0}, {"A1", "A2", "B1", "B2"}),
        ({"share": 0.0}, set()),
    ],
)
def test_a_rule_chooses_its_claims(simulate: Simulate, when: dict[str, Any], rejected: set[str]) -> None:
    simulator = simulate({"rules": [{"when": when, "outcome": "reject_claim"}]})
    give(
        simulator,
        professional([PlainClaim("A1"), PlainClaim("A2")]),
        professional(
            [PlainClaim("B1", payer="TIDEWATER"), PlainClaim("B2", payer="TIDEWATER", frequency="7")], control=2
        ),
    )
    assert set(simulator.rejected) == rejected


def test_the_first_rule_that_fits_decides(simulate: Simulate) -> None:
    simulator = simulate({"rules": [{"when": {"claim": "A1"}, "outcome": "accept"}, {"outcome": "reject_claim"}]})
    give(simulator, professional(THREE))
    assert set(simulator.accepted) == {"A1"}
