"""Bytes changed at random: nothing crashes, and what is accepted adds up to the cent by another's reckoning."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from revcycle.foundation.x12.remittance import RemittanceReader
from revcycle.foundation.x12.segments import UnreadableFile
from tests.oracles.plain_835 import PlainSet, read_plainly
from tests.remittance_files import RemittanceFile, sound_file

SEEDS = st.integers(0, 2**32)
SIGNS = b"*:~^\n\r \x00\xff.-0123456789ACELNPSTVX"
MONEY = {"BPR": [2], "CLP": [3, 4], "SVC": [2, 3], "CAS": range(3, 19, 3), "PLB": range(4, 14, 2)}


def read(data: bytes, window: int = 4 << 20) -> RemittanceReader | None:
    reader = RemittanceReader(data, window)
    try:
        list(reader)
    except UnreadableFile:
        return None
    return reader


def mutated(rng: random.Random, data: bytes) -> bytes:
    """A few bytes replaced, left out, put in, swapped or repeated."""
    changed = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(changed))
        size = rng.choice([1, 1, 1, 5, 60])
        kind = rng.randrange(4)
        if kind == 0:
            changed[at] = rng.choice(SIGNS)
        elif kind == 1:
            del changed[at : at + size]
        elif kind == 2:
            changed[at:at] = bytes(rng.choice(SIGNS) for _ in range(size))
        else:
            other = rng.randrange(len(changed))
            changed[at:at] = changed[other : other + size]
    return bytes(changed)


@given(seed=SEEDS)
@settings(max_examples=300, deadline=None)
def test_what_is_accepted_of_a_mutated_file_agrees_with_a_plain_reading(seed: int) -> None:
    rng = random.Random(seed)
    data = sound_file(seed, sets=2, claims=2).data()
    data = data[:106] + mutated(rng, data[106:])  # the plain reading takes ISA to have its fixed width
    if reader := read(data):
        plain = {figures.control: figures for figures in read_plainly(data) if not figures.errors}
        for one in reader.sets:
            if one.sound:
                assert one.st02 in plain
                assert figures(one) == plain[one.st02].figures()


def figures(one: object) -> tuple[object, ...]:
    names = ("trace", "amount_cents", "claims", "services", "paid_cents", "adjusted_cents", "patient_cents")
    return tuple(getattr(one, name) for name in (*names, "provider_adjustment_cents"))


@given(seed=SEEDS, window=st.sampled_from([2 << 10, 64 << 10]))
@settings(max_examples=100, deadline=None)
def test_the_window_changes_nothing_of_a_mutated_file(seed: int, window: int) -> None:
    data = mutated(random.Random(seed), sound_file(seed, sets=2, claims=20).data())
    reader, other = read(data), read(data, window)
    assert (reader is None) == (other is None)
    if reader and other:
        assert other.sets == reader.sets
        assert other.problems == reader.problems


@given(seed=SEEDS)
@settings(max_examples=150, deadline=None)
def test_a_cent_anywhere_is_never_sound(seed: int) -> None:
    rng = random.Random(seed)
    file = sound_file(seed, sets=2)
    place, element = rng.choice(amounts(file))
    cents = round(float(file.element(place, element)) * 100) + rng.choice([-1, 1])
    file.put(place, element, f"{cents / 100:.2f}")
    broken = 1 if place < file.at(1, "SE") else 2
    reader = read(file.data())
    assert reader
    assert [one.sound for one in reader.sets] == [broken != 1, broken != 2]


def amounts(file: RemittanceFile) -> list[tuple[int, int]]:
    """Place and element of every amount that enters a balance."""
    found = []
    for place, segment in enumerate(file.segments):
        parts = segment.split("*")
        found += [(place, element) for element in MONEY.get(parts[0], []) if element < len(parts) and parts[element]]
    return found


@given(data=st.binary(max_size=400))
@settings(max_examples=200, deadline=None)
def test_any_bytes_behind_an_isa_are_read_without_a_crash(data: bytes) -> None:
    head = sound_file(1, sets=1, claims=0).data()[:106]
    reader = read(head + data)
    assert reader
    assert not any(one.sound for one in reader.sets)


def test_the_plain_reading_sees_what_it_must() -> None:
    def errors(place: str, element: int, value: str) -> list[str]:
        file = sound_file(4, sets=1)
        file.put(file.at(1, place), element, value)
        plain: list[PlainSet] = read_plainly(file.data())
        return plain[0].errors

    assert errors("TRN", 1, "1") == []
    assert errors("BPR", 2, "0.01") == ["the payment is out of balance"]
    assert "an amount cannot be read" in errors("CLP", 4, "1e3")
    assert errors("SE", 1, "1") == ["SE does not fit"]
