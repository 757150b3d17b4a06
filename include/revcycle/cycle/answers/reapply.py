"""Received files given back to be applied again, from the archive alone."""

from collections.abc import Sequence

from sqlalchemy import Engine, text

from revcycle.cycle.answers.room import lock_room
from revcycle.foundation.errors import InputUnusable
from revcycle.foundation.store.runs import Step, begin

FIND = "SELECT id, kind FROM received_file WHERE sha256 = :name OR first_name = :name ORDER BY id"
AGAIN = "UPDATE received_file SET state = 'registered', run_id = :run_id WHERE id = ANY (:files)"
KINDS = ("TA1", "999", "277CA")


def reapply(engine: Engine, files: Sequence[str], *, step: Step) -> int:
    """Mark received answers, each named by its sha256 or its first name, to be applied again; returns how many.

    A file that was applied before leads to the same state again, unless it can now be read or matched.
    Raises: InputUnusable for a name that no received file has, or that is no file of answers; then none is marked.
    """
    with engine.begin() as connection:
        lock_room(connection)
        found: set[int] = set()
        for name in files:
            rows = connection.execute(text(FIND), {"name": name}).all()
            if not rows:
                raise InputUnusable(f"{name}: no received file has this name or sha256; `reapply` takes either.")
            if other := next((row.kind for row in rows if row.kind not in KINDS), ""):
                raise InputUnusable(f"{name} is a {other} file; only TA1, 999 and 277CA can be applied again.")
            found |= {row.id for row in rows}
        asked = {"files": sorted(found), "run_id": begin(connection, step)}
        connection.execute(text(AGAIN), asked)
    return len(found)
