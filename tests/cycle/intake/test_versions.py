"""What is delivered again: equal content leaves no row, a change is a version, a cause that is gone frees."""

import hashlib
import threading
from datetime import date

from revcycle.cycle.intake import load
from tests.cycle.intake.delivery import NOW, STEP, TODAY, Desk, a_coverage, a_line, a_patient, as_csv

VERSIONS = """
    SELECT source_encounter_id, current_version, version, status, charge_cents
    FROM encounter JOIN encounter_version ON encounter_id = id ORDER BY 1, 3
"""
PATIENTS = (
    "SELECT patient_id, last_name, version, superseded_at IS NULL FROM patient ORDER BY source_patient_id, version"
)
COVERAGE = """
    SELECT responsibility, valid_from::text, valid_to::text, payer, version FROM coverage
    WHERE superseded_at IS NULL ORDER BY 1, 2
"""


def test_the_same_files_twice_change_nothing_anywhere(desk: Desk) -> None:
    files = [a_patient()], [a_coverage(), a_coverage("P8")], [a_line("E1"), a_line("E2", units="x"), a_line("")]
    desk.hand_in(*files)
    before = desk.counts()
    again = desk.hand_in(*files)
    assert desk.counts() == before
    assert (again.encounters.unchanged, again.encounters.quarantined, again.changed) == (1, 2, ())


def test_the_same_bytes_under_another_name_are_the_same_file(desk: Desk) -> None:
    desk.hand_in([a_patient("P2")], [a_patient()])
    desk.hand_in([a_patient()])
    assert desk.rows("SELECT partner, kind, first_name FROM received_file ORDER BY id") == [
        ("csv", "patients", "file0.csv"),
        ("csv", "patients", "file1.csv"),
    ]


def test_the_bytes_are_in_the_archive_under_their_digest(desk: Desk) -> None:
    desk.hand_in([a_patient()])
    content = as_csv([a_patient()]).encode()
    [(sha256, size)] = desk.rows("SELECT sha256, bytes FROM received_file JOIN archive_object USING (sha256)")
    assert (sha256, size) == (hashlib.sha256(content).hexdigest(), len(content))
    assert desk.archive.path(sha256).read_bytes() == content


def test_only_a_changed_encounter_gets_a_version(desk: Desk) -> None:
    desk.hand_in([a_patient()], [a_line("E1"), a_line("E2")])
    counts = desk.hand_in([a_line("E2", charge="130.00"), a_line("E1"), a_line("E3")])
    assert desk.rows(VERSIONS) == [
        ("E1", 1, 1, "", 12500),
        ("E2", 2, 1, "", 12500),
        ("E2", 2, 2, "", 13000),
        ("E3", 1, 1, "", 12500),
    ]
    tally = counts.encounters
    assert (tally.new, tally.changed, tally.unchanged) == (1, 1, 1)
    ids = desk.rows("SELECT id FROM encounter WHERE source_encounter_id IN ('E2', 'E3') ORDER BY 1")
    assert counts.changed == tuple(row[0] for row in ids)


def test_an_older_content_delivered_again_is_a_new_version(desk: Desk) -> None:
    first, second = [a_line(units="1")], [a_line(units="2")]
    changed = [desk.hand_in([a_patient()], rows).encounters.changed for rows in (first, second, first, first)]
    assert changed == [0, 1, 1, 0]
    assert desk.rows("SELECT version, units::int FROM charge_line ORDER BY 1") == [(1, 1), (2, 2), (3, 1)]
    assert desk.rows("SELECT current_version FROM encounter") == [(3,)]


def test_content_written_otherwise_is_equal_content(desk: Desk) -> None:
    desk.hand_in([a_patient()], [a_line("E1", 1), a_line("E1", 2, status="", modifiers="25;LT", units="2")])
    otherwise = [
        a_line("E1", "2", modifiers="25; lt", units="2.000", diagnoses="e119;i10", pointers="1;2;", unit_basis="UN"),
        a_line("E1", "01", charge="125", diagnoses="E119;I10"),
    ]
    assert desk.hand_in(otherwise).encounters.unchanged == 1


def test_the_order_of_modifiers_diagnoses_and_pointers_is_content(desk: Desk) -> None:
    desk.hand_in([a_patient()], [a_line("E1", modifiers="25;LT"), a_line("E2"), a_line("E3")])
    changed = [a_line("E1", modifiers="LT;25"), a_line("E2", diagnoses="I10;E11.9"), a_line("E3", pointers="2;1")]
    assert desk.hand_in(changed).encounters.changed == 3


def test_a_line_that_is_no_longer_there_is_gone_in_the_new_version(desk: Desk) -> None:
    desk.hand_in([a_patient()], [a_line("E1", 1), a_line("E1", 2, procedure="36415")])
    desk.hand_in([a_line("E1", 2, procedure="36415")])
    assert desk.rows("SELECT version, line FROM charge_line ORDER BY 1, 2") == [(1, 1), (1, 2), (2, 2)]


def test_cancelled_is_a_version_and_can_be_taken_back(desk: Desk) -> None:
    desk.hand_in([a_patient()], [a_line("E1"), a_line("E2", status="cancelled")])
    cancelled = "SELECT source_encounter_id, cancelled_at FROM encounter ORDER BY 1"
    assert desk.rows(cancelled) == [("E1", None), ("E2", NOW)]
    desk.hand_in([a_line("E1", status="cancelled"), a_line("E2")])
    assert desk.rows(cancelled) == [("E1", NOW), ("E2", None)]


