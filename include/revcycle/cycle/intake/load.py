"""Intake files into versions: patients first, then coverage, then charges, each file in one transaction."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, text

from revcycle.cycle.intake import charges, coverage, encounters, listing, patients, quarantine
from revcycle.cycle.intake.counts import FileProblems, IntakeCounts
from revcycle.cycle.intake.files import CHARGES, COVERAGE, KINDS, PATIENTS, FileKind
from revcycle.cycle.intake.reading import Delivery, kind_of, read
from revcycle.cycle.intake.register import register
from revcycle.foundation.archive import Archive
from revcycle.foundation.errors import InputUnusable
from revcycle.foundation.store.runs import Step, begin

SOURCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,49}")


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
        with engine.begin() as connection:
            run_id = begin(connection, step)
            total += _take(connection, file, source=source, intake_day=intake_day, now=now, run_id=run_id)
        progress(f"{file.path.name}: taken")
    return total


def _prepare(archive: Archive, path: Path, intake_day: date, progress: Callable[[str], None]) -> _Read:
    sha256 = archive.put(path)
    stored = archive.path(sha256)
    delivery = read(stored, path)
    if delivery.kind is PATIENTS:
        patients.check(delivery)
    elif delivery.kind is COVERAGE:
        coverage.check(delivery)
    else:
        charges.check(delivery, intake_day)
    progress(f"{path.name}: {delivery.subjects:,} {_counted(delivery.kind)} read")
    return _Read(path, sha256, stored.stat().st_size, delivery)


def _counted(kind: FileKind) -> str:
    return "patients with coverage" if kind is COVERAGE else f"{kind.subject_kind}s"


def _take(
    connection: Connection, file: _Read, *, source: str, intake_day: date, now: datetime, run_id: int
) -> IntakeCounts:
    connection.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended('intake ' || :source, 0))"), {"source": source}
    )
    file_id = register(
        connection,
        source=source,
        sha256=file.sha256,
        size=file.size,
        kind=file.delivery.kind.name,
        first_name=file.path.name,
        run_id=run_id,
    )
    delivery = file.delivery
    if delivery.kind is COVERAGE:
        coverage.refuse_unlisted(delivery, connection, source=source)
    elif delivery.kind is CHARGES:
        problems = listing.unlisted_billing_providers(delivery, connection)
        delivery.refuse(problems + listing.unlisted_patients(delivery, connection, source=source))
    quarantine.record(connection, delivery, source=source, file_id=file_id, run_id=run_id, now=now)
    problems = sorted(delivery.problems, key=lambda problem: problem.row)
    shown = (FileProblems(file.path.name, delivery.kind.subject_kind, tuple(problems)),) if problems else ()
    if delivery.kind is PATIENTS:
        tally = patients.write(connection, delivery, source=source, run_id=run_id, now=now)
        return IntakeCounts(patients=tally, files=shown)
    if delivery.kind is COVERAGE:
        tally = coverage.write(connection, delivery, source=source, run_id=run_id, now=now)
        return IntakeCounts(coverage=tally, files=shown)
    whole = charges.assemble(delivery, intake_day)
    written = encounters.write(connection, whole, delivery, source=source, file_id=file_id, run_id=run_id, now=now)
    return IntakeCounts(encounters=written.tally, changed=written.changed, files=shown)
