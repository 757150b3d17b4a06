"""Rules over the lines of one patient, provider and day: NCCI pairs, unlikely units, add-ons, duplicates."""

from datetime import date
from pathlib import Path

import pytest

from revcycle.foundation.archive import Archive
from revcycle.foundation.reference import ReleaseSet
from tests.cycle.edits.conftest import DAY, Fired, SweepLines, add_release


def only(findings, *rules):
    return [finding for finding in findings if finding["rule"] in rules]


def pairs(findings):
    return [f for f in findings if f["rule"].startswith("ncci.ptp")]


def day(*procedures, **also):
    return [{"procedure": procedure} | also for procedure in procedures]


def test_a_pair_of_indicator_0_fires_whatever_modifiers_on_the_column_2_line(sweep_lines: SweepLines):
    found = pairs(
        sweep_lines(
            {"line": "1", "procedure": "X1001", "modifiers": "59"},
            {"line": "2", "procedure": "X1000", "modifiers": "LT"},
        )
    )
    assert [(f["rule"], f["severity"], f["lines"], f["codes"]) for f in found] == [
        ("ncci.ptp_never", "review", [1, 2], ["X1000", "X1001"])
    ]


def test_only_indicators_0_and_1_in_force_on_the_day_are_edits(fired: Fired):
    cases = {
        "1": day("X1000", "X1002"),
        "9": day("X1000", "X1003"),
        "ended": day("X1000", "X1004"),
        "last day": day("X1000", "X1004", date_from="2026-07-14"),
        "before the table": day("X1000", "X1002", date_from="2019-06-30"),
        "alone": day("X1002"),
        "itself": day("X1002", "X1002"),
    }
    assert fired("ncci.ptp_modifier_missing", cases) == {"1", "last day"}


@pytest.mark.parametrize(
    ("different", "fires"),
    [
        ({}, True),
        ({"patient_id": "P2"}, False),
        ({"rendering_npi": "2123456784"}, False),
        ({"rendering_npi": ""}, False),
        ({"date_from": "2026-07-14"}, False),
        ({"payer": "TRICARE", "birth_date": ""}, True),
    ],
)
def test_a_pair_is_of_one_patient_provider_and_day(sweep_lines: SweepLines, different, fires):
    found = pairs(sweep_lines({}, {"line": "2", "procedure": "X1002"} | different))
    assert [f["codes"] for f in found] == ([["X1000", "X1002"]] if fires else [])


def test_an_empty_provider_is_the_same_as_another_empty_one(sweep_lines: SweepLines):
    rows = [{"rendering_npi": "", "line": "1"}, {"rendering_npi": " ", "line": "2", "procedure": "X1002"}]
    assert [f["lines"] for f in pairs(sweep_lines(*rows))] == [[1, 2]]


def test_a_modifier_on_the_column_2_line_or_on_every_column_1_line_lifts_indicator_1(fired: Fired):
    one, two = {"procedure": "X1000"}, {"procedure": "X1002"}
    freed = {"modifiers": "59"}
    cases = {
        "column 2": [one, two | freed],
        "column 1": [one | freed, two],
        "every column 1": [one | freed, one | {"modifiers": "76;RT"}, two],
        "one of two column 1": [one | freed, one, two],
        "another line": [one, two, {"procedure": "X1009"} | freed],
        "no NCCI modifier": [one | {"modifiers": "76"}, two | {"modifiers": "50;26"}],
        "not on that day": [one, two | {"modifiers": "N1"}],
    }
    assert fired("ncci.ptp_bypassed", cases) == {"column 2", "column 1", "every column 1"}
    missing = {"one of two column 1", "another line", "no NCCI modifier", "not on that day"}
    assert fired("ncci.ptp_modifier_missing", cases) == missing


def test_a_bypassed_pair_is_for_information(sweep_lines: SweepLines):
    found = pairs(sweep_lines({}, {"line": "2", "procedure": "X1002", "modifiers": "59"}))
    assert [(f["rule"], f["severity"]) for f in found] == [("ncci.ptp_bypassed", "info")]


