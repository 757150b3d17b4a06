"""Interchanges that the archive has and the database does not: it was restored to an older backup.

A number above the counter was given out by the time that is lost. A label at or below its counter without a row is what
a killed batch left: its interchange was never sent, and its number is not used again.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, select

from revcycle.foundation.archive import Archive
from revcycle.foundation.errors import InputUnusable
from revcycle.foundation.store.tables import control_number

INTERCHANGE = "interchange"
REFUSED = (
    "The archive holds {count} interchanges of {partners} that the database does not know: it is older than the "
    "archive. Nothing is sent until `./revcycle reconcile --apply` has registered them."
)


class SendingRefused(InputUnusable):
    """Nothing may be sent now; the sentence says why and what to do."""


@dataclass(frozen=True, order=True)
class Unknown:
    """An interchange of the archive above its partner's counter."""

    partner: str
    isa13: int
    manifest: str


def unknown(connection: Connection, archive: Archive) -> list[Unknown]:
    """By partner and number; none as long as the database is not older than the archive."""
    last = select(control_number.c.partner, control_number.c.last_value).where(control_number.c.kind == "isa13")
    counters = {row.partner: row.last_value for row in connection.execute(last)}
    found = []
    for name, manifest in archive.labels(INTERCHANGE).items():
        partner, _, isa13 = name.rpartition("-")
        if int(isa13) > counters.get(partner, 0):
            found.append(Unknown(partner, int(isa13), manifest))
    return sorted(found)


def why_refused(connection: Connection, archive: Archive) -> str:
    """The sentence that refuses sending; empty where nothing stands against it."""
    found = unknown(connection, archive)
    partners = ", ".join(sorted({one.partner for one in found}))
    return REFUSED.format(count=len(found), partners=partners) if found else ""
