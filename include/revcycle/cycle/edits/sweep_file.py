"""Sweep one file of claims: no database, nothing is written."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from revcycle.cycle.edits.judge import Judgement, judge
from revcycle.cycle.edits.read_file import ClaimsFile, read_claims
from revcycle.foundation.archive import Archive
from revcycle.foundation.calendar import FilingLimit
from revcycle.foundation.reference import ReleaseSet


@dataclass(frozen=True)
class FileSweep:
    """What was read and what was found in it; `report` says it."""

    file: ClaimsFile
    judgement: Judgement


def sweep_file(
    path: Path,
    *,
    as_of: date,
    releases: ReleaseSet,
    archive: Archive,
    limits: Sequence[FilingLimit],
    spill: Path,
) -> FileSweep:
    """Judge every readable line of `path` as of a day; the whole file is one billing group.

    `spill` is a folder for what does not fit in memory; it is left as it was found.
    Raises: InputUnusable when the file as a whole cannot be used.
    """
    spill.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=spill) as folder:
        file = read_claims(path, today=as_of, spill=Path(folder))
        judgement = judge(
            file.lines, file.diagnoses, releases=releases, archive=archive, limits=limits, spill=Path(folder)
        )
    return FileSweep(file, judgement)
