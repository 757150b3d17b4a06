"""Rules that look at single lines: procedures, modifiers, places, NPIs, units, dates, filing limits."""

from datetime import date

import pytest

from revcycle.foundation.calendar import FilingLimit
from tests.cycle.edits.conftest import Fired, SweepLines


def only(findings, *rules):
    return [finding for finding in findings if finding["rule"] in rules]


@pytest.mark.parametrize(
    ("code", "day", "expected"),
    [
        ("x1000", "2026-07-15", None),
        ("X9999", "2026-07-15", ("procedure.unknown", "block")),
        ("X9999", "2019-06-30", None),
        ("X9999", "2026-09-30", ("procedure.unknown", "block")),
        ("X9999", "2026-10-01", ("procedure.unknown", "review")),
        ("X1000", "2026-10-01", None),
        ("X2000", "2021-12-31", None),
        ("X2000", "2022-01-01", ("procedure.no_longer_valid", "block")),
        ("X2000", "2026-10-01", ("procedure.no_longer_valid", "block")),
        ("X3000", "2024-12-31", ("procedure.not_yet_valid", "block")),
        ("X4000", "2020-12-31", ("procedure.no_longer_valid", "block")),
        ("X4000", "2021-01-01", None),
    ],
)
def test_a_procedure_is_judged_by_the_table_in_force_on_the_day(sweep_lines: SweepLines, code, day, expected):
    found = sweep_lines({"procedure": code, "date_from": day}, as_of=date(2026, 11, 1))
    found = [f for f in found if f["rule"].startswith("procedure.")]
    assert [(f["rule"], f["severity"]) for f in found] == ([expected] if expected else [])
    assert all(f["codes"] == [code] and f["lines"] == [1] for f in found)


def test_an_unknown_code_after_the_last_quarter_names_the_release_to_load(sweep_lines: SweepLines):
    rows = {"date_from": "2026-10-01", "procedure": "X9999", "modifiers": "QQ"}
    found = sweep_lines(rows, as_of=date(2026, 11, 1))
    named = only(found, "procedure.unknown", "modifier.unknown")
    assert [("2026Q4" in f["fix"], f["severity"]) for f in named] == [(True, "review"), (True, "review")]


@pytest.mark.parametrize(
    ("modifier", "day", "expected"),
    [
        ("rt", "2026-07-15", None),
        ("QQ", "2026-07-15", "modifier.unknown"),
        ("QQ", "2019-06-30", None),
        ("1P", "2026-07-15", None),
        ("2P", "2026-07-15", None),
        ("3P", "2026-07-15", None),
        ("8P", "2026-07-15", None),
        ("ZZ", "2020-12-31", None),
        ("ZZ", "2021-01-01", "modifier.not_valid_on_date"),
    ],
)
def test_a_modifier_is_judged_by_the_table_in_force_on_the_day(sweep_lines: SweepLines, modifier, day, expected):
    found = only(
        sweep_lines({"modifiers": f"76;{modifier}", "date_from": day}),
        "modifier.unknown",
        "modifier.not_valid_on_date",
    )
    assert [(f["rule"], f["codes"]) for f in found] == ([(expected, ["X1000", modifier])] if expected else [])


def test_a_repeated_modifier_is_one_finding_of_each_rule(sweep_lines: SweepLines):
    found = sweep_lines({"modifiers": "qq;QQ;76; QQ"})
    assert [(f["rule"], f["codes"]) for f in found] == [
        ("modifier.repeated", ["X1000", "QQ"]),
        ("modifier.unknown", ["X1000", "QQ"]),
    ]


@pytest.mark.parametrize(
    ("modifiers", "day", "pairs"),
    [
        ("FX;CT", "2026-07-15", [["CT", "FX"]]),
        ("RT;LT", "2026-07-15", [["LT", "RT"]]),
        ("RT;LT", "2019-01-01", [["LT", "RT"]]),
        ("RT;50;LT", "2026-07-15", [["50", "LT"], ["50", "RT"], ["LT", "RT"]]),
        ("TC;26", "2026-07-15", [["26", "TC"]]),
        ("76;8P", "2026-07-14", [["76", "8P"]]),
        ("76;8P", "2026-07-15", []),
        ("26;RT", "2026-07-15", []),
        ("RT;RT", "2026-07-15", []),
    ],
)
def test_modifiers_that_exclude_each_other_conflict(sweep_lines: SweepLines, modifiers, day, pairs):
    found = only(sweep_lines({"modifiers": modifiers, "date_from": day}), "modifier.conflict")
    assert [f["codes"] for f in found] == [["X1000", *pair] for pair in pairs]


