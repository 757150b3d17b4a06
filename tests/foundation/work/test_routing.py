"""Who gets an item."""

from hypothesis import given
from hypothesis import strategies as st

from revcycle.foundation.work.routing import Coder, Need, choose, need


def coder(name: str, credentials: str = "", specialties: str = "") -> Coder:
    return Coder(name, frozenset(credentials.split()), frozenset(specialties.split()))


def test_questions_about_diagnoses_alone_need_a_diagnosis_coder() -> None:
    assert need(["icd10.unknown", "icd10.age"], "cardiology") == Need("CRC", "cardiology")


def test_other_questions_need_the_credential_of_the_specialty() -> None:
    assert need(["icd10.unknown", "ncci.ptp_never"], "orthopedic_surgery").credential == "COSC"
    assert need(["line.units"], "") == Need("CPC", "")


def test_credential_and_specialty_come_before_either_alone() -> None:
    both, credential, specialty = coder("a", "COSC", "x"), coder("b", "COSC CPC", "y"), coder("c", "CPC", "x")
    needed = Need("COSC", "x")
    assert choose("csv/E1", needed, [specialty, credential, both]) == "a"
    assert choose("csv/E1", needed, [specialty, credential]) == "b"
    assert choose("csv/E1", needed, [coder("d"), specialty]) == "c"


def test_where_nobody_fits_any_coder_is_better_than_none() -> None:
    assert choose("csv/E1", Need("COSC", "x"), [coder("a")]) == "a"
    assert choose("csv/E1", Need("COSC", "x"), []) == ""


@given(st.text(), st.permutations([coder("a", "CPC"), coder("b", "CPC"), coder("c", "CPC")]))
def test_the_order_of_the_staff_plays_no_part(cause: str, coders: list[Coder]) -> None:
    assert choose(cause, Need("CPC", ""), coders) == choose(
        cause, Need("CPC", ""), sorted(coders, key=lambda c: c.username)
    )


def test_equal_coders_share_the_work() -> None:
    coders = [coder("a", "CPC"), coder("b", "CPC")]
    share = sum(choose(f"csv/E{cause}", Need("CPC", ""), coders) == "a" for cause in range(1000))
    assert 400 < share < 600
