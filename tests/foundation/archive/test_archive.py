"""Bytes by their digest: one object for the same bytes, damage seen, nothing half written."""

import hashlib
import stat
from pathlib import Path

import pytest

from revcycle.foundation.archive import Archive, ObjectDamaged, ObjectMissing

BYTES = b"one object\n" * 1000


def test_the_same_bytes_are_one_object_whatever_their_source(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    (tmp_path / "file").write_bytes(BYTES)
    name = archive.put(BYTES)
    assert name == archive.put(tmp_path / "file") == hashlib.sha256(BYTES).hexdigest()
    assert list(archive.names()) == [name]
    with archive.open(name) as stored:
        assert stored.read() == BYTES


def test_only_the_owner_reads_the_archive(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    path = archive.path(archive.put(BYTES))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(archive.root.stat().st_mode) == 0o700


def test_a_missing_object_is_named(tmp_path: Path) -> None:
    with pytest.raises(ObjectMissing, match="0000"):
        Archive(tmp_path).open("0" * 64)


def test_a_changed_byte_is_seen(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    name = archive.put(BYTES)
    archive.verify(name)
    archive.path(name).write_bytes(BYTES + b"!")
    with pytest.raises(ObjectDamaged, match=name):
        archive.verify(name)


def test_a_source_that_cannot_be_read_leaves_nothing(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    with pytest.raises(FileNotFoundError):
        archive.put(tmp_path / "not there")
    assert [path for path in archive.root.rglob("*") if path.is_file()] == []


def test_a_label_finds_its_object_and_never_another(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    one, two = archive.put(b"one"), archive.put(b"two")
    assert archive.labels("interchange") == {}
    archive.label("interchange", "partner-2", two)
    archive.label("interchange", "partner-1", one)
    archive.label("interchange", "partner-1", one)
    assert list(archive.labels("interchange").items()) == [("partner-1", one), ("partner-2", two)]
    assert archive.labels("received") == {}
    assert archive.label_kinds() == ["interchange"]
    with pytest.raises(ObjectDamaged, match="interchange partner-1 is"):
        archive.label("interchange", "partner-1", two)
    assert sorted(archive.names()) == sorted([one, two])
