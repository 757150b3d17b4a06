"""The drop folder: `inbox/SOURCE/DELIVERY/` with the files of one delivery, complete when it holds a file `ready`.

A delivery that was taken is removed, its bytes being in the archive; `ready` goes last, so what a killed removal leaves
is taken again and changes nothing. One that cannot be used stays, with a file `refused` that says why, and is tried
again the next time; one without `ready` is still being written and is left alone.
"""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from revcycle.cycle.intake.counts import NOTHING, IntakeCounts, Tally
from revcycle.cycle.intake.load import load
from revcycle.foundation import practice
from revcycle.foundation.archive import Archive
from revcycle.foundation.errors import InputUnusable
from revcycle.foundation.state import State
from revcycle.foundation.store.runs import Step, begin

READY, REFUSED = "ready", "refused"


@dataclass(frozen=True)
class InboxCounts:
    """Deliveries taken and refused, and what the taken ones held."""

    deliveries: int = 0
    refused: int = 0
    patients: Tally = NOTHING
    coverage: Tally = NOTHING
    encounters: Tally = NOTHING

    def with_delivery(self, counts: IntakeCounts) -> "InboxCounts":
        return InboxCounts(
            self.deliveries + 1,
            self.refused,
            self.patients + counts.patients,
            self.coverage + counts.coverage,
            self.encounters + counts.encounters,
        )


def take(
    state: State,
    engine: Engine,
    archive: Archive,
    *,
    now: datetime,
    step: Step,
    progress: Callable[[str], None] = lambda _: None,
) -> InboxCounts:
    """Read practice.yaml into the database, then load every complete delivery, those completed first before others.

    Nothing is swept. Safe to run twice and at once: one process at a time takes from the folder.
    Raises: InputUnusable when practice.yaml cannot be used; a delivery that cannot be used is refused, others go on.
    """
    settings = practice.read(state.practice_yaml)
    with engine.begin() as connection:
        practice.load(connection, settings, run_id=begin(connection, step), now=now)
    total = InboxCounts()
    with _alone(state.inbox):
        for delivery in _complete(state.inbox):
            try:
                files = _files(delivery)
                counts = load(
                    engine,
                    archive,
                    files,
                    source=delivery.parent.name,
                    intake_day=settings.day_of(now),
                    now=now,
                    step=step,
                )
            except InputUnusable as error:
                (delivery / REFUSED).write_text(f"{error}\n", encoding="utf-8")
                progress(f"refused: {error}")
                total = replace(total, refused=total.refused + 1)
                continue
            _remove(delivery, files)
            progress(f"taken: {delivery.parent.name}/{delivery.name}")
            total = total.with_delivery(counts)
    return total


def _complete(inbox: Path) -> list[Path]:
    """Deliveries with `ready`, by the time it was written, then by name."""
    deliveries = (mark.parent for mark in inbox.glob(f"*/*/{READY}") if mark.is_file())
    return sorted(deliveries, key=lambda delivery: ((delivery / READY).stat().st_mtime_ns, delivery))


def _files(delivery: Path) -> list[Path]:
    held = sorted(path for path in delivery.iterdir() if path.name not in (READY, REFUSED))
    folders = [path for path in held if not path.is_file()]
    if folders or not held:
        what = f"holds a folder ({folders[0].name})" if folders else "holds no file"
        raise InputUnusable(f"{delivery}: {what}; put the delivery's CSV files into it, then `{READY}`.")
    return held


def _remove(delivery: Path, files: list[Path]) -> None:
    for path in (*files, delivery / REFUSED, delivery / READY):
        path.unlink(missing_ok=True)
    # A file that came after `ready` is no part of the delivery; it waits there for a `ready` of its own.
    with suppress(OSError):
        delivery.rmdir()


@contextmanager
def _alone(inbox: Path) -> Iterator[None]:
    """Wait until no other process takes from the folder; the lock ends with the process."""
    inbox.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(inbox, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
