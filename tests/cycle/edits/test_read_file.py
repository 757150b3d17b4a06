"""How a file of claims is read: what ends the call, what makes one row unreadable, what is the same text."""

import codecs
from pathlib import Path

import pytest

from revcycle.foundation.errors import InputUnusable
from tests.cycle.edits.conftest import DEFAULTS, SweepLines, write_csv

REQUIRED = ("claim_id", "line", "patient_id", "date_from", "place_of_service", "procedure", "units", "charge")
HEADER = ",".join(DEFAULTS)
CLEAN = ",".join(DEFAULTS.values())


def unreadable(findings):
    return [f for f in findings if f["rule"] == "input.unreadable"]


def raw(path: Path, *lines: str, encoding: str = "utf-8") -> Path:
    path.write_bytes("\n".join(lines).encode(encoding))
    return path


@pytest.mark.parametrize(
    ("column", "value"),
    [
        *((column, " ") for column in REQUIRED),
        *(("line", value) for value in ("0", "-1", "1.0", "+1", "one", "1e3", "١", "9" * 30, str(2**63))),
        *(("date_from", value) for value in ("2026-7-15", "20260715", "2026-02-29", "0000-01-01", "07/15/2026")),
        *(("date_to", value) for value in ("2026-06-31", "x")),
        *(("birth_date", value) for value in ("1980-13-01", "2.1.1980")),
        *((column, value) for column in ("units", "charge") for value in ("1,5", "1E308", "NaN", ".5", "5.", "+1")),
        *(("units", value) for value in ("inf", "--1", "1 000", "0x1", "١")),
        *(("pointers", value) for value in ("1;a", "1.0", "1,2")),
        *(("sex", value) for value in ("X", "f", "female")),
        ("modifiers", "25;59;RT;LT;50"),
        ("modifiers", "25;25;25;25;25"),
    ],
)
def test_a_value_that_is_missing_or_not_written_as_it_must_be_makes_its_row_unreadable(
    sweep_lines: SweepLines, column, value
):
    found = sweep_lines({"claim_id": "C0", "patient_id": "P0"}, {"claim_id": "C1", column: value})
    assert [(f["rule"], f["row"], f["severity"], f["codes"]) for f in found] == [("input.unreadable", 3, "block", [])]
    assert found[0]["claim"] == ("" if column == "claim_id" else "C1")
    assert found[0]["lines"] == ([] if column == "line" else [1])
    assert column in found[0]["reason"] or column.rstrip("s") in found[0]["reason"]


def test_a_line_number_beyond_the_greatest_is_said_to_be_so(sweep_lines: SweepLines):
    (found,) = sweep_lines({"line": "9223372036854775808"})
    assert found["reason"] == "Row 2: line is above 9223372036854775807, the greatest line number there is"


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("line", "007"),
        ("line", "1" * 19),
        ("line", "0" * 30 + "9223372036854775807"),
        ("units", "007.50"),
        ("charge", "-1"),
        ("charge", "0.123"),
        ("modifiers", " 25 ;; 59;"),
        ("sex", ""),
        ("birth_date", ""),
        ("date_to", "2026-07-15"),
        ("pointers", " 1 ; "),
        ("diagnoses", ";a.10 ;"),
        ("rendering_npi", "anything"),
        ("procedure", "any\0thing"),
        ("units", "9" * 400),
        pytest.param("units", "9" * 5000, id="units-5000 digits"),
        pytest.param("units", "0." + "0" * 5000 + "1", id="units-5000 decimals"),
    ],
)
def test_an_odd_but_allowed_value_is_read(sweep_lines: SweepLines, column, value):
    assert unreadable(sweep_lines({column: value})) == []


def test_rows_are_numbered_from_the_header_with_blank_ones_and_lines_within_a_value(tmp_path, sweep_path: SweepLines):
    broken = CLEAN.replace("2026-07-15", "x")
    named = broken.replace("TRICARE", "").replace("MEDICARE", '"a\nb"')
    path = raw(tmp_path / "f.csv", HEADER, "", broken, "  ", named, broken.replace("C1", "C2"))
    assert [(f["claim"], f["row"]) for f in unreadable(sweep_path(path))] == [("C1", 3), ("C1", 5), ("C2", 6)]


@pytest.mark.parametrize("change", [lambda row: row + ",", lambda row: row.rsplit(",", 1)[0], lambda row: "C1,1"])
def test_the_wrong_number_of_values_makes_a_row_unreadable(tmp_path, sweep_path: SweepLines, change):
    path = raw(tmp_path / "f.csv", HEADER, change(CLEAN), CLEAN.replace("C1", "C2", 1))
    assert [(f["claim"], f["lines"], f["row"]) for f in sweep_path(path)] == [("C1", [1], 2)]


def test_a_mark_that_is_not_closed_makes_one_row_of_the_rest(tmp_path, sweep_path: SweepLines):
    second = CLEAN.replace("MEDICARE", '"MEDICARE').replace("C1", "C2", 1)
    path = raw(tmp_path / "f.csv", HEADER, CLEAN, second, *[CLEAN] * 10_000)
    assert [(f["rule"], f["claim"], f["row"]) for f in sweep_path(path)] == [("input.unreadable", "C2", 3)]


