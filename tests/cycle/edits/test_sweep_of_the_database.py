"""The sweep over the database: what is due, what is found, and that neither order nor repetition matters."""

from collections.abc import Callable
from datetime import date
from itertools import permutations
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from revcycle.cycle.edits.sweep import Chunk, SweepCounts, plan, preview, sweep, sweep_patients
from revcycle.cycle.edits.verify import empty_night, verify
from revcycle.foundation.state import State
from revcycle.foundation.store.digest import digests
from revcycle.foundation.store.runs import Step
from tests.deliveries import NOW, TODAY, Desk

ALL = Chunk(0, 1)
PAIR = ({"procedure": "G0439"}, {"procedure": "96167", "encounter_id": "E2"})
"""A pair of the outpatient table with indicator 0, on two encounters of one patient, provider and day."""


def night(desk: Desk, through: date = TODAY, chunk: Chunk = ALL) -> SweepCounts:
    return sweep(desk.engine, chunk=chunk, through=through, state=desk.state, step=Step("test", "night", "sweep"))


def found(engine: Engine, state: str = "open") -> list[tuple[str, str, int]]:
    query = """SELECT e.source_encounter_id, f.rule, f.version FROM finding f JOIN encounter e ON e.id = f.encounter_id
               WHERE f.state = :state ORDER BY 1, 2, 3"""
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query), {"state": state})]


def test_a_clean_encounter_is_swept_once_and_has_no_finding(desk: Desk) -> None:
    desk.patients("P1")
    desk.charges({})
    assert night(desk).encounters == 1
    assert night(desk).encounters == 0
    assert found(desk.engine) == []


def test_a_finding_opens_and_is_fixed_by_the_next_version(desk: Desk) -> None:
    desk.patients("P1")
    desk.charges({"diagnoses": "I10X"})
    night(desk)
    assert found(desk.engine) == [("E1", "icd10.unknown", 1)]
    desk.charges({"diagnoses": "I10"})
    night(desk)
    assert found(desk.engine) == []
    assert found(desk.engine, "fixed") == [("E1", "icd10.unknown", 1)]


def test_what_was_entered_later_than_the_night_waits(desk: Desk) -> None:
    desk.patients("P1")
    desk.charges({"entered_on": "2026-11-20"})
    assert night(desk, date(2026, 11, 19)).encounters == 0
    assert night(desk, date(2026, 11, 20)).encounters == 1


def test_a_neighbour_of_the_same_day_is_judged_again(desk: Desk) -> None:
    desk.patients("P1")
    desk.charges(PAIR[1])
    assert night(desk).encounters == 1
    assert found(desk.engine) == []
    desk.charges(PAIR[0])
    assert night(desk).encounters == 2
    assert found(desk.engine) == [("E2", "ncci.ptp_never", 1)]


def test_a_neighbour_that_is_cancelled_takes_its_finding_away(desk: Desk) -> None:
    desk.patients("P1")
    desk.charges(*PAIR)
    night(desk)
    desk.charges(PAIR[0] | {"status": "cancelled"})
    night(desk)
    assert found(desk.engine) == []


def test_a_changed_birth_date_is_judged_again(desk: Desk) -> None:
    desk.patients("P1")
    desk.charges({})
    night(desk)
    with desk.engine.begin() as connection:
        connection.execute(text("UPDATE patient SET birth_date = birth_date - 1"))
    assert night(desk).encounters == 1


def test_an_unlisted_provider_is_a_finding_and_a_listed_one_is_not(desk: Desk) -> None:
    desk.patients("P1")
    desk.charges({"rendering_npi": "1000000210"}, {"encounter_id": "E2", "patient_id": "P1", "date_from": "2026-11-18"})
    night(desk)
    assert found(desk.engine) == [("E1", "npi.unlisted", 1)]


def test_each_encounter_is_judged_as_of_the_day_after_it_was_entered(desk: Desk) -> None:
    """Medicare's year of 2025-11-19 ends on 2026-11-19: entered that day it is judged as of the 20th, too late."""
    desk.patients("P1", "P2")
    desk.charges(
        {"date_from": "2025-11-19", "entered_on": "2026-11-18"},
        {"encounter_id": "E2", "patient_id": "P2", "date_from": "2025-11-19", "entered_on": "2026-11-19"},
    )
    night(desk)
    assert found(desk.engine) == [("E2", "filing.expired", 1)]


def test_rules_whose_table_begins_later_are_kept_as_not_evaluated(desk: Desk) -> None:
    desk.patients("P1")
    desk.charges({"date_from": "2026-06-30"})
    counts = night(desk)
    assert counts.not_evaluated == {"ncci.mue_clinical": 1, "ncci.mue_day": 1, "ncci.mue_line": 1}
    with desk.engine.connect() as connection:
        stored = connection.execute(text("SELECT not_evaluated FROM sweep_result")).scalar_one()
    assert stored == ["ncci.mue_clinical", "ncci.mue_day", "ncci.mue_line"]


def overridden(desk: Desk) -> None:
    """A pair whose finding was overridden."""
    desk.patients("P1")
    desk.charges(*PAIR)
    night(desk)
    with desk.engine.begin() as connection:
        connection.execute(
            text("UPDATE finding SET state = 'overridden', overridden_by = 'kim', override_reason = 'r'")
        )


