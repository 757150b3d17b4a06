"""Load the files that CMS publishes: recognise, convert, archive, list. All of a call's files are loaded, or none."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from revcycle.foundation.archive import Archive
from revcycle.foundation.errors import InputUnusable
from revcycle.foundation.reference import level_two_file, mue_file, order_file, pair_file
from revcycle.foundation.reference.parquet import write_table
from revcycle.foundation.reference.projection import exclusively, read_projection_or_empty, write_projection
from revcycle.foundation.reference.published import Converted, Form
from revcycle.foundation.reference.release import Release, ReleaseSet
from revcycle.foundation.state import State

FORMS: tuple[Form, ...] = (pair_file.FORM, mue_file.FORM, order_file.FORM, level_two_file.FORM)
BEGINNING = 8_000
ZIP = "PK\x03\x04"  # also the beginning of an Excel workbook


@dataclass(frozen=True)
class Loaded:
    """A release that a file became. `changed` is False where the state had exactly this release already."""

    file: Path
    release: Release
    changed: bool


def load(state: State, files: Sequence[Path], *, progress: Callable[[str], None] = lambda _: None) -> list[Loaded]:
    """Load published files into the active releases of a state.

    A release of the same source, setting and version is replaced; everything else stays. The same bytes again change
    nothing. Raises: InputUnusable for a file that cannot be read or is of no known form; then nothing was loaded.
    """
    forms = [(file, recognise(file)) for file in files]
    archive = Archive(state.archive)
    made: list[tuple[Path, Release]] = []
    with exclusively(state), tempfile.TemporaryDirectory(dir=state.root, prefix=".load-") as work:
        for file, form in forms:
            progress(f"Reading {file.name}")
            made += [(file, _archived(archive, converted, Path(work))) for converted in form.convert(file)]
        active = read_projection_or_empty(state)
        releases = ReleaseSet.of_all([*active.releases, *(release for _, release in made)])
        if releases != active:
            write_projection(state, releases)
    return [Loaded(file, release, release not in active.releases) for file, release in made]


def recognise(file: Path) -> Form:
    """Which published form a file has. Raises InputUnusable when it has none, or cannot be opened."""
    try:
        with file.open(encoding="latin-1") as text:
            beginning = text.read(BEGINNING)
    except OSError as error:
        raise InputUnusable(f"{file}: cannot be read ({error.strerror}).") from None
    if beginning.startswith(ZIP):
        raise InputUnusable(
            f"{file} is an archive or a workbook: unpack it, or load the .txt or .csv that CMS offers with it."
        )
    for form in FORMS:
        if form.recognises(file.name.lower(), beginning):
            return form
    known = "; ".join(form.description for form in FORMS)
    raise InputUnusable(f"{file} is none of the files known here. Looked for: {known}.")


def _archived(archive: Archive, converted: Converted, work: Path) -> Release:
    parquet = work / "table.parquet"
    rows = write_table(parquet, converted.source, converted.table)
    return Release(
        source=converted.source,
        setting=converted.setting,
        version=converted.version,
        valid_from=converted.first_day,
        valid_to=converted.last_day,
        sha256=archive.put(parquet),
        rows=rows,
    )
