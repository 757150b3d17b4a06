from __future__ import annotations

from typing import Any

from revcycle_airflow.hooks.practice import PracticeHook
from revcycle_airflow.operators.business_date_operator import BusinessDateOperator
from revcycle_airflow.turn import Turn


class DecideRemittancesOperator(BusinessDateOperator):
    """Carry out what billers decided about payments: matched to a claim, taken, rejected, undone."""

    def perform(self, practice: PracticeHook, turn: Turn) -> Any:
        from revcycle.cycle.remittance.decisions import carry_out

        return carry_out(practice.engine, practice.archive, day=turn.day, now=turn.now, step=turn.step)
