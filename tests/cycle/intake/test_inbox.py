"""The drop folder: complete deliveries are taken and removed, unusable ones stay and say why, others are let be."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from revcycle.cycle.intake.counts import Tally
from revcycle.cycle.intake.inbox import InboxCounts, take
from revcycle.foundation.errors import InputUnusable
from revcycle.foundation.state import State
from tests.cycle.intake.delivery import NOW, PRACTICE, STEP, Desk, a_coverage, a_line, a_patient, as_csv

CLOCK = iter(range(1_800_000_000, 1_900_000_000))


@pytest.fixture
def inbox(state: State) -> Path:
    state.practice_yaml.write_text(PRACTICE)
    return state.inbox


def drop(folder: Path, *contents: list[dict[str, str]], ready: bool = True) -> Path:
    """Files z.csv, y.csv ..., so that names say nothing about order; each `ready` is a second later than the last."""
    folder.mkdir(parents=True)
    for name, rows in zip("zyxw", contents, strict=False):
        (folder / f"{name}.csv").write_bytes(as_csv(rows).encode())
    if ready:
        (folder / "ready").touch()
        at = next(CLOCK)
        os.utime(folder / "ready", (at, at))
    return folder


def take_all(state: State, desk: Desk, now: datetime = NOW) -> tuple[InboxCounts, list[str]]:
    said: list[str] = []
    return take(state, desk.engine, desk.archive, now=now, step=STEP, progress=said.append), said


def test_a_complete_delivery_is_taken_archived_and_removed(state: State, inbox: Path, desk: Desk) -> None:
    charges = [a_line()]
    delivery = drop(inbox / "ehr" / "monday", [a_patient()], [a_coverage()], charges)
    counts, said = take_all(state, desk)
    assert counts == InboxCounts(1, 0, Tally(1), Tally(1), Tally(1))
    assert said == ["taken: ehr/monday"]
    assert not delivery.exists()
    assert delivery.parent.exists()
    [(sha256,)] = desk.rows("SELECT sha256 FROM received_file WHERE kind = 'charges' AND partner = 'ehr'")
    assert desk.archive.path(sha256).read_bytes() == as_csv(charges).encode()


def test_the_folder_names_the_source(state: State, inbox: Path, desk: Desk) -> None:
    drop(inbox / "one" / "a", [a_patient()])
    drop(inbox / "two" / "a", [a_patient()])
    take_all(state, desk)
    assert desk.rows("SELECT source_system FROM patient ORDER BY 1") == [("one",), ("two",)]


def test_a_delivery_without_ready_is_left_alone(state: State, inbox: Path, desk: Desk) -> None:
    delivery = drop(inbox / "ehr" / "monday", [a_patient()], ready=False)
    counts, said = take_all(state, desk)
    assert (counts, said) == (InboxCounts(), [])
    assert [path.name for path in delivery.iterdir()] == ["z.csv"]


def test_deliveries_are_taken_in_the_order_they_were_completed(state: State, inbox: Path, desk: Desk) -> None:
    drop(inbox / "ehr" / "2", [a_patient(last_name="First")])
    drop(inbox / "ehr" / "1", [a_patient(last_name="Second")])
    take_all(state, desk)
    assert desk.rows("SELECT last_name FROM patient ORDER BY version") == [("First",), ("Second",)]


def test_an_unusable_delivery_stays_with_the_reason_and_the_others_go_on(state: State, inbox: Path, desk: Desk) -> None:
    bad = drop(inbox / "ehr" / "monday", [a_patient("P1") | {"colour": "vermilion"}])
    drop(inbox / "ehr" / "tuesday", [a_patient("P2")])
    counts, said = take_all(state, desk)
    assert (counts.deliveries, counts.refused) == (1, 1)
    assert "unknown column 'colour'" in (bad / "refused").read_text()
    assert "unknown column 'colour'" in said[0]
    assert "vermilion" not in (bad / "refused").read_text()
    (bad / "z.csv").write_text(as_csv([a_patient("P1")]))
    counts, _ = take_all(state, desk)
    assert (counts.deliveries, counts.refused, bad.exists()) == (1, 0, False)


@pytest.mark.parametrize("fault", ["empty", "folder", "source"])
def test_what_is_no_delivery_is_refused(state: State, inbox: Path, desk: Desk, fault: str) -> None:
    delivery = drop(
        inbox / ("bad name!" if fault == "source" else "ehr") / "d", *([] if fault == "empty" else [[a_patient()]])
    )
    if fault == "folder":
        (delivery / "more").mkdir()
    counts, _ = take_all(state, desk)
    assert (counts.deliveries, counts.refused) == (0, 1)
    assert (delivery / "refused").exists()


def test_what_a_killed_removal_left_is_taken_again_and_changes_nothing(state: State, inbox: Path, desk: Desk) -> None:
    drop(inbox / "ehr" / "monday", [a_patient()], [a_line()])
    take_all(state, desk)
    before = desk.counts()
    left = drop(inbox / "ehr" / "monday", [a_patient()])
    take_all(state, desk)
    assert desk.counts() == before
    assert not left.exists()


def test_the_day_of_intake_is_the_practices_day(state: State, inbox: Path, desk: Desk) -> None:
    drop(inbox / "ehr" / "d", [a_patient()], [a_line(entered_on="2026-07-06")])
    counts, _ = take_all(state, desk, now=datetime(2026, 7, 6, 3, 59, tzinfo=UTC))  # still 5 July in New York
    assert counts.encounters == Tally(quarantined=1)


def test_practice_yaml_is_read_before_anything_is_taken(state: State, inbox: Path, desk: Desk) -> None:
    delivery = drop(inbox / "ehr" / "d", [a_patient()], [a_coverage(payer="NEW")])
    new = "  - {code: NEW, name: New, kind: other, time_zone: UTC}\n"
    state.practice_yaml.write_text(PRACTICE.rstrip() + "\n" + new)
    assert take_all(state, desk)[0].coverage == Tally(1)
    drop(delivery, [a_patient()])
    state.practice_yaml.unlink()
    with pytest.raises(InputUnusable, match=r"practice\.yaml: there is no such file"):
        take_all(state, desk)
    assert delivery.exists()
