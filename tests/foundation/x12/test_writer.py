"""The 837P writer: what others find in its files, what a plain one writes, and that no fault leaves it."""

import io
import re
import string
from dataclasses import replace
from datetime import date
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from revcycle.foundation.x12.characters import transliterate
from revcycle.foundation.x12.checks import Finding
from revcycle.foundation.x12.sent_claims import claims_at, patient_control_numbers
from revcycle.foundation.x12.writer import write_837p
from tests.foundation.x12.full_claims import (
    ADJUDICATION,
    DAY,
    DEPENDENT,
    ENVELOPE,
    FULL,
    FULL_LINE,
    NPI,
    REASONS,
    SET,
    SUBSCRIBER,
    line,
    tabled,
    tables,
)
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


def test_each_earlier_payer_has_its_own_words_on_a_line() -> None:
    rows = tables()
    rows["line"].append(line(2, 1, 10000))
    rows["adjudication"] += [ADJUDICATION | {"m": 1, "payer_id": "SECOND2", "paid": 0}, ADJUDICATION | {"n": 1}]
    rows["adjudication_cas"] += [one | {"m": 1} for one in REASONS] + [one | {"n": 1} for one in REASONS]
    data, findings = written(rows)
    assert findings == []
    assert pyx12_errors(data) == []  # x12sdk has no place for a second SVD
    assert data == plain_837p(rows, ENVELOPE)


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
        ("line", "units", -1, ("SV1", "04"), "is negative"),
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


def test_findings_stand_in_order_of_claims() -> None:
    rows = tables()
    rows["claim"][2]["payer_order"] = rows["claim"][0]["frequency"] = rows["line"][2]["procedure"] = ""
    assert [(one.claim, one.column) for one in written(rows)[1]] == [
        (0, "frequency"),
        (1, "procedure"),
        (2, "payer_order"),
    ]


def test_characters_behind_a_null_are_none() -> None:
    """Arrow may keep them: a filter that makes a value null leaves its characters in the buffer."""
    _, offsets, characters = pa.array(["A*B", "A*B", "A*B"]).buffers()
    hidden = pa.Array.from_buffers(pa.string(), 3, [pa.py_buffer(bytes(8)), offsets, characters], null_count=3)
    made = tabled(tables())
    claims = made["claim"].drop_columns(["note", "frequency"])
    made["claim"] = claims.append_column("note", hidden).append_column("frequency", hidden)
    found = write_837p(io.BytesIO(), made, ENVELOPE)
    assert [(one.claim, one.column, one.reason) for one in found] == [
        (claim, "frequency", "is required and empty") for claim in range(3)
    ]


def test_a_header_that_cannot_be_written_belongs_to_no_claim() -> None:
    rows = tables()
    rows["set"][0]["billing_name"] = "A~B"
    assert [(one.claim, one.column) for one in written(rows)[1]] == [(-1, "billing_name")]


def test_a_claim_has_one_to_fifty_lines() -> None:
    rows = tables()
    rows["line"] = [line(1, n, 100) for n in range(50)] + [line(2, n, 100) for n in range(51)]
    rows["adjudication"] = rows["adjudication_cas"] = []
    data, (none, many) = written(rows)
    assert data == b""
    assert (none.claim, none.reason) == (0, "is required: the claim has no line")
    assert (many.claim, many.reason) == (2, "is beyond 50, the most lines of a claim")


def test_the_state_of_an_accident_needs_its_cause() -> None:
    rows = tables()
    rows["claim"][0]["accident_cause"] = None
    (found,) = written(rows)[1]
    assert (found.claim, found.segment, found.element) == (0, "CLM", "11-1")


def test_a_range_of_days_is_one_element() -> None:
    rows = tables()
    rows["line"][1]["service_from"] = None
    (found,) = written(rows)[1]
    assert (found.claim, found.segment, found.element, found.column) == (0, "DTP", "03", "service_from")


def test_a_facility_with_a_number_alone_is_named_as_incomplete() -> None:
    rows = tables()
    for section in ("claim", "line"):
        rows[section][0] |= {"facility_npi": NPI, "facility_name": None}
    assert [(one.claim, one.segment, one.element, one.column) for one in written(rows)[1]] == [
        (0, "NM1", "03", "facility_name"),
        (0, "NM1", "03", "facility_name"),
    ]


