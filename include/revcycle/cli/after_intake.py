"""What follows an intake at the shell: the changed encounters are swept at once, and work is raised for them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import Engine, text

from revcycle.cycle.edits import NotEvaluated
from revcycle.cycle.edits.sweep import SweepCounts, plan, sweep, sweep_patients
from revcycle.foundation.state import State
from revcycle.foundation.store.runs import Step, begin
from revcycle.foundation.work import WorkCounts, raise_items

MANY = 5_000  # patients; beyond, chunks keep the memory flat
PATIENTS = """
SELECT patient_id FROM encounter_version WHERE encounter_id = ANY (:encounters)
UNION SELECT patient_id FROM patient WHERE run_id = :run_id OR superseded_at = :now
UNION SELECT patient_id FROM coverage WHERE run_id = :run_id OR superseded_at = :now
"""


def sweep_changed(
    engine: Engine, state: State, changed: Sequence[int], *, through: date, now: datetime, taken: Step
) -> tuple[SweepCounts, list[NotEvaluated], WorkCounts]:
    """Sweep the patients of the changed encounters, and those whose own data or coverage the intake `taken` at `now`
    changed, same-day context included; raise work by the night's own verb. Also returns what was not evaluated.
    """
    step = replace(taken, step="sweep")
    silent: list[NotEvaluated] = []
    with engine.begin() as connection:
        asked = {"encounters": list(changed), "run_id": begin(connection, taken), "now": now}
        patients = connection.scalars(text(PATIENTS), asked).all()
    if len(patients) <= MANY:
        counts = sweep_patients(engine, patients, through=through, state=state, step=step, told=silent.append)
    else:
        counts = SweepCounts()
        for chunk in plan(engine, through=through):
            counts += sweep(engine, chunk=chunk, through=through, state=state, step=step, told=silent.append)
    return counts, silent, raise_items(engine, now=now, step=step)