def test_each_column_2_line_is_a_finding_with_all_column_1_lines_of_its_claim_and_the_others(sweep_lines: SweepLines):
    found = pairs(
        sweep_lines(
            {"claim_id": "B", "line": "3", "procedure": "X1002"},
            {"claim_id": "B", "line": "1", "procedure": "X1000"},
            {"claim_id": "B", "line": "4", "procedure": "X1000"},
            {"claim_id": "B", "line": "2", "procedure": "X1002"},
            {"claim_id": "A", "line": "7", "procedure": "X1000"},
            {"claim_id": "C", "line": "1", "procedure": "X1002"},
        )
    )
    a, b = {"claim": "A", "line": 7}, [{"claim": "B", "line": 1}, {"claim": "B", "line": 4}]
    assert [(f["claim"], f["lines"], f["others"], f["others_count"]) for f in found] == [
        ("B", [1, 2, 4], [a], 1),
        ("B", [1, 3, 4], [a], 1),
        ("C", [1], [a, *b], 3),
    ]


def test_twenty_lines_of_other_claims_are_named_and_all_counted(sweep_lines: SweepLines):
    claims = [{"claim_id": f"B{n:02}", "line": str(line)} for n in range(15) for line in (2, 1)]
    own = [{"claim_id": "B01", "line": str(n)} for n in range(3, 40)]
    found = pairs(sweep_lines(*claims, *own, {"claim_id": "B01", "line": "99", "procedure": "X1002"}))
    expected = [{"claim": f"B{n:02}", "line": line} for n in (0, *range(2, 15)) for line in (1, 2)]
    assert [(f["others"], f["others_count"], f["lines"][0], len(f["lines"])) for f in found] == [
        (expected[:20], 28, 1, 40)
    ]


def test_a_hospital_pair_is_for_review_and_names_the_missing_table_until_a_practitioner_table_replaces_it(
    sweep_lines: SweepLines, books: tuple[Archive, ReleaseSet], tmp_path: Path
):
    rows = [("X1000", "X1005", 1, date(2026, 7, 1), None)]
    days = (date(2026, 7, 1), date(2026, 9, 30))
    loaded = add_release(books[0], tmp_path, "ptp", "professional", days=days, rows=rows)
    lines = [
        {"date_from": day, "line": str(number), "procedure": code}
        for number, (day, code) in enumerate(
            (day, code) for day in ("2026-06-30", "2026-07-01") for code in ("X1000", "X1002", "X1005")
        )
        if number
    ]
    lines.append({"date_from": "2026-06-30", "line": "9", "procedure": "X1000"})
    found = pairs(sweep_lines(*lines, also=[loaded]))
    assert [(f["codes"][1], f["severity"], "practitioner" in f["reason"]) for f in found] == [
        ("X1002", "review", True),
        ("X1005", "block", False),
    ]
    assert [f["release"] for f in found] == ["ptp outpatient_hospital 2026Q3", "ptp professional 2026Q3"]


def test_a_line_limit_judges_each_line(fired: Fired):
    cases = {
        "at": {"procedure": "X1005", "units": "2"},
        "above": {"procedure": "X1005", "units": "2.1"},
        "sum above": [{"procedure": "X1005", "units": "2", "modifiers": modifier} for modifier in ("RT", "LT")],
        "with 50": {"procedure": "X1005", "units": "3", "modifiers": "50"},
        "before the table": {"procedure": "X1005", "units": "3", "date_from": "2026-06-30"},
        "after the table": {"procedure": "X1005", "units": "3", "date_from": "2026-10-01"},
        "over two days": {"procedure": "X1005", "units": "4", "date_to": "2026-07-16"},
        "above over two days": {"procedure": "X1005", "units": "4.1", "date_to": "2026-07-16"},
        "ends before it begins": {"procedure": "X1005", "units": "3", "date_to": "2026-07-01"},
        "infinite": {"procedure": "X1005", "units": "9" * 400},
    }
    above = {"above", "with 50", "above over two days", "ends before it begins", "infinite"}
    assert fired("ncci.mue_line", cases) - {"after the table"} == above


