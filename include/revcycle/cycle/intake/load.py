"""Intake files into versions: patients first, then coverage, then charges, each file in one transaction."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, Engine, text

from revcycle.cycle.intake import charges, coverage, patients, quarantine
from revcycle.cycle.intake.counts import FileProblems, IntakeCounts
from revcycle.cycle.intake.files import CHARGES, COVERAGE, KINDS, PATIENTS
from revcycle.cycle.intake.reading import Delivery, kind_of, read
from revcycle.cycle.intake.register import Receipt, register
from revcycle.foundation.archive import Archive
from revcycle.foundation.errors import InputUnusable
from revcycle.foundation.register import Delivered, note
from revcycle.foundation.store.runs import Step, begin

SOURCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,49}")


_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('intake ' || :source, 0))"


class _Room(Protocol):
    """What each kind of file has a module for."""

    def check(self, delivery: Delivery, _intake_day: date, /) -> None: ...
    def refuse_unlisted(self, connection: Connection, delivery: Delivery, source: str, /) -> None: ...
    def write(self, connection: Connection, delivery: Delivery, receipt: Receipt, /) -> IntakeCounts: ...


_ROOMS: dict[str, _Room] = {PATIENTS.name: patients, COVERAGE.name: coverage, CHARGES.name: charges}


@dataclass(frozen=True)
class _Read:
    """A file that can be used: its bytes are archived, its rows checked as far as the file alone can say."""

    path: Path
    sha256: str
    size: int
    delivery: Delivery


def load(
    engine: Engine,
    archive: Archive,
    files: Sequence[Path],
    *,
    source: str,
    intake_day: date,
    now: datetime,
    step: Step,
    progress: Callable[[str], None] = lambda _: None,
) -> IntakeCounts:
    """Read the files, whatever their order, and bring in what is new; equal content writes no row anywhere.

    A row that cannot be read quarantines its encounter (its patient, its patient's coverage); all others go in.
    `source` is the system whose ids the files hold; `intake_day` the practice's date, `now` the instant written.
    Safe to run twice and at once: one transaction a file under a lock of its source.
    Raises: InputUnusable when one of the files cannot be used; then nothing of any of them is loaded.
    """
    if not SOURCE.fullmatch(source):
        raise InputUnusable("source: a name of letters, digits, '.', '_' and '-' is expected, at most 50 of them.")
    kinds = [(path, kind_of(path)) for path in files]
    ordered = sorted(kinds, key=lambda pair: KINDS.index(pair[1]))
    ready = [_prepare(archive, path, intake_day, progress) for path, _ in ordered]
    total = IntakeCounts()
    for file in ready:
        note(archive, Delivered(source, file.sha256, file.delivery.kind.name, now.isoformat()))
        with engine.begin() as connection:
            connection.execute(text(_LOCK), {"source": source})
            run_id = begin(connection, step)
            file_id = register(
                connection,
                source=source,
                sha256=file.sha256,
                size=file.size,
                kind=file.delivery.kind.name,
                first_name=file.path.name,
                run_id=run_id,
            )
            total += _take(connection, file, Receipt(source, intake_day, now, run_id, file_id))
        progress(f"{file.path.name}: taken")
    return total


def _prepare(archive: Archive, path: Path, intake_day: date, progress: Callable[[str], None]) -> _Read:
    sha256 = archive.put(path)
    stored = archive.path(sha256)
    delivery = read(stored, path)
    _ROOMS[delivery.kind.name].check(delivery, intake_day)
    progress(f"{path.name}: {delivery.subjects:,} read ({delivery.kind.subject_kind})")
    return _Read(path, sha256, stored.stat().st_size, delivery)


def _take(connection: Connection, file: _Read, receipt: Receipt) -> IntakeCounts:
    delivery = file.delivery
    _ROOMS[delivery.kind.name].refuse_unlisted(connection, delivery, receipt.source)
    quarantine.record(connection, delivery, receipt)
    counts = _ROOMS[delivery.kind.name].write(connection, delivery, receipt)
    if not delivery.problems:
        return counts
    problems = sorted(delivery.problems, key=lambda problem: problem.row)
    return replace(counts, files=(FileProblems(file.path.name, delivery.kind.subject_kind, tuple(problems)),))