def test_the_first_readable_row_of_a_line_is_the_line(sweep_lines: SweepLines):
    found = sweep_lines({"units": "x"}, {"line": "01"}, {"line": "1", "procedure": "X1009"}, {"claim_id": "c1"})
    assert [(f["row"], f["lines"]) for f in unreadable(found)] == [(2, [1]), (4, [1])]


def test_the_first_readable_row_of_a_claim_says_its_diagnoses(sweep_lines: SweepLines):
    found = sweep_lines(
        {"line": "1", "diagnoses": "K00", "sex": "?"},
        {"line": "2", "diagnoses": "A10;A11"},
        {"line": "3", "diagnoses": " a1.0 ;; A11", "procedure": "X1009"},
        {"line": "4", "diagnoses": "A11;A10"},
        {"line": "5", "diagnoses": "A10"},
        {"line": "6", "diagnoses": ""},
    )
    assert [f["row"] for f in unreadable(found)] == [2, 5, 6, 7]


def test_a_row_with_other_diagnoses_does_not_take_its_line(sweep_lines: SweepLines):
    found = sweep_lines({"line": "1"}, {"line": "2", "diagnoses": "A11"}, {"line": "2", "procedure": "X1009"})
    assert [f["row"] for f in found] == [3]


def test_unreadable_rows_stand_among_the_findings_of_their_claim(sweep_lines: SweepLines):
    found = sweep_lines(
        {"claim_id": "B", "line": "2", "units": "0"},
        {"claim_id": "B", "line": "2"},
        {"claim_id": "B", "line": "1", "place_of_service": "00", "procedure": "X1009"},
        {"claim_id": "A", "line": "x"},
        {"claim_id": "É", "units": ""},
        {"claim_id": "Z", "units": ""},
    )
    assert [(f["claim"], f["lines"], f["rule"]) for f in found] == [
        ("A", [], "input.unreadable"),
        ("B", [1], "place.unknown"),
        ("B", [2], "input.unreadable"),
        ("B", [2], "line.units"),
        ("Z", [1], "input.unreadable"),
        ("É", [1], "input.unreadable"),
    ]


def test_values_are_trimmed_of_every_white_space_and_claims_keep_their_case(sweep_lines: SweepLines):
    found = sweep_lines(
        {"claim_id": "\u00a0a\t", "patient_id": " P1\u2003", "procedure": " x1000 ", "units": "\u00a01"},
        {"claim_id": "A", "patient_id": "P1", "procedure": "X1002", "modifiers": "\u00a076\u2003;\t"},
    )
    assert [(f["rule"], f["claim"], f["others"]) for f in found] == [
        ("ncci.ptp_modifier_missing", "A", [{"claim": "a", "line": 1}])
    ]


def test_optional_columns_may_be_absent_and_a_byte_order_mark_and_crlf_are_accepted(tmp_path, sweep_path: SweepLines):
    header, row = ",".join(f" {name} " for name in REQUIRED), ",".join(DEFAULTS[name] for name in REQUIRED)
    path = tmp_path / "f.csv"
    path.write_bytes(codecs.BOM_UTF8 + f"{header}\r\n\r\n{row}\r\n\r\n".encode())
    assert [f["rule"] for f in sweep_path(path)] == ["diagnosis.missing", "npi.missing"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", ["empty", "claim_id"]),
        (b"\n \n", ["empty"]),
        ((HEADER + ",colour\n").encode(), ["unknown column", "'colour'"]),
        ((HEADER + ",\n").encode(), ["unknown column", "''"]),
        (HEADER.replace("units", "Units").encode(), ["'Units'"]),
        (HEADER.replace("sex", "line").encode(), ["repeated column", "'line'"]),
        (HEADER.replace(",charge", "").encode(), ["missing column", "'charge'"]),
        ((HEADER + "\n" + CLEAN + "\n").encode() + b"C1,\xff", ["line 3", f"byte {len(HEADER) + len(CLEAN) + 6} "]),
        (HEADER.encode("utf-16"), ["UTF-8"]),
    ],
)
def test_a_file_that_cannot_be_used_is_named_with_its_fault(tmp_path, sweep_path: SweepLines, content, words):
    path = tmp_path / "claims.csv"
    path.write_bytes(content)
    with pytest.raises(InputUnusable) as refused:
        sweep_path(path)
    assert refused.value.exit_code == 2
    assert all(word in str(refused.value) for word in ["claims.csv", *words])


def test_a_missing_file_is_named(tmp_path, sweep_path: SweepLines):
    with pytest.raises(InputUnusable, match=r"nothing\.csv"):
        sweep_path(tmp_path / "nothing.csv")


def test_a_file_with_a_header_only_has_no_findings(tmp_path, sweep_path: SweepLines):
    assert sweep_path(write_csv(tmp_path / "f.csv", [])) == []
