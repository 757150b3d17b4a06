"""The planted cases: their rules are known, their windows hold, and they say what the book says."""

from collections import Counter

import pytest

from sample_practice.book import CLEAN_PAIRS, ENTRIES, WRONG_CASES, BookedCase
from sample_practice.case_mix import VISITS
from sample_practice.fees import unit_charge_cents
from sample_practice.planted import CASES, EXPIRED
from sample_practice.visit import CHILD, NEW, SPECIALTIES, Line, choices, lines

KNOWN_RULES = {
    "icd10.unknown", "icd10.incomplete", "icd10.not_yet_valid", "icd10.no_longer_valid",
    "icd10.manifestation_first", "icd10.external_cause_first", "icd10.duplicate", "icd10.age",
    "procedure.unknown", "procedure.not_yet_valid", "procedure.no_longer_valid",
    "modifier.unknown", "modifier.not_valid_on_date", "modifier.repeated", "modifier.conflict",
    "modifier.not_on_em", "modifier.em_only",
    "ncci.ptp_never", "ncci.ptp_modifier_missing", "ncci.ptp_bypassed",
    "ncci.mue_line", "ncci.mue_day", "ncci.mue_clinical", "addon.primary_missing",
    "place.unknown", "npi.check_digit", "npi.missing", "npi.unlisted",
    "diagnosis.pointer", "diagnosis.too_many", "diagnosis.missing",
    "line.duplicate", "line.units", "line.dates", "filing.expired",
}  # fmt: skip


def test_a_case_is_planted_for_every_rule_and_for_no_other() -> None:
    planted = {finding.rule for case in CASES for finding in case.expected} | {EXPIRED}

    assert planted == KNOWN_RULES


def test_every_planted_finding_names_a_visit_of_its_case() -> None:
    for case in CASES:
        assert case.expected
        assert all(0 <= finding.visit < len(case.visits) for finding in case.expected)
        assert case.first <= case.last


def test_the_first_cases_of_the_book_are_of_different_rules() -> None:
    distinct = len({case.expected[0].rule for case in CASES})
    leading = Counter(booked.case.expected[0].rule for booked in WRONG_CASES[:distinct])

    assert set(leading.values()) == {1}


@pytest.mark.parametrize("booked", [*WRONG_CASES, *CLEAN_PAIRS])
def test_a_case_is_booked_under_the_numbers_of_its_own_visits(booked: BookedCase) -> None:
    assert tuple(ENTRIES[number].visit for number in booked.entries) == booked.case.visits


def test_every_specialty_has_daily_visits_for_grown_and_new_patients_and_children_have_theirs() -> None:
    offered = {(visit.specialty, visit.audience) for visit in VISITS}

    assert {(specialty, NEW) for specialty in SPECIALTIES} <= offered
    assert (SPECIALTIES[0], CHILD) in offered


def test_the_pointers_of_a_daily_visit_lie_within_each_of_its_diagnosis_lists() -> None:
    for visit in VISITS:
        shortest = min(map(len, visit.diagnoses))
        assert all(1 <= pointer <= shortest for line in visit.lines for pointer in line.pointers)
        assert all(1 <= len(line.pointers) <= 4 for line in visit.lines)


def test_charge_lines_are_read_from_their_notation() -> None:
    assert lines("99213-25@1,2 J3301*4 93306@") == (
        Line("99213", ("25",), 1, (1, 2)),
        Line("J3301", (), 4, (1,)),
        Line("93306", (), 1, ()),
    )
    assert choices("I10+E785 Z23") == (("I10", "E785"), ("Z23",))
    with pytest.raises(ValueError, match="no charge line"):
        lines("99213?")


def test_every_charge_is_above_nothing() -> None:
    assert all(unit_charge_cents(line.procedure) > 0 for entry in ENTRIES for line in entry.visit.lines)
