"""The register of what partners sent: bytes and label in the archive first, then the rows that name them."""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert

from revcycle.foundation.archive import Archive
from revcycle.foundation.store.tables import archive_object, problem, received_file
from revcycle.foundation.work.causes import Cause, open_items
from revcycle.foundation.x12.envelope import kinds, take_apart
from revcycle.foundation.x12.segments import UnreadableFile

RECEIVED = "received"
UNREADABLE = "unreadable"
BEGINNING = 256 * 1024
APPLIED = ("TA1", "999", "277CA", "835")  # the kinds that a room takes up


@dataclass(frozen=True)
class Received:
    """A file that is in the archive. `kind` is the first transaction set it holds; `reason` why it is quarantined."""

    partner: str
    sha256: str
    size: int
    kind: str
    first_name: str
    received_at: datetime
    reason: str = ""


def keep(archive: Archive, source: Path, *, partner: str, first_name: str, now: datetime) -> Received:
    """Put a fetched file into the archive, and find out what it is."""
    sha256 = archive.put(source)
    kind, reason = read_kind(archive.path(sha256))
    return Received(partner, sha256, source.stat().st_size, kind, first_name, now, reason)


def read_kind(path: Path) -> tuple[str, str]:
    """What a file holds first, such as `999`, and why it is of no use to us, where it is not.

    Its beginning tells: a remittance may be larger than the memory.
    """
    try:
        with path.open("rb") as file:
            kind = next(kinds(take_apart(file.read(BEGINNING))))
        return kind, "" if kind in APPLIED else f"it holds {kind}, which nothing here reads"
    except UnreadableFile as error:
        return UNREADABLE, str(error)


def label(archive: Archive, received: Received, labelled: dict[str, str]) -> None:
    """Write beside the archive's object what the register will say of it; the first time counts."""
    name = f"{received.partner}-{received.sha256}"
    if name in labelled:
        return
    said = {
        "partner": received.partner,
        "kind": received.kind,
        "first_name": received.first_name,
        "sha256": received.sha256,
        "received_at": received.received_at.isoformat(),
    }
    labelled[name] = archive.put(json.dumps(said, sort_keys=True).encode())
    archive.label(RECEIVED, name, labelled[name])


def register(connection: Connection, received: Received, *, now: datetime, run_id: int) -> tuple[int, bool]:
    """The id of the file's row and whether it is new; one that cannot be used is quarantined, with an item."""
    stored = {"sha256": received.sha256, "bytes": received.size, "run_id": run_id}
    connection.execute(insert(archive_object).values(stored).on_conflict_do_nothing())
    values = {
        "partner": received.partner,
        "sha256": received.sha256,
        "kind": received.kind,
        "first_name": received.first_name,
        "state": "quarantined" if received.reason else "registered",
        "run_id": run_id,
    }
    written = insert(received_file).values(values).on_conflict_do_nothing().returning(received_file.c.id)
    new = connection.execute(written).scalar_one_or_none()
    if new is None:
        same = (received_file.c.partner == received.partner) & (received_file.c.sha256 == received.sha256)
        return int(connection.execute(select(received_file.c.id).where(same)).scalar_one()), False
    if received.reason:
        _quarantine(connection, new, received, now=now, run_id=run_id)
    return int(new), True


def _quarantine(connection: Connection, file_id: int, received: Received, *, now: datetime, run_id: int) -> None:
    connection.execute(
        insert(problem).values(
            file_id=file_id,
            position=1,
            code=received.kind,
            expected=" ".join(APPLIED),
            reason=received.reason,
            run_id=run_id,
        )
    )
    detail = {"partner": received.partner, "sha256": received.sha256, "kind": received.kind, "reason": received.reason}
    cause = Cause(kind="quarantined_file", id=file_id, queue="ops", detail=detail)
    open_items(connection, [cause], now=now, run_id=run_id)
