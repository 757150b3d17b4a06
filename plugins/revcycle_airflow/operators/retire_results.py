from __future__ import annotations

from typing import Any

from revcycle_airflow.hooks.practice import PracticeHook
from revcycle_airflow.operators.business_date_operator import BusinessDateOperator
from revcycle_airflow.turn import Turn


class RetireResultsOperator(BusinessDateOperator):
    """Take away sweep results that no longer count, so that nothing is sent that the edits in force have not seen."""

    def perform(self, practice: PracticeHook, turn: Turn) -> Any:
        from revcycle.cycle.edits.retire import retire

        return retire(practice.engine, through=turn.day, state=practice.state)
