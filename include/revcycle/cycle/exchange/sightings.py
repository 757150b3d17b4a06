"""What was seen in a partner's mailbox: a file is taken when two looks agree on it, and never twice."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, text

from revcycle.cycle.exchange.mailbox import RemoteFile

NOTE = """
INSERT INTO remote_sighting (partner, path, size, mtime, seen_at, run_id)
SELECT :partner, path, size, mtime, :now, :run_id
FROM unnest(CAST(:paths AS text[]), CAST(:sizes AS bigint[]), CAST(:mtimes AS bigint[])) AS seen (path, size, mtime)
ON CONFLICT DO NOTHING
"""
KNOWN = """
SELECT s.path, s.size, s.mtime, s.seen_at, s.file_id, f.state
FROM remote_sighting s LEFT JOIN received_file f ON f.id = s.file_id
WHERE s.partner = :partner AND s.path = ANY (:paths)
"""
FETCHED = """
UPDATE remote_sighting SET file_id = :file_id
WHERE partner = :partner AND path = :path AND size = :size AND mtime = :mtime
"""
REMOVED = """
UPDATE remote_sighting SET removed_at = :now
WHERE partner = :partner AND path = :path AND size = :size AND mtime = :mtime
"""


@dataclass(frozen=True)
class Sightings:
    """The files of one listing, by what is known of them."""

    fresh: tuple[RemoteFile, ...] = ()
    """Seen for the first time, or too short a time ago to be a second look."""
    stable: tuple[RemoteFile, ...] = ()
    """Seen before as they are now, and not fetched."""
    fetched: tuple[RemoteFile, ...] = ()
    applied: tuple[RemoteFile, ...] = ()
    """Those of the fetched whose content has been applied."""


def look(
    connection: Connection, partner: str, files: Sequence[RemoteFile], *, now: datetime, interval: float, run_id: int
) -> Sightings:
    """Write down what is seen and say what is known of it; the looks that count are `interval` seconds apart."""
    known = {
        RemoteFile(row.path, row.size, row.mtime): row
        for row in connection.execute(text(KNOWN), {"partner": partner, "paths": [file.path for file in files]})
    }
    new = [file for file in files if file not in known]
    if new:
        connection.execute(
            text(NOTE),
            {
                "partner": partner,
                "now": now,
                "run_id": run_id,
                "paths": [file.path for file in new],
                "sizes": [file.size for file in new],
                "mtimes": [file.mtime for file in new],
            },
        )
    open_ones = [file for file in files if file in known and known[file].file_id is None]
    earlier = now - timedelta(seconds=interval)
    fetched = [file for file in files if file in known and known[file].file_id is not None]
    return Sightings(
        fresh=(*new, *(file for file in open_ones if known[file].seen_at > earlier)),
        stable=tuple(file for file in open_ones if known[file].seen_at <= earlier),
        fetched=tuple(fetched),
        applied=tuple(file for file in fetched if known[file].state == "applied"),
    )


def fetched(connection: Connection, partner: str, file: RemoteFile, file_id: int) -> None:
    """The file as it was seen is registered: it is not fetched again."""
    connection.execute(text(FETCHED), _key(partner, file) | {"file_id": file_id})


def removed(connection: Connection, partner: str, file: RemoteFile, *, now: datetime) -> None:
    """The file as it was seen is gone, by us."""
    connection.execute(text(REMOVED), _key(partner, file) | {"now": now})


def _key(partner: str, file: RemoteFile) -> dict[str, object]:
    return {"partner": partner, "path": file.path, "size": file.size, "mtime": file.mtime}
