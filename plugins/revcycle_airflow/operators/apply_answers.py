from __future__ import annotations

from typing import Any

from revcycle_airflow.hooks.practice import PracticeHook
from revcycle_airflow.operators.business_date_operator import BusinessDateOperator
from revcycle_airflow.turn import Turn


class ApplyAnswersOperator(BusinessDateOperator):
    """Fold every TA1, 999 and 277CA that came in into the state of its interchange and claims."""

    def perform(self, practice: PracticeHook, turn: Turn) -> Any:
        from revcycle.cycle.answers import apply

        return apply(practice.engine, practice.archive, now=turn.now, step=turn.step)
