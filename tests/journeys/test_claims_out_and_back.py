"""Claims out and answered: each once by the clearinghouse's own count, whatever it answers."""

from datetime import timedelta

import pytest

from tests.deliveries import NOW
from tests.journeys.journey import Journey
from tests.oracles.x12_oracles import pyx12_errors, x12sdk_errors


def test_what_is_accepted_is_accepted_once_and_every_file_is_valid(journey: Journey) -> None:
    journey.encounters(8)
    assert (journey.send(), journey.hear().accepted) == (8, 8)
    assert (journey.send(), journey.states()) == (0, {"submitted": 8})
    assert set(journey.house.accepted.values()) == {1}
    for data in journey.biller.files():
        assert (pyx12_errors(data), x12sdk_errors(data)) == ([], [])


def test_a_refused_set_holds_the_claim_it_names_and_the_others_go_in_the_next_interchange(journey: Journey) -> None:
    journey.encounters(200)
    journey.house.use({"rules": [{"when": {"nth_claim": 57}, "outcome": "reject_set"}]})
    assert journey.send() == 200
    journey.hear()
    assert [cause for _, cause in journey.biller.holds()] == ["rejection"]
    assert journey.biller.items() == [("rejection", "biller")]
    journey.house.use({"rules": []})
    assert journey.send() == 199
    assert journey.hear().accepted == 199
    assert len(journey.house.accepted) == 199
    assert set(journey.house.accepted.values()) == {1}
    assert journey.states() == {"open": 1, "submitted": 199}
    assert journey.biller.rows("SELECT DISTINCT frequency FROM claim_submission") == [("1",)]


def test_a_claim_that_the_payer_rejects_goes_again_once_it_is_corrected(journey: Journey) -> None:
    journey.encounters(3)
    journey.house.use({"rules": [{"when": {"nth_claim": 2}, "outcome": "reject_claim", "by": "payer"}]})
    journey.send()
    journey.hear()
    assert (journey.states(), journey.send()) == ({"open": 1, "submitted": 2}, 0)
    journey.house.use({"rules": []})
    ((encounter, _),) = journey.biller.holds()
    journey.biller.charges({"encounter_id": encounter, "patient_id": encounter.replace("E", "P"), "diagnoses": "E119"})
    journey.biller.sweep()
    assert (journey.send(), journey.hear().accepted) == (1, 1)
    assert (journey.states(), journey.biller.items()) == ({"submitted": 3}, [])


@pytest.mark.parametrize("order", [["payer", "clearinghouse", "999", "ta1"], ["999", "ta1", "payer", "clearinghouse"]])
def test_the_order_and_number_of_answers_does_not_matter(journey: Journey, order: list[str]) -> None:
    journey.encounters(4)
    journey.house.use({"delivery": [{"order": order, "copies": 2}]})
    journey.send()
    journey.hear()
    assert journey.states() == {"submitted": 4}
    assert journey.biller.rows("SELECT answered, state FROM interchange") == [("acknowledged", "published")]
    assert journey.biller.rows("SELECT count(*) FROM expected_answer WHERE met_by IS NULL AND kind <> '835'") == [(0,)]


def test_a_release_nobody_saw_the_end_of_is_settled_by_the_answer(journey: Journey) -> None:
    """The rename was done, the line was cut, and the file was taken before anybody could look."""
    journey.encounters(2)
    journey.house.add_fault(fault="drop", on="rename", performed=True)
    journey.send()
    journey.hear()
    journey.send()
    assert journey.biller.rows("SELECT state, answered FROM interchange") == [("published", "acknowledged")]
    assert set(journey.house.accepted.values()) == {1}
    assert journey.biller.items() == []


def test_the_same_bytes_that_go_again_after_a_doubt_are_taken_once(journey: Journey) -> None:
    journey.encounters(2)
    journey.house.use({"delivery": [{"silent": ["ta1", "999", "clearinghouse", "payer"]}]})
    journey.house.add_fault(fault="drop", on="rename", performed=True)
    journey.send()
    assert journey.biller.items() == [("doubt", "ops")]
    journey.send(NOW + timedelta(days=2))
    journey.house.settle()
    assert journey.biller.rows("SELECT state FROM interchange") == [("published",)]
    assert set(journey.house.accepted.values()) == {1}
    journey.hear(NOW + timedelta(days=2))
    assert journey.states() == {"submitted": 2}
