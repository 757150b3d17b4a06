"""Rules about the diagnoses of a claim: the smallest case that fires and its nearest neighbours that do not."""

import pytest

from tests.cycle.edits.conftest import Fired, SweepLines


def only(findings, *rules):
    return [finding for finding in findings if finding["rule"] in rules]


def test_a_clean_line_has_no_finding(sweep_lines: SweepLines):
    assert sweep_lines({}) == []


@pytest.mark.parametrize(
    ("code", "day", "expected"),
    [
        ("A10", "2026-07-15", None),
        ("a.10", "2026-07-15", None),
        ("Q99", "2026-07-15", "icd10.unknown"),
        ("B2", "2026-07-15", "icd10.unknown"),
        ("B20", "2021-09-30", None),
        ("B20", "2021-10-01", "icd10.incomplete"),
        ("B201", "2021-09-30", "icd10.not_yet_valid"),
        ("B201", "2021-10-01", None),
        ("C30", "2022-09-30", "icd10.incomplete"),
        ("D40", "2020-01-01", "icd10.incomplete"),
        ("D400", "2017-09-30", None),
        ("D400", "2017-10-01", "icd10.no_longer_valid"),
        ("E500", "2017-01-01", "icd10.no_longer_valid"),
        ("E500", "2018-10-01", None),
        ("Q99", "2015-09-30", None),
        ("Q99", "2015-10-01", "icd10.unknown"),
    ],
)
def test_a_diagnosis_is_judged_by_the_release_in_force_on_the_day(sweep_lines: SweepLines, code, day, expected):
    found = [f for f in sweep_lines({"diagnoses": code, "date_from": day}) if f["rule"].startswith("icd10.")]
    assert [(f["rule"], f["severity"], f["codes"]) for f in found] == (
        [(expected, "block", [code.upper().replace(".", "")])] if expected else []
    )


def test_a_diagnosis_names_the_lines_on_whose_date_it_fails(sweep_lines: SweepLines):
    found = sweep_lines(
        {"diagnoses": "A10;B201", "line": "3", "date_from": "2021-09-30"},
        {"diagnoses": "A10;B201", "line": "2", "date_from": "2021-10-01"},
        {"diagnoses": "A10;B201", "line": "1", "date_from": "2021-09-29"},
    )
    assert [f["lines"] for f in only(found, "icd10.not_yet_valid")] == [[1, 3]]


def test_a_diagnosis_that_ended_more_than_once_names_the_end_before_its_first_date(sweep_lines: SweepLines):
    days = ["2026-07-15", "2021-01-01", "2017-01-01", "2018-09-30", "2022-02-02"] * 20
    lines = [{"diagnoses": "G700", "line": str(n), "date_from": day} for n, day in enumerate(days, 1)]
    (found,) = only(sweep_lines(*lines), "icd10.no_longer_valid")
    assert (found["reason"], len(found["lines"])) == ("G700 ended on 2016-09-30, before the date of service", 100)


def test_a_diagnosis_that_is_twice_on_the_claim_is_one_finding_of_each_rule(sweep_lines: SweepLines):
    found = sweep_lines({"diagnoses": "Q99;A10;Q9.9;q99"})
    assert [(f["rule"], f["codes"], f["lines"]) for f in found] == [
        ("icd10.duplicate", ["Q99"], [1]),
        ("icd10.unknown", ["Q99"], [1]),
    ]


def test_two_different_diagnoses_are_no_duplicate(fired: Fired):
    assert fired("icd10.duplicate", {"twice": {"diagnoses": "A10;A10"}, "once": {"diagnoses": "A10;A11"}}) == {"twice"}


def test_only_the_first_diagnosis_may_not_be_a_manifestation(fired: Fired):
    cases = {
        "first": {"diagnoses": "F601;A10"},
        "second": {"diagnoses": "A10;F601"},
        "before the table": {"diagnoses": "F601", "date_from": "2019-06-30"},
    }
    assert fired("icd10.manifestation_first", cases) == {"first"}