def test_an_override_survives_what_happens_to_a_neighbour(desk: Desk) -> None:
    overridden(desk)
    desk.charges(PAIR[0] | {"charge": "121.00"})
    assert night(desk).encounters == 2
    assert found(desk.engine, "overridden") == [("E2", "ncci.ptp_never", 1)]
    assert found(desk.engine) == []


def test_an_overridden_finding_whose_cause_is_gone_is_fixed(desk: Desk) -> None:
    overridden(desk)
    desk.charges(PAIR[0] | {"status": "cancelled"})
    night(desk)
    assert found(desk.engine, "fixed") == [("E2", "ncci.ptp_never", 1)]
    assert found(desk.engine, "overridden") == []


def test_an_override_holds_again_when_its_cause_returns_to_the_same_version(desk: Desk) -> None:
    overridden(desk)
    desk.charges(PAIR[0] | {"status": "cancelled"})
    night(desk)
    desk.charges(PAIR[0])
    night(desk)
    assert found(desk.engine, "overridden") == [("E2", "ncci.ptp_never", 1)]
    assert found(desk.engine) == []


def test_an_override_of_an_earlier_version_stays_and_does_not_hold_for_the_next(desk: Desk) -> None:
    overridden(desk)
    desk.charges(PAIR[1] | {"charge": "121.00"})
    night(desk)
    assert found(desk.engine, "overridden") == [("E2", "ncci.ptp_never", 1)]
    assert found(desk.engine) == [("E2", "ncci.ptp_never", 2)]


def test_chunks_cover_every_patient_once(desk: Desk) -> None:
    desk.patients(*(f"P{n}" for n in range(7)))
    desk.charges(*({"encounter_id": f"E{n}", "patient_id": f"P{n}"} for n in range(7)))
    counts = [night(desk, chunk=Chunk(index, 3)).encounters for index in range(3)]
    assert sum(counts) == 7
    assert night(desk).encounters == 0


def test_a_plan_has_at_least_one_chunk(desk: Desk) -> None:
    assert plan(desk.engine, through=TODAY) == [ALL]


def test_a_sweep_of_named_patients_leaves_the_others(desk: Desk) -> None:
    desk.patients("P1", "P2")
    changed = desk.charges({}).changed
    desk.charges({"encounter_id": "E2", "patient_id": "P2"})
    with desk.engine.connect() as connection:
        query = text("SELECT patient_id FROM encounter_version WHERE encounter_id = ANY (:ids)")
        patients = connection.scalars(query, {"ids": list(changed)}).all()
    step = Step("test", "intake", "sweep")
    counts = sweep_patients(desk.engine, patients, through=TODAY, state=desk.state, step=step)
    assert counts.encounters == 1
    assert verify(desk.engine, through=TODAY, state=desk.state).unswept == 1


def test_a_preview_writes_nothing_and_sees_the_context(desk: Desk) -> None:
    desk.patients("P1")
    desk.charges(*PAIR, {"encounter_id": "E3", "date_from": "2026-11-10", "diagnoses": "I10X"})
    judged = preview(desk.engine, first=date(2026, 11, 19), last=date(2026, 11, 19), state=desk.state)
    assert judged.judgement.findings.column("rule").to_pylist() == ["ncci.ptp_never"]
    assert found(desk.engine) == []
    assert verify(desk.engine, through=TODAY, state=desk.state).unswept == 3


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_order_of_arrival_leaves_the_same_state(
    order: tuple[int, ...], desk: Desk, another: Callable[[], Desk]
) -> None:
    lines = [*PAIR, {"encounter_id": "E3", "procedure": "99213"}]
    one, other = desk, another()
    one.patients("P1")
    one.charges(*lines)
    night(one)
    other.patients("P1")
    for index in order:
        other.charges(lines[index])
        night(other)
    assert digests(one.engine) == digests(other.engine)


@pytest.fixture
def another(empty_database: Callable[[str], Engine], stocked: State, tmp_path: Path) -> Callable[[], Desk]:
    """A second, empty practice beside the first."""
    return lambda: Desk(empty_database("another"), stocked, tmp_path / "another")


def test_a_night_without_entries_is_empty_only_where_the_weekday_usually_has_some(desk: Desk) -> None:
    assert not empty_night(desk.engine, day=date(2026, 11, 23))
    desk.patients("P1")
    weeks = ("2026-10-26", "2026-11-02", "2026-11-09", "2026-11-16")
    for number, day in enumerate(weeks[:3]):
        desk.charges({"encounter_id": f"E{number}", "date_from": day, "entered_on": day})
    assert not empty_night(desk.engine, day=date(2026, 11, 23))
    desk.charges({"encounter_id": "E9", "date_from": weeks[3], "entered_on": weeks[3]})
    assert empty_night(desk.engine, day=date(2026, 11, 23))
    desk.charges({"encounter_id": "E10", "date_from": "2026-11-22", "entered_on": "2026-11-23"})
    assert not empty_night(desk.engine, day=date(2026, 11, 23))


def test_verify_counts_what_stands(desk: Desk) -> None:
    desk.patients("P1")
    desk.charges({"diagnoses": "I10X"}, {"encounter_id": "E2", "date_from": "2026-11-18", "units": "x"})
    night(desk)
    counts = verify(desk.engine, through=TODAY, state=desk.state)
    assert (counts.encounters, counts.unswept, counts.block, counts.quarantined) == (1, 0, 1, 1)
    assert NOW.date() == TODAY
