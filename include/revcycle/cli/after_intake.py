"""What follows an intake at the shell: the changed encounters are swept at once, and work is raised for them."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import Engine, text

from revcycle.cycle.edits.sweep import SweepCounts, plan, sweep, sweep_patients
from revcycle.foundation.state import State
from revcycle.foundation.store.runs import Step
from revcycle.foundation.work import WorkCounts, raise_items

MANY = 5_000  # patients; beyond, chunks keep the memory flat
PATIENTS = """
SELECT DISTINCT v.patient_id FROM encounter_version v WHERE v.encounter_id = ANY (:encounters)
"""


def sweep_changed(
    engine: Engine, state: State, changed: Sequence[int], *, through: date, now: datetime, step: Step
) -> tuple[SweepCounts, WorkCounts]:
    """Sweep the patients of the changed encounters, same-day context included; raise work by the night's own verb."""
    with engine.connect() as connection:
        patients = connection.scalars(text(PATIENTS), {"encounters": list(changed)}).all()
    if len(patients) <= MANY:
        counts = sweep_patients(engine, patients, through=through, state=state, step=step)
    else:
        counts = SweepCounts()
        for chunk in plan(engine, through=through):
            counts += sweep(engine, chunk=chunk, through=through, state=state, step=step)
    return counts, raise_items(engine, now=now, step=step)
