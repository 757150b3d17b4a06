from __future__ import annotations

from typing import Any

from revcycle_airflow.hooks.practice import PracticeHook
from revcycle_airflow.operators.business_date_operator import BusinessDateOperator
from revcycle_airflow.turn import Turn


class PlanChunksOperator(BusinessDateOperator):
    """Divide what is due by the business date into chunks, one mapped task each: `[{"index": 0, "of": 3}, ...]`."""

    def __init__(self, *, most: int = 32, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.most = most

    def perform(self, practice: PracticeHook, turn: Turn) -> Any:
        from revcycle.cycle.edits.sweep import plan

        return plan(practice.engine, through=turn.day, most=self.most)
