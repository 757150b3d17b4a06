"""Whether the database is older than the archive: then a number might be used twice, and a claim sent twice."""

from sqlalchemy import Engine

from revcycle.foundation.archive import Archive
from revcycle.foundation.store.numbers import last_number

INTERCHANGE = "interchange"  # the kind of label of a manifest


def numbers_behind(engine: Engine, archive: Archive) -> str:
    """A sentence where the archive has an interchange beyond the database's last ISA13, else the empty text.

    One that the database has counted but not registered was never sent: its numbers are a gap, and harmless.
    """
    highest: dict[str, int] = {}
    for name in archive.labels(INTERCHANGE):
        partner, _, isa13 = name.rpartition("-")
        highest[partner] = max(highest.get(partner, 0), int(isa13))
    with engine.connect() as connection:
        behind = [
            partner for partner, isa13 in highest.items() if last_number(connection, "isa13", partner=partner) < isa13
        ]
    if not behind:
        return ""
    return (
        f"The database is older than the archive: it does not know every interchange sent to {', '.join(behind)}. "
        "Sending is refused until ./revcycle reconcile --apply has registered them again."
    )
