"""Interchanges that the archive has and the database does not: it was restored to an older backup.

A number above the counter was given out in the time that is lost, unless an earlier reconciling has registered it
again while others still lacked an encounter. At or below it stands what a backup amid a batch has
lost, and what a killed batch left. What a partner may have seen of them has a mark; the others were never sent, their
claims still wait, and their numbers are not used again.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, select

from revcycle.foundation.archive import Archive
from revcycle.foundation.errors import InputUnusable
from revcycle.foundation.register.manifest import Manifest
from revcycle.foundation.register.released import released
from revcycle.foundation.store.numbers import last_number
from revcycle.foundation.store.tables import interchange

INTERCHANGE = "interchange"  # the kind of label of a manifest
REFUSED = (
    "The archive holds {count} interchanges of {partners} that the database does not know: it is older than the "
    "archive. Nothing is sent until `./revcycle reconcile --apply` has registered them."
)


class SendingRefused(InputUnusable):
    """Nothing may be sent now; the sentence says why and what to do."""


@dataclass(frozen=True)
class Unknown:
    """An interchange of the archive that the database has lost; `sha256` is its manifest's."""

    sha256: str
    manifest: Manifest


def unknown(connection: Connection, archive: Archive) -> list[Unknown]:
    """By partner and number; none as long as the database is not older than the archive."""
    return [
        Unknown(sha256, Manifest.decode(archive.path(sha256).read_bytes()))
        for _, _, sha256 in _lost(connection, archive)
    ]


def why_refused(connection: Connection, archive: Archive) -> str:
    """The sentence that refuses sending; empty where nothing stands against it."""
    found = _lost(connection, archive)
    partners = ", ".join(sorted({partner for partner, _, _ in found}))
    return REFUSED.format(count=len(found), partners=partners) if found else ""


def _lost(connection: Connection, archive: Archive) -> list[tuple[str, int, str]]:
    """Partner, ISA13 and manifest of every label without a row, above its counter or released."""
    known = {(row.partner, row.isa13) for row in connection.execute(select(interchange.c.partner, interchange.c.isa13))}
    seen_by_partners = released(archive)
    counters: dict[str, int] = {}
    found = []
    for name, sha256 in archive.labels(INTERCHANGE).items():
        partner, _, number = name.rpartition("-")
        if partner not in counters:
            counters[partner] = last_number(connection, "isa13", partner=partner)
        isa13 = int(number)
        if (partner, isa13) not in known and (isa13 > counters[partner] or name in seen_by_partners):
            found.append((partner, isa13, sha256))
    return sorted(found)
