"""The table of a claim's states: complete, closed against everything else, and the same that data says."""

import pytest

from revcycle.foundation.claim_states import STATES, TRANSITIONS, after, before


def test_the_table_of_transitions_has_every_state_and_no_way_out_of_void() -> None:
    assert set(TRANSITIONS.values()) == set(STATES)
    assert [event for state, event in TRANSITIONS if state == "void"] == []


@pytest.mark.parametrize(("state", "event"), list(TRANSITIONS))
def test_each_transition_leads_where_the_table_says(state: str | None, event: str) -> None:
    assert after(state, event) == TRANSITIONS[state, event]  # type: ignore[arg-type, index]
    assert state is None or state in before(event)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("state", "event"),
    [(s, e) for s in STATES for e in sorted({e for _, e in TRANSITIONS}) if (s, e) not in TRANSITIONS],
)
def test_no_other_transition_is_taken(state: str, event: str) -> None:
    with pytest.raises(ValueError, match=f"a claim that is {state} has no event"):
        after(state, event)  # type: ignore[arg-type]


def test_a_payer_that_thinks_again_takes_the_claim_back_and_forth() -> None:
    paid = after("submitted", "adjudicated")
    closed = after(paid, "settled")
    assert after(closed, "decision taken back") == after(paid, "decision taken back") == "submitted"
    assert after(closed, "adjudicated") == "adjudicated"


def test_what_was_rejected_may_be_taken_or_paid_after_all() -> None:
    rejected = after("submitted", "rejected")
    assert (after(rejected, "rejection lifted"), after(rejected, "adjudicated")) == ("submitted", "adjudicated")


def test_only_what_is_at_a_payer_needs_its_word_to_be_void() -> None:
    assert before("void confirmed") == ["submitted"]
    assert before("encounter cancelled") == before("fewer lines") == before("coverage moved") == ["open"]