def test_a_specialty_is_written_only_behind_its_provider() -> None:
    rows = tables()
    rows["claim"][1]["rendering_npi"] = None
    rows["line"][0]["rendering_npi"] = None
    data, findings = written(rows)
    assert findings == []
    assert pyx12_errors(data) == []
    assert data == plain_837p(rows, ENVELOPE)


def test_claims_keep_their_order_in_a_set_of_any_size() -> None:
    count = 2**15 + 5
    rows = tabled({"set": [SET], "claim": [SUBSCRIBER | {"charge": 100}], "line": [line(0, 0, 100)]})
    many = {name: one.take(pa.array([0] * count)) for name, one in rows.items() if name != "set"}
    numbers = pa.array([f"P{n}" for n in range(count)])
    claims = many["claim"].append_column("patient_control_number", numbers)
    lines = many["line"].set_column(0, "claim", pa.array(range(count)))
    stream = io.BytesIO()
    assert write_837p(stream, {"set": rows["set"], "claim": claims, "line": lines}, ENVELOPE) == []
    written_claims = stream.getvalue().split(b"~HL*")[2:]
    ids = {tuple(segment.split(b"*")[0] for segment in one.split(b"~")[1:]) for one in written_claims[:-1]}
    assert ids == {
        (b"SBR", b"NM1", b"N3", b"N4", b"DMG", b"NM1", b"CLM", b"HI", b"NM1", b"PRV", b"LX", b"SV1", b"DTP", b"REF")
    }
    assert re.findall(rb"CLM[*](P[0-9]+)", stream.getvalue()) == [one.encode() for one in numbers.to_pylist()]


@pytest.mark.parametrize(
    ("section", "change", "said"),
    [
        ("line", {"n": 4096}, "the table line has a number in n that is not from 0 to 4095"),
        ("line", {"n": 1}, "two rows of a table have the same place"),
        ("line", {"claim": -1}, "the table line has a row of a claim that is not in the table claim"),
        ("line", {"claim": 3}, "the table line has a row of a claim that is not in the table claim"),
        ("adjudication_cas", {"rep": 16}, "the table adjudication_cas has a number in rep that is not from 0 to 15"),
        ("adjudication", {"m": -1}, "the table adjudication has a number in m that is not from 0 to 63"),
    ],
)
def test_rows_without_a_place_of_their_own_are_refused(section: str, change: dict[str, int], said: str) -> None:
    rows = tables()
    rows[section][0] |= change
    with pytest.raises(ValueError, match=said):
        written(rows)


@pytest.mark.parametrize("section", ["set", "claim"])
def test_without_a_claim_or_a_header_there_is_no_file(section: str) -> None:
    made = tabled(tables())
    made[section] = made[section].slice(0, 0)
    with pytest.raises(ValueError, match="one row of the set and at least one claim"):
        write_837p(io.BytesIO(), made, ENVELOPE)


@pytest.mark.parametrize(
    ("section", "column", "values", "said"),
    [
        ("claim", "charge", pa.array([150.0, 100.0, 100.0]), r"column charge .* is double; int64 \(cents\)"),
        ("claim", "patient_control_number", pa.array([1, 2, 3]), "is int64; string is expected"),
        ("line", "service_from", pa.array(["20260105"] * 4), "is string; date32 is expected"),
        ("line", "units", pa.array([1, 1, 1, 1], pa.int32()), r"is int32; int64 \(thousandths\) is expected"),
    ],
)
def test_a_column_of_another_type_is_refused(section: str, column: str, values: pa.Array, said: str) -> None:
    made = tabled(tables())
    place = made[section].column_names.index(column)
    made[section] = made[section].set_column(place, column, values)
    with pytest.raises(TypeError, match=said):
        write_837p(io.BytesIO(), made, ENVELOPE)


def test_large_text_is_written_as_text_is() -> None:
    made = tabled(tables())
    for section, table in made.items():
        fields = [
            pa.field(one.name, pa.large_string() if one.type == pa.string() else one.type) for one in table.schema
        ]
        made[section] = table.cast(pa.schema(fields))
    stream = io.BytesIO()
    assert write_837p(stream, made, ENVELOPE) == []
    assert stream.getvalue() == written(tables())[0]