def test_modifiers_of_two_lines_do_not_conflict(sweep_lines: SweepLines):
    found = sweep_lines({"modifiers": "LT"}, {"modifiers": "RT", "line": "2"})
    assert only(found, "modifier.conflict") == []


@pytest.mark.parametrize("modifier", ["59", "XE", "XP", "XS", "XU"])
def test_a_separating_modifier_may_not_stand_on_a_visit(fired: Fired, modifier):
    codes = ["99200", "99201", "99213", "99499", "99500", "9921A", "92002"]
    cases = {code: {"procedure": code, "modifiers": modifier} for code in codes}
    assert fired("modifier.not_on_em", cases) == {"99201", "99213", "99499"}


@pytest.mark.parametrize("modifier", ["24", "25", "57"])
def test_a_visit_modifier_may_stand_on_visits_only(fired: Fired, modifier):
    codes = ["99200", "99201", "99499", "99500", "9921A", "92002", "G0101", "X1000"]
    cases = {code: {"procedure": code, "modifiers": modifier} for code in codes}
    assert fired("modifier.em_only", cases) == {"99200", "99500", "9921A", "X1000"}


def test_a_place_of_service_is_two_digits_that_are_assigned(fired: Fired):
    places = ["01", "11", "27", "34", "42", "49", "58", "62", "66", "72", "81", "99"]
    wrong = ["00", "1", "28", "30", "35", "40", "43", "48", "59", "63", "67", "70", "73", "80", "82", "98", "011", "1A"]
    cases = {place: {"place_of_service": place} for place in (*places, *wrong)}
    assert fired("place.unknown", cases) == set(wrong)


def test_an_npi_has_ten_digits_and_a_luhn_check_digit(fired: Fired):
    right = ["1234567893", "2123456784"]
    wrong = ["1234567890", "1234567839", "3123456789", "123456789", "12345678931", "12345678AB", "1234567893x"]
    cases = {npi: {"rendering_npi": npi} for npi in (*right, *wrong)}
    assert fired("npi.check_digit", cases | {"": {"claim_id": "none", "rendering_npi": ""}}) == set(wrong)


def test_a_missing_npi_is_for_review_and_has_no_codes(sweep_lines: SweepLines):
    found = sweep_lines({"rendering_npi": " "})
    assert [(f["rule"], f["severity"], f["lines"], f["codes"]) for f in found] == [("npi.missing", "review", [1], [])]


def test_units_must_be_above_zero(fired: Fired):
    cases = {units: {"units": units} for units in ("0", "-1", "0.00", "0.5", "1", "9" * 400)}
    assert fired("line.units", cases) == {"0", "-1", "0.00"}


def test_a_service_neither_ends_before_it_begins_nor_lies_in_the_future(fired: Fired):
    cases = {
        "one day": {"date_to": "2026-07-15"},
        "before it begins": {"date_to": "2026-07-14"},
        "today": {"date_from": "2026-08-01"},
        "tomorrow": {"date_from": "2026-08-02"},
        "until today": {"date_to": "2026-08-01"},
        "until tomorrow": {"date_to": "2026-08-02"},
    }
    assert fired("line.dates", cases, as_of=date(2026, 8, 1)) == {"before it begins", "tomorrow", "until tomorrow"}


def test_a_filing_limit_is_the_payers_rule_for_the_date_of_service(fired: Fired):
    limits = [
        FilingLimit("MEDICARE", date(2020, 1, 1), date(2025, 12, 31), 1, "years", "42 CFR 424.44"),
        FilingLimit("MEDICARE", date(2026, 1, 1), None, 10, "days", "made up"),
    ]
    cases = {
        "last day": {"date_from": "2025-08-01"},
        "a day late": {"date_from": "2025-07-31"},
        "late by the newer rule": {"date_from": "2026-07-15"},
        "before every rule": {"date_from": "2019-12-31"},
        "another payer": {"date_from": "2025-07-31", "payer": "TRICARE"},
        "no payer": {"date_from": "2025-07-31", "payer": ""},
        "in the calendar's last year": {"date_from": "9999-12-31"},
    }
    late = {"a day late", "late by the newer rule"}
    assert fired("filing.expired", cases, limits=limits, as_of=date(2026, 8, 1)) == late
