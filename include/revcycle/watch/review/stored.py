"""Every object of the archive hashed again: what was sent and received is still what it was."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select, text

from revcycle.foundation.archive import Archive, ObjectDamaged, ObjectMissing
from revcycle.foundation.store.tables import archive_object

NAME = re.compile(r"[0-9a-f]{64}")
# An object belongs to the business date of the run that put it there, or to the day it was registered on.
REGISTERED = """
SELECT count(*) AS objects, coalesce(sum(o.bytes), 0)::bigint AS bytes
FROM archive_object o JOIN run r ON r.id = o.run_id
WHERE coalesce(r.business_date, CAST(o.recorded_at AT TIME ZONE :zone AS date)) < :next_monday
"""


@dataclass(frozen=True)
class Stored:
    """How much was hashed, and what is not as it was put there, by its sha256 in order."""

    objects: int
    bytes: int
    damaged: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True)
class Registered:
    """What was registered by the end of the week."""

    objects: int
    bytes: int


def registered_by(connection: Connection, asked: dict[str, Any]) -> Registered:
    """Objects and bytes in the register as of the week's end."""
    return Registered(*connection.execute(text(REGISTERED), asked).one())


def registered_names(connection: Connection) -> set[str]:
    """The sha256 of every object that must be there."""
    return set(connection.scalars(select(archive_object.c.sha256)))


def rehash(archive: Archive, registered: Collection[str]) -> Stored:
    """Hash every object that is registered or there, one block at a time, outside any transaction: it may be long."""
    there = {name for name in archive.names() if NAME.fullmatch(name)}
    objects, size = 0, 0
    damaged, missing = [], []
    for name in sorted(there.union(registered)):
        try:
            size += archive.path(name).stat().st_size
            objects += 1
            archive.verify(name)
        except ObjectMissing:
            missing.append(name)
        except ObjectDamaged:
            damaged.append(name)
    return Stored(objects, size, tuple(damaged), tuple(missing))