def test_an_empty_entered_on_makes_no_version_on_a_later_day(desk: Desk) -> None:
    desk.hand_in([a_patient()], [a_line(date_from="2026-12-01")], intake_day=date(2026, 7, 6))
    counts = desk.hand_in([a_line(date_from="2026-12-01")], intake_day=date(2026, 7, 7))
    assert counts.encounters.unchanged == 1
    assert desk.rows("SELECT entered_on FROM encounter_version") == [(date(2026, 7, 6),)]


def test_an_encounter_entered_later_goes_in_when_its_day_has_come(desk: Desk) -> None:
    rows = [a_line(entered_on="2026-07-07")]
    desk.hand_in([a_patient()], rows, intake_day=date(2026, 7, 6))
    assert desk.quarantined() == {"E1"}
    desk.hand_in(rows, intake_day=date(2026, 7, 7))
    assert (desk.quarantined(), desk.encounters()) == (set(), {"E1"})


def test_a_quarantined_delivery_leaves_the_earlier_version_and_a_clean_one_frees_it(desk: Desk) -> None:
    desk.hand_in([a_patient()], [a_line("E1")])
    desk.hand_in([a_line("E1", units="x")])
    assert desk.rows(VERSIONS) == [("E1", 1, 1, "", 12500)]
    assert desk.quarantined() == {"E1"}
    desk.hand_in([a_line("E1")])
    assert desk.quarantined() == set()
    assert desk.rows("SELECT cleared_at FROM quarantine") == [(NOW,)]


def test_a_second_quarantine_points_to_the_newer_file(desk: Desk) -> None:
    desk.hand_in([a_patient()], [a_line("E1", units="x")])
    desk.hand_in([a_line("E1", units="y")])
    newest = "SELECT count(*), max(file_id) = (SELECT max(id) FROM received_file) FROM quarantine"
    assert desk.rows(newest) == [(1, True)]


def test_a_file_read_again_goes_in_when_the_cause_is_gone(desk: Desk) -> None:
    charges = [a_line("E1"), a_line("E2", patient_id="P2")]
    desk.hand_in([a_patient("P1")], charges)
    assert (desk.encounters(), desk.quarantined()) == ({"E1"}, {"E2"})
    desk.hand_in([a_patient("P2")])
    counts = desk.hand_in(charges)
    assert (desk.encounters(), desk.quarantined()) == ({"E1", "E2"}, set())
    assert (counts.encounters.new, counts.encounters.unchanged) == (1, 1)


def test_a_patient_keeps_the_surrogate_over_all_versions(desk: Desk) -> None:
    desk.hand_in([a_patient("P1"), a_patient("P2", last_name="Other")])
    counts = desk.hand_in([a_patient("P1", last_name="Married"), a_patient("P2", last_name="Other")])
    (first, *_), (second, *_), (third, *_) = rows = desk.rows(PATIENTS)
    assert [row[1:] for row in rows] == [("Example", 1, False), ("Married", 2, True), ("Other", 1, True)]
    assert first == second != third
    assert (counts.patients.changed, counts.patients.unchanged) == (1, 1)


def test_sources_have_ids_of_their_own(desk: Desk) -> None:
    files = [a_patient()], [a_line()]
    desk.hand_in(*files, source="one")
    desk.hand_in(*files, source="two")
    assert desk.rows("SELECT count(DISTINCT patient_id), count(*) FROM patient") == [(2, 2)]
    assert desk.rows("SELECT source_system, source_encounter_id FROM encounter ORDER BY 1") == [
        ("one", "E1"),
        ("two", "E1"),
    ]


def test_a_period_that_ends_earlier_makes_room_for_the_next(desk: Desk) -> None:
    desk.hand_in([a_patient()], [a_coverage(), a_coverage(responsibility="S", payer="NORTHWIND")])
    ended = a_coverage(valid_to="2026-05-31")
    follower = a_coverage(valid_from="2026-06-01", payer="NORTHWIND")
    counts = desk.hand_in([ended, follower])
    assert desk.rows(COVERAGE) == [
        ("P", "2026-01-01", "2026-05-31", "MEDICARE", 2),
        ("P", "2026-06-01", None, "NORTHWIND", 1),
    ]
    assert counts.coverage.changed == 1


def test_the_coverage_of_patients_who_are_not_in_the_file_stays(desk: Desk) -> None:
    desk.hand_in([a_patient("P1"), a_patient("P2")], [a_coverage("P1"), a_coverage("P2")])
    counts = desk.hand_in([a_coverage("P2", valid_to="2026-12-31")])
    assert desk.rows(COVERAGE) == [
        ("P", "2026-01-01", None, "MEDICARE", 1),
        ("P", "2026-01-01", "2026-12-31", "MEDICARE", 2),
    ]
    assert (counts.coverage.new, counts.coverage.changed, counts.coverage.unchanged) == (0, 1, 0)


def test_a_quarantined_coverage_leaves_what_was_there(desk: Desk) -> None:
    desk.hand_in([a_patient()], [a_coverage()])
    desk.hand_in([a_coverage(valid_to="2026-05-31"), a_coverage(valid_from="2026-06-01", payer="NOBODY")])
    assert desk.rows(COVERAGE) == [("P", "2026-01-01", None, "MEDICARE", 1)]


def test_two_intakes_at_once_are_as_one(desk: Desk) -> None:
    desk.hand_in([a_patient()])
    files = {n: desk.file(f"charges{n}.csv", [a_line(f"E{e}") for e in range(200)]) for n in range(2)}
    found = []

    def hand_in(number: int) -> None:
        path = [files[number]]
        found.append(load(desk.engine, desk.archive, path, source="csv", intake_day=TODAY, now=NOW, step=STEP))

    threads = [threading.Thread(target=hand_in, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(counts.encounters.new for counts in found) == [0, 200]
    assert desk.rows("SELECT count(*), max(version) FROM encounter_version") == [(200, 1)]