@pytest.mark.parametrize(
    ("procedure", "rule", "severity"), [("X1006", "ncci.mue_day", "block"), ("X1007", "ncci.mue_clinical", "review")]
)
def test_a_day_limit_judges_the_sum_over_all_claims(sweep_lines: SweepLines, procedure, rule, severity):
    line = {"procedure": procedure, "units": "1"}
    rows = [
        line | {"claim_id": "A", "line": "2", "modifiers": "76"},
        line | {"claim_id": "A", "line": "1", "units": "0.5"},
        line | {"claim_id": "B", "units": "0.6", "place_of_service": "22"},
        line | {"claim_id": "C", "date_from": "2026-07-14", "units": "2"},
        line | {"claim_id": "D", "rendering_npi": "2123456784", "units": "2"},
    ]
    found = only(sweep_lines(*rows), "ncci.mue_line", "ncci.mue_day", "ncci.mue_clinical")
    assert [(f["rule"], f["severity"], f["claim"], f["lines"], f["codes"], f["others_count"]) for f in found] == [
        (rule, severity, "A", [1, 2], [procedure], 1),
        (rule, severity, "B", [1], [procedure], 2),
    ]
    assert found[1]["others"] == [{"claim": "A", "line": 1}, {"claim": "A", "line": 2}]


def test_fractions_that_add_up_to_the_limit_are_within_it(fired: Fired):
    line = {"procedure": "X1006"}
    cases = {
        "tenths": [line | {"units": "0.1"}] * 20,
        "and one more": [line | {"units": "0.1"}] * 21,
        "negative ones do not count": [line | {"units": "3"}, line | {"units": "-2"}],
    }
    assert fired("ncci.mue_day", cases) == {"and one more", "negative ones do not count"}


def test_a_sum_above_its_limit_by_the_smallest_trifle_fires_and_one_equal_to_it_does_not(fired: Fired):
    line, of_three_days = {"procedure": "X1006"}, {"procedure": "X1006", "date_to": "2026-07-17"}
    trifle = f"0.{'0' * 30}1"
    cases = {
        "above by a trifle": [line | {"units": f"2.{'0' * 30}1"}],
        "below by a trifle": [line | {"units": f"1.{'9' * 30}"}],
        "a trifle more": [line | {"units": "2"}, line | {"units": trifle}],
        "above by less than a millionth": [line | {"units": "2.0000000001"}],
        "thirds": [of_three_days | {"units": "1"}, of_three_days | {"units": "5"}],
        "thirds and a trifle": [
            of_three_days | {"units": "1"},
            of_three_days | {"units": "5"},
            line | {"units": trifle},
        ],
        "sevenths and thirds": [
            line | {"units": "5", "date_to": "2026-07-21"},
            line | {"units": "9", "date_to": "2026-07-21"},
            of_three_days | {"units": "0.000"},
        ],
    }
    above = {"above by a trifle", "a trifle more", "above by less than a millionth", "thirds and a trifle"}
    assert fired("ncci.mue_day", cases) == above
    by_line = {name: [row | {"procedure": "X1005"} for row in rows] for name, rows in cases.items()}
    assert fired("ncci.mue_line", by_line) == {"above by a trifle", "above by less than a millionth"}


@pytest.mark.parametrize("procedure", ["X1005", "X1006"])
@pytest.mark.parametrize(
    ("units", "days", "words"),
    [
        ("3.00", 1, "3 billed"),
        ("12.5", 1, "12.5 billed"),
        ("10", 3, "about 3.333333334 billed"),
        (f"2.{'0' * 30}1", 1, "about 2.000000001 billed"),
        ("123456789012345", 1, "123456789012345 billed"),
        pytest.param("9" * 309, 1, "at least 1000000000000000 billed", id="309 digits"),
        pytest.param("9" * 5000, 2, "at least 1000000000000000 billed", id="5000 digits"),
    ],
)
def test_the_reason_says_the_units_as_written_or_within_bounds(sweep_lines: SweepLines, procedure, units, days, words):
    line = {"procedure": procedure, "units": units, "date_to": f"2026-07-{14 + days}"}
    (found,) = only(sweep_lines(line), "ncci.mue_line", "ncci.mue_day")
    assert found["reason"].split(", ")[1] == words


