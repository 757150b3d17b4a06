"""One file holds the whole state: what comes out of it elsewhere has the same facts and the same bytes."""

import stat
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from revcycle.cycle.edits.sweep import Chunk, sweep
from revcycle.foundation import work
from revcycle.foundation.archive import Archive
from revcycle.foundation.errors import InputUnusable
from revcycle.foundation.state import State
from revcycle.foundation.store.digest import digests
from revcycle.foundation.store.embedded import EmbeddedPostgres
from revcycle.foundation.store.runs import Step
from revcycle.local.backup import backup, restore
from revcycle.local.practice import practice_engine
from revcycle.local.secrets import read_secrets
from tests.deliveries import NOW, TODAY, Desk

STEP = Step("test", "backup", "sweep")


def said_nothing(_: str) -> None:
    """Progress is for people."""


@pytest.fixture
def other(tmp_path: Path) -> Iterator[State]:
    """A second, empty state."""
    state = State(tmp_path / "other").create()
    yield state
    EmbeddedPostgres(state.postgres).remove()


@pytest.fixture
def practice(stocked: State, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """A state of its own server: one encounter with a finding overridden, one with an item, one in quarantine."""
    for name in ("REVCYCLE_DATABASE_URL", "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "REVCYCLE_PRACTICE"):
        monkeypatch.delenv(name, raising=False)
    desk = Desk(practice_engine(stocked), stocked, tmp_path / "deliveries")
    desk.patients("P1")
    desk.charges({"units": "0"}, {"encounter_id": "E2", "date_from": "2026-11-18", "diagnoses": "I10X"})
    desk.charges({"encounter_id": "E3", "units": "many"})
    sweep(desk.engine, chunk=Chunk(0, 1), through=TODAY, state=stocked, step=STEP)
    work.raise_items(desk.engine, now=NOW, step=STEP)
    work.override(desk.engine, 1, reason="checked", by="kim", now=NOW, step=STEP)
    yield desk
    desk.engine.dispose()
    EmbeddedPostgres(stocked.postgres).remove()


def test_a_restore_into_another_state_has_the_same_facts_bytes_and_key(
    practice: Desk, other: State, tmp_path: Path
) -> None:
    file = tmp_path / "backup"
    archived = Archive(practice.state.archive)
    archived.label("interchange", "house-000000001", next(archived.names()))
    backup(practice.state, file, said_nothing)
    kept = Archive(other.archive).put(b"an object of the other state")
    restore(other, file, said_nothing)
    engine = practice_engine(other)
    assert digests(engine) == digests(practice.engine)
    assert {*Archive(other.archive).names()} == {*Archive(practice.state.archive).names(), kept}
    assert Archive(other.archive).labels("interchange") == archived.labels("interchange")
    assert other.practice_yaml.read_text() == practice.state.practice_yaml.read_text()
    assert other.reference_json.read_text() == practice.state.reference_json.read_text()
    assert read_secrets(other).fernet == read_secrets(practice.state).fernet
    assert read_secrets(other).revcycle != read_secrets(practice.state).revcycle
    again = sweep(engine, chunk=Chunk(0, 1), through=TODAY, state=other, step=STEP)
    engine.dispose()
    assert again.encounters == 0


def test_practice_yaml_is_restored_to_another_disk(
    practice: Desk, other: State, tmp_path: Path, another_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, wanted = tmp_path / "backup", practice.state.practice_yaml.read_text()
    backup(practice.state, file, said_nothing)
    monkeypatch.setenv("REVCYCLE_PRACTICE", str(another_disk / "practice.yaml"))
    restore(other, file, said_nothing)
    assert (another_disk / "practice.yaml").read_text() == wanted


def test_only_its_owner_reads_a_backup(practice: Desk, tmp_path: Path) -> None:
    backup(practice.state, tmp_path / "backup", said_nothing)
    assert stat.S_IMODE((tmp_path / "backup").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".revcycle-")] == []


def test_a_file_that_is_cut_or_none_of_ours_is_refused(practice: Desk, other: State, tmp_path: Path) -> None:
    whole, cut, strange = tmp_path / "whole", tmp_path / "cut", tmp_path / "strange"
    backup(practice.state, whole, said_nothing)
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    strange.write_text("no backup at all")
    words = {cut: "is cut off or damaged", strange: "is no backup: name a file", tmp_path / "missing": "No such file"}
    for file, said in words.items():
        with pytest.raises(InputUnusable, match=f"{file.name}.*{said}"):
            restore(other, file, said_nothing)
    assert not other.practice_yaml.exists()


def test_a_file_that_is_no_archive_is_refused_before_a_state_is_made_of_it(tmp_path: Path) -> None:
    state, file = State(tmp_path / "fresh"), tmp_path / "letter.txt"
    file.write_text("no backup at all")
    with pytest.raises(InputUnusable) as refused:
        restore(state, file, said_nothing)
    assert str(refused.value) == f"{file} is no backup: name a file that ./revcycle backup has written."
    assert not state.root.exists()


def test_an_object_that_was_changed_in_the_file_is_refused(practice: Desk, other: State, tmp_path: Path) -> None:
    whole, changed = tmp_path / "whole", tmp_path / "changed"
    backup(practice.state, whole, said_nothing)
    with tarfile.open(whole) as tar:
        place = next(member for member in tar if member.name.startswith("archive/")).offset_data
    content = bytearray(whole.read_bytes())
    content[place] ^= 1
    changed.write_bytes(content)
    with pytest.raises(InputUnusable, match="hashes to"):
        restore(other, changed, said_nothing)
    assert not other.practice_yaml.exists()


def test_a_state_without_a_practice_is_not_backed_up(other: State, tmp_path: Path) -> None:
    with pytest.raises(InputUnusable, match=r"no practice in .*other"):
        backup(other, tmp_path / "backup", said_nothing)
    assert not (tmp_path / "backup").exists()
