"""What a single bad row does: its encounter (its patient, its patient's coverage) is quarantined, the rest goes in."""

from datetime import date

import pytest

from tests.cycle.intake.delivery import OTHER_BILLING, UNLISTED, Desk, a_coverage, a_line, a_patient

CHARGE_FAULTS = [
    ({"line": "0"}, "line", "number"),
    ({"line": "1.0"}, "line", "number"),
    ({"line": ""}, "line", "empty"),
    ({"status": "void"}, "status", "choice"),
    ({"entered_on": "2026-07-07"}, "entered_on", "future"),
    ({"patient_id": "P9"}, "patient_id", "unlisted"),
    ({"patient_id": "1.2E+09"}, "patient_id", "scientific"),
    ({"billing_npi": UNLISTED}, "billing_npi", "unlisted"),
    ({"billing_npi": "1E+09"}, "billing_npi", "scientific"),
    ({"rendering_npi": "1.23457E+09"}, "rendering_npi", "scientific"),
    ({"date_from": "07/01/2026"}, "date_from", "date_us"),
    ({"date_from": "7/1/26"}, "date_from", "date_us"),
    ({"date_from": "20260701"}, "date_from", "date"),
    ({"date_from": "2026-02-30"}, "date_from", "date"),
    ({"date_from": "0000-01-01"}, "date_from", "date"),
    ({"date_from": "٢٠٢٦-07-01"}, "date_from", "date"),
    ({"date_to": "2026-7-1"}, "date_to", "date"),
    ({"place_of_service": ""}, "place_of_service", "empty"),
    ({"procedure": "12"}, "procedure", "lost_zeros"),
    ({"procedure": "100"}, "procedure", "lost_zeros"),
    ({"procedure": "1036"}, "procedure", "lost_zeros"),
    ({"modifiers": "25;59;LT;RT;76"}, "modifiers", "list"),
    ({"units": "1,5"}, "units", "number"),
    ({"units": "1E308"}, "units", "number"),
    ({"units": "NaN"}, "units", "number"),
    ({"units": ".5"}, "units", "number"),
    ({"units": "1.0005"}, "units", "number"),
    ({"units": "9999999999"}, "units", "number"),
    ({"unit_basis": "XX"}, "unit_basis", "choice"),
    ({"charge": "10.005"}, "charge", "money"),
    ({"charge": "1,000.00"}, "charge", "number"),
    ({"charge": "$10"}, "charge", "number"),
    ({"charge": ""}, "charge", "empty"),
    ({"pointers": "A"}, "pointers", "pointer"),
    ({"pointers": "1;1.5"}, "pointers", "pointer"),
    ({"pointers": "0" * 5000}, "pointers", "pointer"),
    ({"line": "0" * 5000 + "1"}, "line", "number"),
    ({"rendering_npi": "9" * 101}, "rendering_npi", "too_long"),
    ({"accident_state": "Maine"}, "accident_state", "state"),
    ({"onset_date": "1/2/2026"}, "onset_date", "date_us"),
    ({"note": "a\x1fb"}, "note", "characters"),
    ({"ndc_units": "one"}, "ndc_units", "number"),
]
FINDINGS = [
    {"units": "0" * 5000 + "1.5" + "0" * 5000},
    {"rendering_npi": "9E+999999999"},
    {"procedure": "1"},
    {"units": "0"},
    {"units": "-2.50"},
    {"charge": "-10.5"},
    {"diagnoses": ";"},
    {"diagnoses": "X;X;Y"},
    {"pointers": "-1;0;99"},
    {"rendering_npi": "123"},
    {"place_of_service": "ZZ"},
    {"date_to": "2025-01-01"},
    {"date_from": "2031-01-01"},
    {"entered_on": "2026-07-06"},
]


def test_a_charge_row_that_cannot_be_read_quarantines_its_encounter_alone(desk: Desk) -> None:
    rows, bad, expected = [a_line("S")], set(), set()
    for changed, field, code in CHARGE_FAULTS:
        bad.add(f"BAD{len(rows)}")
        expected.add((len(rows) + 2, field, code))
        rows += [a_line(f"BAD{len(rows)}") | changed, a_line(f"GOOD{len(rows)}")]
    counts = desk.hand_in([a_patient()], rows)
    assert desk.problems() == expected
    assert desk.quarantined() == bad
    assert desk.encounters() == {row["encounter_id"] for row in rows} - bad
    assert (counts.encounters.new, counts.encounters.quarantined) == (len(bad) + 1, len(bad))


