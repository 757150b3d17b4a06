"""Bytes by their sha256: what is put here is never changed and never removed by the product."""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from revcycle.foundation.errors import RevcycleError

READ = 1 << 20


class ObjectMissing(RevcycleError):
    """A registered object is not in the archive."""


class ObjectDamaged(RevcycleError):
    """An object's bytes no longer have the sha256 it is named by."""


class Archive:
    """A folder of objects, `ab/abcdef...`, each named by the sha256 of its bytes."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, source: bytes | Path) -> str:
        """Store the bytes, synced to disk, and return their sha256. The same bytes twice are one object."""
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        digest = hashlib.sha256()
        with tempfile.NamedTemporaryFile(dir=self.root, prefix=".put-", delete=False) as part:
            try:
                for block in _blocks(source):
                    digest.update(block)
                    part.write(block)
                part.flush()
                os.fsync(part.fileno())
            except BaseException:
                Path(part.name).unlink()
                raise
        name = digest.hexdigest()
        target = self._place(name)
        target.parent.mkdir(mode=0o700, exist_ok=True)
        Path(part.name).replace(target)
        _sync_folder(target.parent)
        return name

    def path(self, sha256: str) -> Path:
        """Where the object stands; raises ObjectMissing."""
        place = self._place(sha256)
        if not place.is_file():
            raise ObjectMissing(f"archive: object {sha256} is missing under {self.root}; restore it from a backup")
        return place

    def open(self, sha256: str) -> BinaryIO:
        """The object's bytes, read only; raises ObjectMissing."""
        return self.path(sha256).open("rb")

    def verify(self, sha256: str) -> None:
        """Hash the object again; raises ObjectMissing or ObjectDamaged."""
        with self.path(sha256).open("rb") as stored:
            found = hashlib.file_digest(stored, "sha256").hexdigest()
        if found != sha256:
            raise ObjectDamaged(f"archive: object {sha256} now hashes to {found}; restore it from a backup")

    def label(self, kind: str, name: str, sha256: str) -> None:
        """Give an object a name by which it is found without a database; the same again is harmless.

        Written and synced after the object. Raises: ObjectDamaged when the name stands for another object already.
        """
        place = self._labels(kind) / name
        if place.exists():
            if (found := place.read_text().strip()) != sha256:
                raise ObjectDamaged(f"archive: {kind} {name} is {found} already and cannot become {sha256}")
            return
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=place.parent, prefix=".label-", delete=False) as part:
            part.write(f"{sha256}\n")
            part.flush()
            os.fsync(part.fileno())
        Path(part.name).replace(place)
        _sync_folder(place.parent)

    def labels(self, kind: str) -> dict[str, str]:
        """Every name of a kind, in order, with the sha256 of its object."""
        return {name: (self._labels(kind) / name).read_text().strip() for name in self.label_names(kind)}

    def label_names(self, kind: str) -> list[str]:
        """Every name of a kind, in order; no file is read."""
        return sorted(place.name for place in self._labels(kind).glob("*") if not place.name.startswith("."))

    def has_label(self, kind: str, name: str) -> bool:
        """Whether an object has this name."""
        return (self._labels(kind) / name).exists()

    def label_kinds(self) -> list[str]:
        """The kinds that have labels, in order."""
        return sorted(place.name for place in self.root.glob("labels/*"))

    def names(self) -> Iterator[str]:
        """The sha256 of every object, in order."""
        for place in sorted(self.root.glob("??/*")):
            yield place.name

    def _labels(self, kind: str) -> Path:
        return self.root / "labels" / kind

    def _place(self, sha256: str) -> Path:
        return self.root / sha256[:2] / sha256


def _blocks(source: bytes | Path) -> Iterator[bytes]:
    if isinstance(source, bytes):
        yield source
        return
    with source.open("rb") as stream:
        while block := stream.read(READ):
            yield block


def _sync_folder(folder: Path) -> None:
    """A renamed file is only safe once its folder is synced."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
