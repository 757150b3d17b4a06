"""Items open with their cause, follow it, and close by themselves; people may assign, note and override."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from revcycle.cycle.edits.sweep import Chunk, sweep
from revcycle.foundation import work
from revcycle.foundation.errors import InputUnusable
from revcycle.foundation.state import State
from revcycle.foundation.store.runs import Step
from revcycle.foundation.work import WorkCounts
from tests.deliveries import NOW, TODAY, Desk

STEP = Step("test", "work", "work")


def night(desk: Desk) -> WorkCounts:
    sweep(desk.engine, chunk=Chunk(0, 1), through=TODAY, state=desk.state, step=STEP)
    return work.raise_items(desk.engine, now=NOW, step=STEP)


def items(desk: Desk, *, closed: bool = False) -> list[dict[str, object]]:
    return work.worklist(desk.engine, now=NOW, who="test", closed=closed)


@pytest.fixture
def item(desk: Desk) -> int:
    """One open item: two blocking findings of one encounter."""
    desk.patients("P1")
    desk.charges({"diagnoses": "I10X", "units": "0"})
    night(desk)
    return int(str(items(desk)[0]["item"]))


def test_one_item_an_encounter_with_deadline_money_and_owner(desk: Desk, item: int) -> None:
    (row,) = items(desk)
    assert (row["encounter"], row["rules"]) == ("E1", "icd10.unknown line.units")
    assert (row["due_on"], row["amount_cents"]) == (date(2027, 11, 19), 12000)
    assert (row["state"], row["owner"], row["credential"]) == ("assigned", "kim", "CPC")


def test_info_alone_opens_nothing(desk: Desk) -> None:
    desk.patients("P1")
    desk.charges({"procedure": "57282"}, {"line": "2", "procedure": "12002", "modifiers": "59"})
    assert night(desk).opened == 0
    with desk.engine.connect() as connection:
        assert connection.execute(text("SELECT DISTINCT severity FROM finding")).scalars().all() == ["info"]


def test_raising_twice_changes_nothing(desk: Desk, item: int) -> None:
    assert work.raise_items(desk.engine, now=NOW, step=STEP) == WorkCounts(opened=0, closed=0, kept=1)


def test_a_corrected_version_closes_the_item_and_a_returning_cause_links_to_it(desk: Desk, item: int) -> None:
    desk.charges({})
    assert night(desk).closed == 1
    assert items(desk) == []
    desk.charges({"units": "0"})
    assert night(desk).opened == 1
    with desk.engine.connect() as connection:
        before = connection.execute(text("SELECT previous_item FROM work_item WHERE closed_at IS NULL")).scalar_one()
    assert before == item


def test_a_new_version_that_is_still_wrong_keeps_the_item_and_updates_the_money(desk: Desk, item: int) -> None:
    desk.charges({"diagnoses": "I10X", "charge": "200.00"})
    assert night(desk) == WorkCounts(opened=0, closed=0, kept=1)
    assert items(desk)[0]["amount_cents"] == 20000


def test_an_item_needs_whom_its_current_findings_need(desk: Desk, item: int) -> None:
    desk.charges({"diagnoses": "I10X"})
    night(desk)
    assert items(desk)[0]["credential"] == "CRC"


def test_whom_the_machine_chose_hands_on_what_needs_another_credential(desk: Desk, item: int) -> None:
    desk.charges({"diagnoses": "I10X"})
    night(desk)
    shown = work.show(desk.engine, item, now=NOW, who="lee")
    assert (shown["owner"], shown["state"]) == ("lee", "assigned")
    events = [(event["who"], event["what"], event["why"]) for event in shown["events"]]
    assert events[1:] == [("revcycle", "assigned to lee", "the findings now need CRC")]


def test_whom_a_person_chose_keeps_what_needs_another_credential(desk: Desk, item: int) -> None:
    work.assign(desk.engine, item, to="kim", by="lee", now=NOW, step=STEP)
    desk.charges({"diagnoses": "I10X"})
    night(desk)
    (row,) = items(desk)
    assert (row["owner"], row["credential"]) == ("kim", "CRC")


def test_whoever_has_the_new_credential_too_keeps_the_item(desk: Desk) -> None:
    with desk.engine.begin() as connection:
        connection.execute(text("UPDATE staff SET credentials = '{CPC,CRC}' WHERE username = 'kim'"))
        connection.execute(
            text("UPDATE staff SET specialties = '{family_medicine}', credentials = '{CRC,CCS}' WHERE username = 'lee'")
        )
    desk.patients("P1")
    visits = [{"encounter_id": f"E{day}", "date_from": f"2026-11-1{day}"} for day in range(8)]
    desk.charges(*(visit | {"units": "0"} for visit in visits))
    night(desk)
    desk.charges(*(visit | {"diagnoses": "I10X"} for visit in visits))  # by the hash alone some would now go to lee
    night(desk)
    assert {(row["owner"], row["credential"]) for row in items(desk)} == {("kim", "CRC")}


def test_the_order_of_arrival_plays_no_part_in_who_gets_an_item(
    desk: Desk, empty_database: Callable[[str], Engine], stocked: State, tmp_path: Path
) -> None:
    other = Desk(empty_database("another"), stocked, tmp_path / "another")
    owners = []
    for one, order in ((desk, range(12)), (other, reversed(range(12)))):
        with one.engine.begin() as connection:
            connection.execute(text("UPDATE staff SET credentials = '{CPC}', specialties = '{}'"))
        one.patients("P1")
        for number in order:
            one.charges({"encounter_id": f"E{number}", "units": "0"})
        night(one)
        owners.append({row["encounter"]: row["owner"] for row in items(one)})
    assert owners[0] == owners[1]
    assert set(owners[0].values()) == {"kim", "lee"}


def test_a_cancelled_encounter_closes_its_item(desk: Desk, item: int) -> None:
    desk.charges({"diagnoses": "I10X", "units": "0", "status": "cancelled"})
    assert night(desk).closed == 1


def test_items_stand_by_deadline_then_by_money(desk: Desk) -> None:
    desk.patients("P1")
    desk.charges(
        {"encounter_id": "late", "units": "0", "date_from": "2026-11-18"},
        {"encounter_id": "small", "units": "0", "date_from": "2026-11-17", "charge": "10.00"},
        {"encounter_id": "large", "units": "0", "date_from": "2026-11-17", "charge": "900.00", "procedure": "99214"},
    )
    night(desk)
    assert [row["encounter"] for row in items(desk)] == ["large", "small", "late"]


def test_an_override_of_one_rule_keeps_the_rest_open(desk: Desk, item: int) -> None:
    done = work.override(desk.engine, item, reason="confirmed", by="kim", rule="line.units", now=NOW, step=STEP)
    assert done == (1, False)
    assert items(desk)[0]["rules"] == "icd10.unknown"


def test_an_override_of_all_closes_the_item_and_lasts_for_its_version(desk: Desk, item: int) -> None:
    assert work.override(desk.engine, item, reason="confirmed", by="kim", now=NOW, step=STEP) == (2, True)
    assert night(desk) == WorkCounts(opened=0, closed=0, kept=0)
    desk.charges({"diagnoses": "I10X", "units": "0", "charge": "121.00"})
    assert night(desk).opened == 1


def test_an_override_is_kept_with_person_and_reason(desk: Desk, item: int) -> None:
    work.override(desk.engine, item, reason="documented", by="lee", now=NOW, step=STEP)
    with desk.engine.connect() as connection:
        query = "SELECT DISTINCT overridden_by, override_reason FROM finding WHERE state = 'overridden'"
        assert connection.execute(text(query)).all() == [("lee", "documented")]


@pytest.mark.parametrize(("by", "reason"), [("nobody", "why"), ("kim", "  ")])
def test_an_override_needs_an_active_person_and_a_reason(desk: Desk, item: int, by: str, reason: str) -> None:
    with pytest.raises(InputUnusable):
        work.override(desk.engine, item, reason=reason, by=by, now=NOW, step=STEP)
    assert items(desk)[0]["rules"] == "icd10.unknown line.units"


def test_assigning_and_noting_are_remembered_in_order(desk: Desk, item: int) -> None:
    work.assign(desk.engine, item, to="lee", by="kim", now=NOW, step=STEP)
    work.note(desk.engine, item, words="asked the physician", by="lee", now=NOW, step=STEP)
    shown = work.show(desk.engine, item, now=NOW, who="lee")
    assert shown["owner"] == "lee"
    assert [event["what"] for event in shown["events"]] == ["opened", "assigned to lee", "note"]


def test_every_look_and_change_is_written_to_the_access_log(desk: Desk, item: int) -> None:
    work.show(desk.engine, item, now=NOW, who="lee")
    work.assign(desk.engine, item, to="lee", by="kim", now=NOW, step=STEP)
    work.note(desk.engine, item, words="asked", by="lee", now=NOW, step=STEP)
    work.override(desk.engine, item, reason="confirmed", by="lee", now=NOW, step=STEP)
    with desk.engine.connect() as connection:
        query = "SELECT who, what FROM access_log WHERE patient_id IS NOT NULL ORDER BY id"
        logged = [tuple(row) for row in connection.execute(text(query))]
    assert logged == [("lee", "work show"), ("kim", "work assign"), ("lee", "work note"), ("lee", "work override")]


def test_a_change_in_the_access_log_names_its_run_and_a_look_has_none(desk: Desk, item: int) -> None:
    work.show(desk.engine, item, now=NOW, who="lee")
    work.note(desk.engine, item, words="asked", by="lee", now=NOW, step=Step("test", "work", "note"))
    with desk.engine.connect() as connection:
        query = "SELECT step FROM access_log a LEFT JOIN run ON run.id = run_id WHERE patient_id > 0 ORDER BY a.id"
        logged = connection.scalars(text(query)).all()
    assert logged == [None, "note"]


@pytest.mark.parametrize("words", ["quillf", "Ada Quill", "E1", "p1"])
def test_an_item_is_found_by_name_encounter_or_patient_id(desk: Desk, item: int, words: str) -> None:
    assert len(work.worklist(desk.engine, now=NOW, who="t", find=words)) == 1
    assert work.worklist(desk.engine, now=NOW, who="t", find=words + "zz") == []


def test_a_closed_or_unknown_item_cannot_be_changed(desk: Desk, item: int) -> None:
    work.override(desk.engine, item, reason="confirmed", by="kim", now=NOW, step=STEP)
    for number in (item, 999):
        with pytest.raises(InputUnusable):
            work.note(desk.engine, number, words="x", by="kim", now=NOW, step=STEP)
    assert items(desk) == []
