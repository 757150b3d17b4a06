"""After the sweep: is everything judged that belongs to the night, and was there anything to judge?"""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Engine, text

from revcycle.cycle.edits.edit_set import edits_in_force
from revcycle.cycle.edits.snapshot import Scope, snapshot
from revcycle.cycle.edits.standing import find_due
from revcycle.foundation.state import State
from revcycle.foundation.store.bulk import reading

OPEN = """
SELECT f.severity, count(*) FROM finding f
JOIN encounter e ON e.id = f.encounter_id AND e.current_version = f.version
JOIN encounter_version v ON v.encounter_id = f.encounter_id AND v.version = f.version
WHERE f.state = 'open' AND v.entered_on <= :through GROUP BY f.severity
"""
ENTERED = """
SELECT count(*) FILTER (WHERE v.entered_on <= :through) FROM encounter e
JOIN encounter_version v ON v.encounter_id = e.id AND v.version = e.current_version
"""
QUARANTINED = "SELECT count(*) FROM quarantine WHERE cleared_at IS NULL"
ENTERED_ON = """
SELECT DISTINCT v.entered_on FROM encounter e
JOIN encounter_version v ON v.encounter_id = e.id AND v.version = e.current_version
WHERE v.entered_on = ANY (:days)
"""
WEEKS_TO_COMPARE = 4


@dataclass(frozen=True)
class VerifyCounts:
    """How the practice stands after a night."""

    encounters: int
    unswept: int
    block: int
    review: int
    info: int
    quarantined: int


def verify(engine: Engine, *, through: date, state: State) -> VerifyCounts:
    """Count what belongs to `through` or earlier, and what of it has no result that counts."""
    edits = edits_in_force(engine, state)
    with reading(engine) as reader, snapshot(reader, Scope(), edits.spill) as db:
        unswept = find_due(db, edit_set=edits.digest, through=through)
    with engine.connect() as connection:
        open_findings = {row[0]: row[1] for row in connection.execute(text(OPEN), {"through": through})}
        encounters = connection.execute(text(ENTERED), {"through": through}).scalar_one()
        quarantined = connection.execute(text(QUARANTINED)).scalar_one()
    severities = {name: open_findings.get(name, 0) for name in ("block", "review", "info")}
    return VerifyCounts(encounters=encounters, unswept=unswept, quarantined=quarantined, **severities)


def empty_night(engine: Engine, *, day: date) -> bool:
    """Whether nothing was entered on `day`, though something was on the same weekday of each of the four weeks before.

    Encounters count whether they were swept before or not: the question is whether the practice's file is missing.
    """
    before = [day - timedelta(weeks=weeks) for weeks in range(1, WEEKS_TO_COMPARE + 1)]
    with engine.connect() as connection:
        entered = set(connection.scalars(text(ENTERED_ON), {"days": [day, *before]}))
    return day not in entered and entered.issuperset(before)
