from __future__ import annotations

from typing import Any

from revcycle_airflow.hooks.practice import PracticeHook
from revcycle_airflow.operators.business_date_operator import BusinessDateOperator
from revcycle_airflow.turn import Turn


class TakeInboxOperator(BusinessDateOperator):
    """Read practice.yaml into the database and load every complete delivery of the drop folder, without a sweep."""

    def perform(self, practice: PracticeHook, turn: Turn) -> Any:
        from revcycle.cycle.intake.inbox import take

        return take(practice.state, practice.engine, practice.archive, now=turn.now, step=turn.step)
