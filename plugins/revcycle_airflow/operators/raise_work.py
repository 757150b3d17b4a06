from __future__ import annotations

from typing import Any

from revcycle_airflow.hooks.practice import PracticeHook
from revcycle_airflow.operators.business_date_operator import BusinessDateOperator
from revcycle_airflow.turn import Turn


class RaiseWorkOperator(BusinessDateOperator):
    """Open a work item for each encounter with findings that a coder must look at, and close those that are settled."""

    def perform(self, practice: PracticeHook, turn: Turn) -> Any:
        from revcycle.foundation.work import raise_items

        return raise_items(practice.engine, now=turn.now, step=turn.step)
