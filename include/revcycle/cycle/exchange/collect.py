"""A partner's mailbox into the archive: each file once, and none that is still being written.

What is known of a file is its bytes, never its name: the same bytes under another name are the same file, other bytes
under the same name are another. Removing a file at the partner comes last, once its content has been applied.
"""

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from posixpath import basename

from sqlalchemy import Connection, Engine

from revcycle.cycle.exchange import sightings
from revcycle.cycle.exchange.alone import alone
from revcycle.cycle.exchange.faults import ArchiveFull, FileChanged, PartnerRefused
from revcycle.cycle.exchange.mailbox import Mailbox, RemoteFile
from revcycle.cycle.exchange.register import RECEIVED, keep, label, register
from revcycle.cycle.exchange.sightings import Sightings
from revcycle.foundation.archive import Archive
from revcycle.foundation.errors import InputUnusable
from revcycle.foundation.practice.partner import TradingPartner
from revcycle.foundation.practice.partners import stored_partners
from revcycle.foundation.store.runs import Step, begin

KILL_POINTS = ("locked", "listed", "sighted", "fetched", "archived", "labelled", "registered", "removed")
"""Where `collect` calls `reach`: each lies between two steps of which the first is done and the second is not."""
BETWEEN_LOOKS = 3.0  # seconds; a partner that writes more slowly than that is looked at again by the next run


@dataclass
class CollectCounts:
    """What one look into a mailbox found and did; `again` are files whose bytes we had."""

    listed: int = 0
    registered: int = 0
    again: int = 0
    quarantined: int = 0
    growing: int = 0
    removed: int = 0


def collect(
    engine: Engine,
    archive: Archive,
    partner: str,
    open_box: Callable[[], AbstractContextManager[Mailbox]],
    *,
    now: datetime,
    step: Step,
    since: datetime | None = None,
    interval: float = BETWEEN_LOOKS,
    sleep: Callable[[float], None] = time.sleep,
    reach: Callable[[str], None] = lambda _: None,
) -> CollectCounts:
    """Fetch and register what is new in the mailbox, and remove there what was applied, where we are to.

    A file is taken when two looks, `interval` seconds apart, agree on its size and time. With `since` those of that
    time or later are fetched again, though they were before. Safe to run twice, at the same moment (one waits for the
    other), and to be killed anywhere.
    Raises: PartnerAway, PartnerRefused (after all other files are registered and removed), AuthenticationRefused,
    HostKeyChanged, ArchiveFull; what was registered before stays.
    """
    with alone(engine, f"collect {partner}") as connection:
        with connection.begin():
            settings = stored_partners(connection).get(partner)
            run_id = begin(connection, step)
        if settings is None:
            raise InputUnusable(f"practice.yaml has no trading partner {partner}.")
        reach("locked")
        with open_box() as box:
            visit = _Visit(connection, archive, settings, box, now, run_id, reach, CollectCounts())
            seen = visit.look(interval)
            refused = [*visit.take(visit.due(seen, since, interval, sleep)), *visit.remove(seen.applied)]
            if refused:
                raise refused[0]
            return visit.counts


@dataclass
class _Visit:
    """One collector in one mailbox."""

    connection: Connection
    archive: Archive
    partner: TradingPartner
    box: Mailbox
    now: datetime
    run_id: int
    reach: Callable[[str], None]
    counts: CollectCounts

    @cached_property
    def labelled(self) -> dict[str, str]:
        return self.archive.labels(RECEIVED)

    def look(self, interval: float) -> Sightings:
        """What is there, and what is known of it."""
        files = self._listing()
        self.reach("listed")
        with self.connection.begin():
            seen = sightings.look(
                self.connection, self._name, files, now=self.now, interval=interval, run_id=self.run_id
            )
        self.reach("sighted")
        self.counts.listed = len(files)
        return seen

    def due(
        self, seen: Sightings, since: datetime | None, interval: float, sleep: Callable[[float], None]
    ) -> list[RemoteFile]:
        """The files to fetch, after a second look where one is needed."""
        due = [*seen.stable, *(file for file in seen.fetched if since and file.mtime >= since.timestamp())]
        if seen.fresh:
            sleep(interval)
            second = set(self._listing())
            due += [file for file in seen.fresh if file in second]
            self.counts.growing = sum(file not in second for file in seen.fresh)
        return sorted(due, key=lambda file: (file.mtime, file.path))

    def take(self, files: Sequence[RemoteFile]) -> list[PartnerRefused]:
        """Fetch and register each; one that is refused does not stop the others. Returns the refusals."""
        refused: list[PartnerRefused] = []
        for file in files:
            try:
                self._take(file)
            except FileChanged:
                self.counts.growing += 1
            except PartnerRefused as error:
                refused.append(error)
        return refused

    def remove(self, files: Sequence[RemoteFile]) -> list[PartnerRefused]:
        """Remove what was applied at the partner, where we are to; returns the refusals."""
        refused: list[PartnerRefused] = []
        for file in files if self.partner.mailbox.removes else ():
            try:
                self.box.remove(file.path)
            except PartnerRefused as error:
                refused.append(error)
                continue
            self.reach("removed")
            with self.connection.begin():
                sightings.removed(self.connection, self._name, file, now=self.now)
            self.counts.removed += 1
        return refused

    @property
    def _name(self) -> str:
        return self.partner.connection

    def _listing(self) -> list[RemoteFile]:
        return self.box.listing(self.partner.mailbox.download)

    def _take(self, file: RemoteFile) -> None:
        part = self.archive.root / f".fetch-{self._name}"
        try:
            part.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.box.get(file, part)
            self.reach("fetched")
            self._register(file, part)
        except OSError as error:
            raise ArchiveFull(f"{part.parent} cannot be written; make room there, then it is tried again.") from error
        finally:
            part.unlink(missing_ok=True)

    def _register(self, file: RemoteFile, part: Path) -> None:
        name = basename(file.path)
        received = keep(self.archive, part, partner=self._name, first_name=name, now=self.now)
        self.reach("archived")
        label(self.archive, received, self.labelled)
        self.reach("labelled")
        with self.connection.begin():
            file_id, new = register(self.connection, received, now=self.now, run_id=self.run_id)
            sightings.fetched(self.connection, self._name, file, file_id)
        self.reach("registered")
        self.counts.registered += new
        self.counts.again += not new
        self.counts.quarantined += new and bool(received.reason)