def test_an_external_cause_is_judged_by_the_flags_in_force_on_the_day(sweep_lines: SweepLines):
    found = sweep_lines(
        {"diagnoses": "V700", "line": "1", "date_from": "2026-07-31"},
        {"diagnoses": "V700", "line": "2", "date_from": "2026-08-01"},
    )
    assert [(f["rule"], f["lines"], f["codes"]) for f in found if f["rule"].startswith("icd10.")] == [
        ("icd10.external_cause_first", [1], ["V700"])
    ]


@pytest.mark.parametrize(
    ("code", "birth", "day", "fires"),
    [
        ("W801", "2008-07-16", "2026-07-15", False),
        ("W801", "2008-07-15", "2026-07-15", True),
        ("W801", "2004-02-29", "2022-02-28", False),
        ("W801", "2004-02-29", "2022-03-01", True),
        ("W801", "", "2026-07-15", False),
        ("W801", "2026-07-16", "2026-07-15", False),
        ("W801", "2026-07-15", "2026-07-15", False),
        ("W802", "2011-07-15", "2026-07-15", False),
        ("W802", "2011-07-16", "2026-07-15", True),
        ("W802", "1890-01-01", "2026-07-15", False),
        ("A10", "1890-01-01", "2026-07-15", False),
        ("W801", "1980-01-01", "2019-06-30", False),
    ],
)
def test_age_is_counted_in_completed_years(sweep_lines: SweepLines, code, birth, day, fires):
    found = only(sweep_lines({"diagnoses": f"A10;{code}", "birth_date": birth, "date_from": day}), "icd10.age")
    assert [(f["severity"], f["codes"]) for f in found] == ([("review", [code])] if fires else [])


def test_a_pointer_counts_from_one_to_the_number_of_diagnoses(fired: Fired):
    cases = {
        "first": {"diagnoses": "A10;A11", "pointers": "1"},
        "last": {"diagnoses": "A10;A11", "pointers": "2;1"},
        "zero": {"diagnoses": "A10;A11", "pointers": "0"},
        "negative": {"diagnoses": "A10;A11", "pointers": "-1"},
        "beyond": {"diagnoses": "A10;A11", "pointers": "1;3"},
        "beyond every integer": {"diagnoses": "A10;A11", "pointers": "9" * 30},
        "none": {"diagnoses": "A10;A11", "pointers": ""},
        "no diagnoses": {"diagnoses": "", "pointers": "7"},
    }
    assert fired("diagnosis.pointer", cases) == {"zero", "negative", "beyond", "beyond every integer", "none"}


def test_twelve_diagnoses_and_four_pointers_are_the_most(sweep_lines: SweepLines):
    many = ";".join(f"K{number:02}" for number in range(13))
    found = sweep_lines(
        {"claim_id": "12", "patient_id": "12", "diagnoses": many[:-4]},
        {"claim_id": "13", "patient_id": "13", "diagnoses": many, "line": "2", "pointers": "13"},
        {"claim_id": "13", "patient_id": "13", "diagnoses": many, "line": "1", "procedure": "X1009"},
        {"claim_id": "4", "patient_id": "4", "diagnoses": many[:-4], "pointers": "1;2;3;4"},
        {"claim_id": "5", "patient_id": "5", "diagnoses": many[:-4], "pointers": "1;2;3;4;1"},
    )
    assert [(f["rule"], f["claim"], f["lines"], f["codes"]) for f in found] == [
        ("diagnosis.too_many", "13", [1, 2], []),
        ("diagnosis.too_many", "5", [1], ["X1000"]),
    ]


def test_a_claim_without_diagnoses_is_one_finding_without_codes(sweep_lines: SweepLines):
    found = sweep_lines({"diagnoses": " ; ;", "line": "2"}, {"diagnoses": "", "procedure": "X1009"})
    assert [(f["rule"], f["lines"], f["codes"]) for f in found] == [("diagnosis.missing", [1, 2], [])]