def test_a_limit_of_zero_fires_for_any_unit(fired: Fired):
    least = f"0.{'0' * 400}1"
    cases = {units: {"procedure": "X1008", "units": units} for units in ("0", "-1", "0.0000000001", least, "1")}
    assert fired("ncci.mue_day", cases) == {"0.0000000001", least, "1"}
    assert fired("line.units", cases) == {"0", "-1"}


def test_an_add_on_needs_a_listed_primary_of_the_same_day(sweep_lines: SweepLines, fired: Fired):
    cases = {
        "alone": day("Y1000"),
        "with its primary": day("Y1000", "X1000"),
        "with another": day("Y1000", "X1001"),
        "primary on another day": [*day("Y1000"), *day("X1000", date_from="2026-07-14")],
        "before the table": day("Y1000", date_from="2019-06-30"),
        "both types, primary of 1": day("Y1300", "X1000"),
        "both types, primary of 3": day("Y1300", "X1001"),
        "both types alone": day("Y1300"),
        "type 3 alone": day("Y3000"),
        "type 3 with its primary": day("Y3000", "X1001"),
        "type 3 with another": day("Y3000", "X1000"),
        "type 2 alone": day("Y2000"),
        "type 2 with an add-on": day("Y2000", "Y1000", "X1000")[:2],
        "type 2 with any procedure": day("Y2000", "X1009"),
    }
    missing = {"alone", "with another", "primary on another day", "both types alone", "type 3 alone"}
    missing |= {"type 3 with another", "type 2 alone", "type 2 with an add-on"}
    assert fired("addon.primary_missing", cases) == missing


@pytest.mark.parametrize(
    ("code", "severity"), [("Y1000", "block"), ("Y1300", "block"), ("Y2000", "review"), ("Y3000", "review")]
)
def test_the_lowest_type_of_an_add_on_decides_its_severity(sweep_lines: SweepLines, code, severity):
    found = only(sweep_lines({"procedure": code}), "addon.primary_missing")
    assert [(f["severity"], f["codes"], f["lines"]) for f in found] == [(severity, [code], [1])]


def test_the_primary_may_stand_on_another_claim(sweep_lines: SweepLines):
    found = sweep_lines({"procedure": "Y1000"}, {"claim_id": "C2", "procedure": "X1000"})
    assert only(found, "addon.primary_missing") == []


def test_a_line_repeats_another_by_day_procedure_and_set_of_modifiers(fired: Fired):
    line = {"modifiers": "59;RT"}
    cases = {
        "same": [line, line],
        "other order": [line, {"modifiers": "rt;59"}],
        "a modifier twice": [line, {"modifiers": "59;RT;59"}],
        "units and charge": [line, line | {"units": "2", "charge": "99"}],
        "fewer modifiers": [line, {"modifiers": "59"}],
        "other procedure": [line, line | {"procedure": "X1009"}],
        "other day": [line, line | {"date_from": "2026-07-14"}],
        "other provider": [line, line | {"rendering_npi": "2123456784"}],
    }
    assert fired("line.duplicate", cases) == {"same", "other order", "a modifier twice", "units and charge"}


def test_each_repetition_names_the_first_line_in_order_of_claim_and_line(sweep_lines: SweepLines):
    rows = [
        {"claim_id": "B", "line": "1"},
        {"claim_id": "A", "line": "10"},
        {"claim_id": "A", "line": "9"},
        {"claim_id": "Ä", "line": "1"},
    ]
    found = only(sweep_lines(*rows), "line.duplicate")
    first = [{"claim": "A", "line": 9}]
    assert [(f["claim"], f["lines"], f.get("others"), f.get("others_count")) for f in found] == [
        ("A", [9, 10], None, None),
        ("B", [1], first, 1),
        ("Ä", [1], first, 1),
    ]
    assert DAY not in str(found)