def test_what_the_sweep_is_to_find_is_no_reason_to_refuse_a_row(desk: Desk) -> None:
    counts = desk.hand_in([a_patient()], [a_line(f"E{n}") | changed for n, changed in enumerate(FINDINGS)])
    assert desk.problems() == set()
    assert counts.encounters.new == len(FINDINGS)


def test_one_bad_line_takes_the_whole_encounter_with_it(desk: Desk) -> None:
    desk.hand_in([a_patient()], [a_line("E1", 1), a_line("E2", 1), a_line("E1", 2, units="x"), a_line("E1", 3)])
    assert (desk.quarantined(), desk.encounters()) == ({"E1"}, {"E2"})


def test_two_columns_of_one_row_may_have_the_same_class_of_problem(desk: Desk) -> None:
    desk.hand_in([a_patient()], [a_line(units="x", charge="x")])
    assert desk.rows("SELECT field, code FROM problem WHERE position = 2 ORDER BY field") == [
        ("charge", "charge.number"),
        ("units", "units.number"),
    ]


@pytest.mark.parametrize(
    "changed",
    [
        {"patient_id": "P2"},
        {"billing_npi": OTHER_BILLING},
        {"entered_on": "2026-07-02"},
        {"status": "cancelled"},
        {"diagnoses": "I10;E11.9"},
        {"referral_number": "R1"},
        {"accident_date": "2026-06-01"},
        {"note": "x"},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_what_belongs_to_the_encounter_is_the_same_on_its_lines(desk: Desk, changed: dict[str, str]) -> None:
    lines = [a_line("E1", 1), a_line("E2", 1), a_line("E1", 2) | changed]
    desk.hand_in([a_patient("P1"), a_patient("P2")], lines)
    assert desk.problems() == {(4, next(iter(changed)), "differs")}
    assert (desk.quarantined(), desk.encounters()) == ({"E1"}, {"E2"})


def test_diagnoses_written_otherwise_are_the_same_diagnoses(desk: Desk) -> None:
    desk.hand_in([a_patient()], [a_line(line=1), a_line(line=2, diagnoses=" e119 ;; i10")])
    assert desk.quarantined() == set()
    assert desk.rows("SELECT position, code FROM diagnosis ORDER BY 1") == [(1, "E119"), (2, "I10")]


def test_what_belongs_to_a_line_may_differ(desk: Desk) -> None:
    second = a_line(line=2, prior_authorization="A1", ndc="00409123401", ndc_units="2.50", ndc_unit="ML", taxonomy="T")
    desk.hand_in([a_patient()], [a_line(line=1), second])
    assert desk.rows(
        "SELECT line, prior_authorization, ndc, ndc_units::text, taxonomy FROM charge_line ORDER BY 1"
    ) == [
        (1, "", "", None, ""),
        (2, "A1", "00409123401", "2.500", "T"),
    ]


def test_a_line_stands_once_in_its_encounter(desk: Desk) -> None:
    desk.hand_in([a_patient()], [a_line("E1", 1), a_line("E2", 1), a_line("E1", "01"), a_line("E2", 2)])
    assert desk.problems() == {(4, "line", "repeated")}
    assert (desk.quarantined(), desk.encounters()) == ({"E1"}, {"E2"})


def test_a_place_of_service_of_one_digit_is_padded_and_reported(desk: Desk) -> None:
    counts = desk.hand_in([a_patient()], [a_line(place_of_service="2")])
    assert desk.rows("SELECT place_of_service FROM charge_line") == [("02",)]
    assert desk.problems() == {(2, "place_of_service", "padded")}
    assert (counts.quarantined, desk.quarantined()) == (0, set())


@pytest.mark.parametrize(("procedure", "full"), [("100", "00100"), ("1036", "01036"), ("12", "00012")])
def test_lost_zeros_of_a_procedure_are_named(desk: Desk, procedure: str, full: str) -> None:
    desk.hand_in([a_patient()], [a_line(procedure=procedure)])
    [(expected, reason)] = desk.rows("SELECT expected, reason FROM problem")
    assert full in expected
    assert "zeros" in reason


def test_lost_digits_of_an_npi_are_named(desk: Desk) -> None:
    desk.hand_in([a_patient()], [a_line(rendering_npi="1.2E+09")])
    [(expected, reason, found)] = desk.rows("SELECT expected, reason, found FROM problem")
    assert (expected, found) == ("all 10 digits of the number", "1.2E+09")
    assert "digits are lost" in reason


def test_an_encounter_id_that_lost_its_digits_goes_nowhere(desk: Desk) -> None:
    counts = desk.hand_in([a_patient()], [a_line("1.2E+09"), a_line("E2")])
    assert (desk.encounters(), desk.quarantined(), counts.quarantined) == ({"E2"}, {"1.2E+09"}, 1)


def test_a_row_without_an_id_is_reported_and_holds_nothing(desk: Desk) -> None:
    counts = desk.hand_in([a_patient()], [a_line(""), a_line("E2")])
    assert desk.problems() == {(2, "encounter_id", "empty")}
    assert (desk.encounters(), desk.quarantined(), counts.quarantined) == ({"E2"}, set(), 1)


def test_a_row_with_a_value_too_many_quarantines_the_encounter_it_names(desk: Desk) -> None:
    header = "patient_id,encounter_id,line,billing_npi,date_from,place_of_service,procedure,units,charge"
    sound = "P1,{},{},1000000012,2026-07-01,11,99213,1,10"
    moved = "P1,,E1,2,1000000012,2026-07-01,11,99213,1,10"
    short = "E2,2,1000000012,2026-07-01,11,99213,1,10"
    rows = [header, sound.format("E1", 1), moved, sound.format("E2", 1), short, sound.format("E3", 1)]
    desk.hand_in([a_patient()], "\n".join(rows))
    assert (desk.encounters(), desk.quarantined()) == ({"E3"}, {"E1", "E2"})
    assert desk.problems() == {(3, "encounter_id", "values"), (5, "encounter_id", "values")}


def test_rows_are_counted_as_a_spreadsheet_shows_them(desk: Desk) -> None:
    header, *rows = (
        "patient_id,encounter_id,line,billing_npi,date_from,place_of_service,procedure,units,charge,note",
        "P1,E1,1,1000000012,2026-07-01,11,99213,1,10,two\nlines".replace("two\nlines", '"two\nlines"'),
        "",
        ",,,,,,,,,",
        "P1,E2,1,1000000012,2026-07-01,11,99213,x,10,",
    )
    desk.hand_in([a_patient()], "\r\n".join([header, *rows]))
    assert desk.problems() == {(5, "units", "number")}
    assert desk.rows("SELECT note FROM charge_line") == [("two\nlines",)]


def test_values_are_trimmed_and_codes_put_in_upper_case(desk: Desk) -> None:
    line = a_line(procedure=" g0439 ", modifiers=" lt ;; 25", units=" 01.500 ", charge="007.5", pointers=" 02;1 ")
    desk.hand_in([a_patient()], [line])
    columns = "procedure, modifiers, units::text, charge_cents, pointers, unit_basis"
    assert desk.rows(f"SELECT {columns} FROM charge_line") == [("G0439", "LT;25", "1.500", 750, "2;1", "UN")]


def test_without_entered_on_it_is_the_latest_service_but_never_after_the_intake(desk: Desk) -> None:
    lines = [
        a_line("E1", 1, date_from="2026-07-02"),
        a_line("E1", 2, date_from="2026-07-01"),
        a_line("E2", date_from="2026-08-01"),
        a_line("E3", entered_on="2026-07-05"),
    ]
    desk.hand_in([a_patient()], lines, intake_day=date(2026, 7, 6))
    found = desk.rows(
        "SELECT source_encounter_id, entered_on FROM encounter JOIN encounter_version ON encounter_id = id ORDER BY 1"
    )
    assert found == [("E1", date(2026, 7, 2)), ("E2", date(2026, 7, 6)), ("E3", date(2026, 7, 5))]


PATIENT_FAULTS = [
    ({"last_name": " "}, "last_name", "empty"),
    ({"birth_date": "3/9/1961"}, "birth_date", "date_us"),
    ({"sex": "X"}, "sex", "choice"),
    ({"zip": "3991"}, "zip", "lost_zeros"),
    ({"zip": "03991-12"}, "zip", "zip"),
    ({"state": "Maine"}, "state", "state"),
    ({"phone": "2.07555E+09"}, "phone", "scientific"),
    ({"death_date": "soon"}, "death_date", "date"),
]


def test_a_patient_who_cannot_be_read_stays_out_with_what_refers_to_him(desk: Desk) -> None:
    patients, expected = [], set()
    for number, (changed, field, code) in enumerate(PATIENT_FAULTS, 2):
        patients.append(a_patient(f"P{number}") | changed)
        expected.add((number, field, code))
    charges = [a_line(f"E-{row['patient_id']}", patient_id=row["patient_id"]) for row in patients]
    desk.hand_in([*patients, a_patient("P0")], [*charges, a_line("E0", patient_id="P0")])
    refused = {(row, "patient_id", "unlisted") for row in range(2, len(charges) + 2)}
    assert desk.problems() == expected | refused
    assert desk.encounters() == {"E0"}
    assert desk.quarantined() == {name for row in charges for name in (row["patient_id"], row["encounter_id"])}


def test_a_patient_stands_once_in_a_file(desk: Desk) -> None:
    desk.hand_in([a_patient("P1"), a_patient("P2"), a_patient("P1")])
    assert (desk.problems(), desk.quarantined()) == ({(4, "patient_id", "repeated")}, {"P1"})
    assert desk.rows("SELECT source_patient_id FROM patient") == [("P2",)]


def test_a_zip_keeps_its_zeros_and_drops_its_hyphen(desk: Desk) -> None:
    desk.hand_in([a_patient(zip="03991-0012")])
    assert desk.rows("SELECT zip FROM patient") == [("039910012",)]


COVERAGE_FAULTS = [
    ({"payer": "NOBODY"}, "payer", "unlisted"),
    ({"responsibility": "X"}, "responsibility", "choice"),
    ({"relationship": "cousin"}, "relationship", "choice"),
    ({"relationship": "child"}, "subscriber_last_name", "empty"),
    ({"valid_to": "2025-12-31"}, "valid_to", "order"),
    ({"member_id": "1.23E+11"}, "member_id", "scientific"),
    ({"insurance_type": "99"}, "insurance_type", "choice"),
]


def test_a_coverage_row_that_cannot_be_read_quarantines_the_coverage_of_its_patient(desk: Desk) -> None:
    rows, expected = [a_coverage("P1")], set()
    for number, (changed, field, code) in enumerate(COVERAGE_FAULTS, 2):
        rows += [a_coverage(f"P{number}"), a_coverage(f"P{number}", responsibility="S") | changed]
        expected.add((2 * number, field, code))
    counts = desk.hand_in([a_patient(patient) for patient in {row["patient_id"] for row in rows}], rows)
    assert desk.problems() >= expected
    assert desk.quarantined() == {f"P{number}" for number in range(2, len(COVERAGE_FAULTS) + 2)}
    assert desk.rows("SELECT source_patient_id FROM coverage JOIN patient USING (patient_id)") == [("P1",)]
    assert (counts.coverage.new, counts.coverage.quarantined) == (1, len(COVERAGE_FAULTS))


def test_a_subscriber_other_than_the_patient_is_described(desk: Desk) -> None:
    known = {
        name: a_patient()[name] for name in ("last_name", "first_name", "birth_date", "sex", "city", "state", "zip")
    }
    subscriber = {f"subscriber_{name}": value for name, value in (known | {"address_1": "1 A St"}).items()}
    rows = [a_coverage("P1", relationship="child") | subscriber, a_coverage("P2", relationship="child")]
    desk.hand_in([a_patient("P1"), a_patient("P2")], rows)
    assert desk.problems() == {(3, name, "empty") for name in subscriber}
    assert desk.rows("SELECT subscriber_zip FROM coverage") == [("03991",)]


def test_periods_of_one_responsibility_must_not_overlap(desk: Desk) -> None:
    rows = [
        a_coverage("P1", valid_from="2026-03-01"),
        a_coverage("P1", valid_from="2026-01-01", valid_to="2026-03-01"),
        a_coverage("P2", valid_from="2026-03-01"),
        a_coverage("P2", valid_from="2026-01-01", valid_to="2026-02-28"),
        a_coverage("P2", responsibility="S"),
    ]
    desk.hand_in([a_patient("P1"), a_patient("P2")], rows)
    assert desk.problems() == {(2, "valid_from", "overlap")}
    assert desk.quarantined() == {"P1"}
    assert desk.rows("SELECT count(*) FROM coverage") == [(3,)]


def test_a_coverage_of_a_patient_nobody_knows_waits_in_quarantine(desk: Desk) -> None:
    desk.hand_in([a_coverage("P7")])
    assert (desk.problems(), desk.quarantined()) == ({(2, "patient_id", "unlisted")}, {"P7"})
    desk.hand_in([a_patient("P7")], [a_coverage("P7")])
    assert desk.quarantined() == set()
