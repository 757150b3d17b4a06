import pytest
from hypothesis import given
from hypothesis import strategies as st

from revcycle.foundation.x12.claim_numbers import ALPHABET, BASE, DIGITS, claim_number, is_claim_number

COUNTS = st.integers(1, BASE**DIGITS - 1)


@given(COUNTS, COUNTS)
def test_every_count_has_a_number_of_its_own(one: int, two: int) -> None:
    assert is_claim_number(claim_number(one))
    assert len(claim_number(one)) == 10
    assert (claim_number(one) == claim_number(two)) == (one == two)
    assert not set(claim_number(one)) & set("AEIOUL")


def test_numbers_once_given_out_stay_what_they_are() -> None:
    assert [claim_number(count) for count in (1, 29, 123456789)] == ["000000001N", "000000010P", "00060HZKNS"]


@given(COUNTS, st.integers(0, DIGITS), st.sampled_from(ALPHABET))
def test_a_wrong_character_is_found(count: int, place: int, sign: str) -> None:
    number = claim_number(count)
    changed = number[:place] + sign + number[place + 1 :]
    assert is_claim_number(changed) == (changed == number)


@given(COUNTS, st.integers(0, DIGITS - 1))
def test_two_that_changed_places_are_found(count: int, place: int) -> None:
    number = claim_number(count)
    changed = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    assert is_claim_number(changed) == (changed == number)


@pytest.mark.parametrize("count", [0, -1, BASE**DIGITS])
def test_a_count_beyond_the_numbers_is_refused(count: int) -> None:
    with pytest.raises(ValueError, match="a claim count from 1"):
        claim_number(count)
