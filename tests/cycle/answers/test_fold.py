"""The fold of evidence: any order and any repetition give the same; higher parties and later times win."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from revcycle.cycle.answers.fold import RANK, STATES, Evidence, answered, highest, receipt

START = datetime(2026, 11, 24, tzinfo=UTC)
CLEARINGHOUSE, INTERMEDIARY, PAYER = "clearinghouse", "intermediary", "payer"


def said(kind: str, verdict: str, hour: int = 0, *, party: str = CLEARINGHOUSE, scope: str = "claim") -> Evidence:
    at = START + timedelta(hours=hour)
    return Evidence(kind, party, at, verdict, scope)  # type: ignore[arg-type]


EVIDENCE = st.builds(
    lambda who, verdict, hour, scope, event: Evidence(
        *who, START + timedelta(hours=hour), verdict, scope, None, "", event
    ),
    st.sampled_from(list(RANK)),
    st.sampled_from(["received", "accepted", "rejected"]),
    st.integers(0, 3),
    st.sampled_from(["claim", "set", "others"]),
    st.integers(1, 5),
)


def content(one: Evidence | None) -> tuple[object, ...] | None:
    return one and (one.kind, one.party, one.at, one.verdict, one.scope)


@given(st.lists(EVIDENCE, max_size=6).flatmap(lambda many: st.tuples(st.just(many), st.permutations(many * 2))))
def test_order_and_repetition_play_no_part(pair: tuple[list[Evidence], list[Evidence]]) -> None:
    once, shuffled = pair
    assert content(highest(once)) == content(highest(shuffled))
    for payer_answers in (True, False):
        assert receipt(once, payer_answers=payer_answers) == receipt(shuffled, payer_answers=payer_answers)


@given(st.lists(EVIDENCE, max_size=4), st.lists(EVIDENCE, max_size=4))
def test_folding_in_parts_is_folding_the_whole(one: list[Evidence], other: list[Evidence]) -> None:
    tops = [top for top in (highest(one), highest(other)) if top]
    assert highest(one + other) == highest(tops)


@given(st.lists(EVIDENCE, max_size=6))
def test_a_rejected_claim_has_no_receipt(many: list[Evidence]) -> None:
    top = highest(many)
    if top and top.verdict == "rejected":
        assert receipt(many, payer_answers=False) is None


def test_a_higher_party_wins_whatever_the_times() -> None:
    ladder = [said("TA1", "rejected", 9), said("999", "accepted", 8), said("277CA", "rejected", 7)]
    ladder += [said("277CA", "accepted", 6, party=INTERMEDIARY), said("277CA", "rejected", 5, party=PAYER)]
    for top in range(len(ladder)):
        assert highest(ladder[: top + 1]) == ladder[top]


def test_within_a_party_the_later_own_time_wins_and_at_equal_times_a_rejection() -> None:
    assert highest([said("277CA", "rejected", 1), said("277CA", "accepted", 2)]) == said("277CA", "accepted", 2)
    assert highest([said("277CA", "accepted", 1), said("277CA", "rejected", 1)]) == said("277CA", "rejected", 1)


def test_of_one_refusal_the_word_about_the_claim_itself_counts() -> None:
    own, others = said("999", "rejected"), said("999", "rejected", scope="others")
    assert highest([others, own]) == own


SAID = st.tuples(
    st.sampled_from(["TA1", "999"]),
    st.integers(0, 3).map(lambda hour: START + timedelta(hours=hour)),
    st.sampled_from(STATES),
)


@given(st.lists(SAID, max_size=6).flatmap(lambda many: st.tuples(st.just(many), st.permutations(many * 2))))
def test_the_interchanges_state_does_not_depend_on_order_or_repetition(pair: tuple[list[Any], list[Any]]) -> None:
    assert answered(pair[0]) == answered(pair[1])


def test_a_999_outranks_a_ta1_and_the_later_of_equals_the_earlier() -> None:
    later = START + timedelta(hours=1)
    assert answered([("TA1", later, "rejected"), ("999", START, "acknowledged")]) == "acknowledged"
    assert answered([("999", START, "rejected"), ("999", later, "partly rejected")]) == "partly rejected"
    assert answered([("999", START, "acknowledged"), ("999", START, "rejected")]) == "rejected"
    assert answered([]) == ""


def test_a_payers_own_answer_proves_receipt_unless_it_rejects_later() -> None:
    received = said("277CA", "received", 1, party=PAYER)
    assert receipt([received], payer_answers=True) == received.at
    assert receipt([received, said("277CA", "rejected", 2, party=PAYER)], payer_answers=True) is None
    again = said("277CA", "accepted", 3, party=PAYER)
    assert receipt([received, said("277CA", "rejected", 2, party=PAYER), again], payer_answers=True) == again.at


def test_a_clearinghouse_proves_receipt_only_where_the_payer_sends_none() -> None:
    accepted = said("277CA", "accepted", 1)
    assert receipt([accepted], payer_answers=True) is None
    assert receipt([accepted], payer_answers=False) == accepted.at
    assert receipt([said("277CA", "received", 1)], payer_answers=False) is None
