"""The 837P writer: what others find in its files, what a plain one writes, and that no fault leaves it."""

import io
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from revcycle.foundation.x12.characters import transliterate
from revcycle.foundation.x12.checks import Finding
from revcycle.foundation.x12.envelope import take_apart
from revcycle.foundation.x12.sent_claims import claims_at, patient_control_numbers
from revcycle.foundation.x12.writer import write_837p
from tests.foundation.x12.full_claims import ENVELOPE, line, tabled, tables
from tests.oracles.plain_837 import plain_837p
from tests.oracles.x12_oracles import pyx12_errors, x12sdk_errors

Rows = dict[str, list[dict[str, Any]]]


def written(rows: Rows) -> tuple[bytes, list[Finding]]:
    stream = io.BytesIO()
    findings = write_837p(stream, tabled(rows), ENVELOPE)
    return stream.getvalue(), findings


def test_others_find_no_error_in_claims_with_everything() -> None:
    data, findings = written(tables())
    assert findings == []
    assert pyx12_errors(data) == []
    assert x12sdk_errors(data) == []


def test_the_others_do_find_errors() -> None:
    data, _ = written(tables())
    assert pyx12_errors(data.replace(b"SBR*P*18", b"SBR*Q*18"))
    assert x12sdk_errors(data.replace(b"CLM*P1*150*", b"CLM*P1*151*"))


def test_a_plain_writer_gives_the_same_bytes() -> None:
    rows = tables()
    rows["line"][0] |= {"charge": 10050, "units": 1250}
    assert written(rows)[0] == plain_837p(rows, ENVELOPE)


@pytest.mark.parametrize(
    ("section", "column", "value", "where", "reason"),
    [
        ("claim", "subscriber_last", "", ("NM1", "03"), "is required and empty"),
        ("claim", "subscriber_last", None, ("NM1", "03"), "is required and empty"),
        ("claim", "subscriber_last", "Q" * 61, ("NM1", "03"), "is longer than 60 characters"),
        ("claim", "member_id", "SYN*1", ("NM1", "09"), "holds a delimiter or a character that X12 does not have"),
        ("claim", "member_id", "SYN\u20ac", ("NM1", "09"), "holds a delimiter or a character that X12 does not have"),
        ("claim", "note", "A\nB", ("NTE", "02"), "holds a delimiter or a character that X12 does not have"),
        ("claim", "subscriber_city", " ALBANY", ("N4", "01"), "begins or ends with a blank"),
        ("line", "charge", -1, ("SV1", "02"), "is negative"),
        ("line", "procedure", "", ("SV1", "01-2"), "is required and empty"),
        ("line", "ndc_unit", "LONG", ("CTP", "05"), "is longer than 2 characters"),
    ],
)
def test_what_cannot_be_written_is_named_by_claim_segment_and_element(
    section: str, column: str, value: Any, where: tuple[str, str], reason: str
) -> None:
    rows = tables()
    rows[section][0][column] = value
    data, (found,) = written(rows)
    assert data == b""
    assert (found.claim, found.segment, found.element, found.column, found.reason) == (0, *where, column, reason)
    assert str(value) not in repr(found) or not value


def test_a_header_that_cannot_be_written_belongs_to_no_claim() -> None:
    rows = tables()
    rows["set"][0]["billing_name"] = "A~B"
    assert [(one.claim, one.column) for one in written(rows)[1]] == [(-1, "billing_name")]


def test_a_column_the_map_needs_must_be_there() -> None:
    rows = tables()
    for claim in rows["claim"]:
        del claim["frequency"]
    with pytest.raises(KeyError, match="the table claim has no column frequency"):
        written(rows)


def test_claims_are_found_by_the_position_of_a_segment() -> None:
    data, _ = written(tables())
    (sent,) = take_apart(data).sets
    place = {segment.e(1): number for number, segment in enumerate(sent.segments, 2) if segment.id == "CLM"}
    assert patient_control_numbers(data) == ["P1", "P2", "P3"]
    last = len(sent.segments) + 1
    assert claims_at(data, {1, 3, place["P1"], place["P2"] - 5, place["P2"], last, last + 1}) == {
        place["P1"]: "P1",
        place["P2"] - 5: "P2",
        place["P2"]: "P2",
        last: "P3",
    }


def test_accents_and_typographic_signs_are_brought_to_x12() -> None:
    assert transliterate("  Łukasz  Müller-O\u2019Brien Straße ñ… ") == "LUKASZ MULLER-O'BRIEN STRASSE N..."


HOSTILE = st.text(
    alphabet=st.one_of(st.sampled_from("*:^~\r\n\t\x00 '\"`|<>ÄßŁ漢€\u2019"), st.characters(exclude_categories=["Cs"])),
    max_size=70,
)
FIELDS = (
    "subscriber_last",
    "subscriber_first",
    "member_id",
    "note",
    "group_number",
    "referral_number",
    "subscriber_city",
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.dictionaries(st.sampled_from(FIELDS), HOSTILE, max_size=3), min_size=1, max_size=4))
def test_hostile_text_makes_a_valid_file_or_names_its_claim(changes: list[dict[str, str]]) -> None:
    base = tables()
    rows: Rows = {"set": base["set"], "claim": [], "line": []}
    for n, change in enumerate(changes):
        plain = {name: transliterate(value) or None for name, value in change.items()}
        claim = base["claim"][0] | {"patient_control_number": f"P{n}", "charge": 10000, **plain}
        rows["claim"].append(claim)
        rows["line"].append(line(n, 0, 10000))
    data, findings = written(rows)
    faulty = {found.claim for found in findings}
    rows["claim"] = [claim for n, claim in enumerate(rows["claim"]) if n not in faulty]
    rows["line"] = [line(n, 0, 10000) for n in range(len(rows["claim"]))]
    if not rows["claim"]:
        return
    data, findings = written(rows)
    assert findings == []
    assert pyx12_errors(data) == []
    assert data == plain_837p(rows, ENVELOPE)


@settings(deadline=None)
@given(st.integers(0, 10**12), st.dates(date(1900, 1, 1), date(2100, 1, 1)))
def test_amounts_and_dates_are_written_as_the_plain_writer_does(cents: int, day: date) -> None:
    rows = tables()
    rows["claim"][0] |= {"charge": cents, "onset": day}
    assert written(rows)[0] == plain_837p(rows, ENVELOPE)
