"""The gate before claims: a result that no longer counts is taken away, so that a row that is there may be relied on.

What an edit set and a context are is known in this room only; whoever sends claims asks for the row and no more.
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Engine, text

from revcycle.cycle.edits.edit_set import edits_in_force
from revcycle.cycle.edits.snapshot import Scope, snapshot
from revcycle.cycle.edits.standing import find_due
from revcycle.cycle.edits.sweep import SWEEP_LOCK
from revcycle.foundation.state import State
from revcycle.foundation.store.bulk import reading

OUTDATED = "SELECT encounter_id, version FROM due SEMI JOIN result USING (encounter_id, version)"
TAKE_AWAY = """
DELETE FROM sweep_result WHERE (encounter_id, version) IN
    (SELECT * FROM unnest(CAST(:encounters AS bigint[]), CAST(:versions AS int[])))
"""


@dataclass(frozen=True)
class RetireCounts:
    """Results taken away, and encounters up to the date that now wait for a sweep."""

    retired: int
    unswept: int


def retire(engine: Engine, *, through: date, state: State) -> RetireCounts:
    """Delete each result made under other edits or another context than those in force; the next sweep makes it anew.

    No sweep runs meanwhile. Findings stay as they are.
    """
    edits = edits_in_force(engine, state)
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": SWEEP_LOCK})
        with reading(engine) as reader, snapshot(reader, Scope(), edits.spill) as db:
            unswept = find_due(db, edit_set=edits.digest, through=through)
            outdated = db.sql(OUTDATED).fetchall()
        if outdated:
            encounters, versions = zip(*outdated, strict=True)
            connection.execute(text(TAKE_AWAY), {"encounters": list(encounters), "versions": list(versions)})
    return RetireCounts(retired=len(outdated), unswept=unswept)
