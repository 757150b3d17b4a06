"""Interchanges that the archive has and the database does not: it was restored to an older backup.

A number above the counter was given out in the time that is lost. A label at or below its counter without a row is what
a killed batch left: its interchange was never sent, and its number is not used again.
"""

from dataclasses import dataclass

from sqlalchemy import Connection

from revcycle.foundation.archive import Archive
from revcycle.foundation.register import INTERCHANGE, Manifest
from revcycle.foundation.store.numbers import last_number


@dataclass(frozen=True)
class Unknown:
    """An interchange of the archive above its partner's counter; `sha256` is its manifest's."""

    sha256: str
    manifest: Manifest


def unknown(connection: Connection, archive: Archive) -> list[Unknown]:
    """By partner and number; none as long as the database is not older than the archive."""
    counters: dict[str, int] = {}
    found = []
    for name, sha256 in archive.labels(INTERCHANGE).items():
        partner, _, isa13 = name.rpartition("-")
        if partner not in counters:
            counters[partner] = last_number(connection, "isa13", partner=partner)
        if int(isa13) > counters[partner]:
            found.append(Unknown(sha256, Manifest.decode(archive.path(sha256).read_bytes())))
    return sorted(found, key=lambda one: (one.manifest.partner, one.manifest.isa13))