def test_slices_and_chunks_of_tables_are_written_as_they_read() -> None:
    made = tabled(tables())
    doubled = {name: pa.concat_tables([one.slice(0, 0), one.slice(0, 1), one.slice(1)]) for name, one in made.items()}
    stream = io.BytesIO()
    assert write_837p(stream, doubled, ENVELOPE) == []
    assert stream.getvalue() == written(tables())[0]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"sender_id": "A"}, "ISA06"),
        ({"receiver_id": "FIXTURE CH "}, "ISA06"),
        ({"sender_id": "A*B"}, "ISA06"),
        ({"sender_id": "ÄRZTE"}, "ISA06"),
        ({"receiver_qualifier": "Z"}, "ISA05"),
        ({"isa13": 10**9}, "ISA13"),
        ({"gs06": 0}, "GS06"),
        ({"usage": "X"}, "ISA15"),
    ],
)
def test_an_envelope_that_no_partner_could_read_is_refused(change: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        replace(ENVELOPE, **change)


def test_a_column_the_map_needs_must_be_there() -> None:
    rows = tables()
    for claim in rows["claim"]:
        del claim["frequency"]
    with pytest.raises(KeyError, match="the table claim has no column frequency"):
        written(rows)


def test_every_segment_of_a_claim_is_found_by_its_position() -> None:
    data, _ = written(tables())
    segments = data.decode().split("~")[2:-3]  # ST to SE
    expected, position = {}, 0
    numbers = iter(re.findall("CLM[*](P[0-9]+)", data.decode()))
    claim = ""
    for position, segment in enumerate(segments, 1):
        if re.fullmatch("HL[*][0-9]+[*]1[*]22[*][01]", segment):
            claim = next(numbers)
        if claim and not segment.startswith("SE*"):
            expected[position] = claim
    assert set(expected.values()) == {"P1", "P2", "P3"}
    assert claims_at(data, set(range(position + 5))) == expected
    assert patient_control_numbers(data) == ["P1", "P2", "P3"]


# A plain second opinion on the fields below: shortest and longest, and whether the field may be empty.
TEXTS = {
    "subscriber_last": (1, 60, False),
    "subscriber_first": (1, 35, True),
    "subscriber_middle": (1, 25, True),
    "subscriber_suffix": (1, 10, True),
    "subscriber_street": (1, 55, False),
    "subscriber_street_2": (1, 55, True),
    "subscriber_city": (2, 30, False),
    "member_id": (2, 80, False),
    "group_number": (1, 50, True),
    "group_name": (1, 60, True),
    "payer_name": (1, 60, False),
    "payer_id": (2, 80, False),
    "attachment_number": (2, 50, True),
    "referral_number": (1, 50, False),
    "prior_authorization": (1, 50, False),
    "medical_record": (1, 50, False),
    "clearinghouse_number": (1, 20, False),
    "note": (1, 80, False),
    "referring_last": (1, 60, False),
    "supervising_first": (1, 35, True),
    "facility_name": (1, 60, False),
    "facility_city": (2, 30, False),
}
SIGNS = set(string.ascii_letters + string.digits + " !\"&'()+,-./;?=%@[]_{}\\|<>#$")
AWKWARD = st.one_of(
    st.sampled_from("*:^~\r\n\t\x00\x7f '\"`|<>ÄßŁ漢€\u2019\u00a0"), st.characters(exclude_categories=["Cs"])
)
HOSTILE = st.one_of(
    st.text(AWKWARD, max_size=12),
    st.text(st.sampled_from(string.ascii_uppercase + " -"), max_size=90),
    st.text(st.sampled_from(sorted(SIGNS)), max_size=90),
)


def fits(column: str, value: str) -> bool:
    shortest, longest, may_be_empty = TEXTS[column]
    if not value:
        return may_be_empty
    return shortest <= len(value) <= longest and set(value) <= SIGNS and value == value.strip(" ")


@settings(max_examples=20, deadline=None)
@given(
    st.lists(st.dictionaries(st.sampled_from(sorted(TEXTS)), HOSTILE, max_size=3), min_size=1, max_size=12),
    st.booleans(),
)
@example(changes=[{"attachment_number": "0"}], brought=False)
def test_hostile_text_makes_a_valid_file_or_names_exactly_its_claims(
    changes: list[dict[str, str]], brought: bool
) -> None:
    if brought:
        changes = [{name: transliterate(value) for name, value in change.items()} for change in changes]
    claims = [
        SUBSCRIBER | FULL | change | {"patient_control_number": f"P{n}", "charge": 10000}
        for n, change in enumerate(changes)
    ]
    rows: Rows = {"set": [SET], "claim": claims, "line": [line(n, 0, 10000) for n in range(len(claims))]}
    data, findings = written(rows)
    at_fault = {
        (n, name) for n, change in enumerate(changes) for name, value in change.items() if not fits(name, value)
    }
    assert {(found.claim, found.column) for found in findings} == at_fault
    assert (data == b"") == bool(at_fault)
    good = [claim for n, claim in enumerate(claims) if n not in {claim for claim, _ in at_fault}]
    if good:
        rows = {**rows, "claim": good, "line": [line(n, 0, 10000) for n in range(len(good))]}
        data, findings = written(rows)
        assert findings == []
        assert pyx12_errors(data) == []
        assert data == plain_837p(rows, ENVELOPE)


CLAIM_FEATURES: list[dict[str, Any]] = [
    *({name: FULL[name]} for name in ("onset", "accident", "admission", "discharge", "patient_paid", "clia", "note")),
    *({name: FULL[name]} for name in ("referral_number", "prior_authorization", "clearinghouse_number")),
    {"accident_cause": "OA"},
    {"accident_cause": "AA", "accident_state": "ME"},
    *(
        {name: value for name, value in FULL.items() if name.startswith(part)}
        for part in ("attachment", "referring", "supervising", "facility")
    ),
    *({f"diagnosis_{i}": FULL[f"diagnosis_{i}"] for i in range(2, last)} for last in (3, 5, 13)),
    {"rendering_npi": None},
    {"rendering_taxonomy": None},
    {"subscriber_street_2": None, "group_name": "GROUP", "group_number": None, "insurance_type": "12"},
    {"frequency": "8", "payer_claim_number": "ICN2"},
    DEPENDENT,
]
LINE_FEATURES: list[dict[str, Any]] = [
    *({name: FULL_LINE[name]} for name in ("note", "prior_authorization", "place")),
    *(
        {name: value for name, value in FULL_LINE.items() if name.startswith(part)}
        for part in ("ndc", "facility", "rendering", "supervising", "ordering", "referring")
    ),
    {"service_to": DAY},
    {"unit_basis": "MJ", "units": 15500},
    {"modifier_1": None},
    {"modifier_2": "59", "modifier_3": "LT", "description": "MADE UP"},
    {"pointer_2": "2", "pointer_3": "3", "pointer_4": "4"},
]


def some(features: list[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    chosen = st.lists(st.sampled_from(features), unique_by=id, max_size=6)
    return chosen.map(lambda parts: {name: value for part in parts for name, value in part.items()})


CLAIMS = st.tuples(some(CLAIM_FEATURES), st.lists(some(LINE_FEATURES), min_size=1, max_size=3), st.booleans())


@settings(max_examples=20, deadline=None)
@given(st.lists(CLAIMS, min_size=1, max_size=10))
def test_any_mix_of_features_is_valid_and_as_the_plain_writer_has_it(
    claims: list[tuple[dict[str, Any], list[dict[str, Any]], bool]],
) -> None:
    rows: Rows = {"set": [SET], "claim": [], "line": []}
    rows |= {"other": [], "other_cas": [], "adjudication": [], "adjudication_cas": []}
    for n, (features, lines, after_another) in enumerate(claims):
        number = {"patient_control_number": f"P{n}", "charge": 10000 * len(lines)}
        rows["claim"].append(SUBSCRIBER | features | number | ({"payer_order": "S"} if after_another else {}))
        rows["line"] += [line(n, place, 10000) | of_line for place, of_line in enumerate(lines)]
        for name in ("other", "other_cas", "adjudication", "adjudication_cas") if after_another else ():
            rows[name] += [one | {"claim": n} for one in tables()[name]]
    data, findings = written(rows)
    assert findings == []
    assert pyx12_errors(data) == []
    assert data == plain_837p(rows, ENVELOPE)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 10**12), st.integers(0, 10**9), st.dates()), min_size=1, max_size=50))
def test_amounts_units_and_dates_are_written_as_the_plain_writer_does(lines: list[tuple[int, int, date]]) -> None:
    rows: Rows = {"set": [SET], "claim": [SUBSCRIBER | {"patient_control_number": "P1", "charge": 1}]}
    rows["line"] = [line(0, n, cents, units=units, service_from=day) for n, (cents, units, day) in enumerate(lines)]
    assert written(rows)[0] == plain_837p(rows, ENVELOPE)
