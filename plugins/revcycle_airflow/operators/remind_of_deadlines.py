from __future__ import annotations

from typing import Any

from revcycle_airflow.hooks.practice import PracticeHook
from revcycle_airflow.operators.business_date_operator import BusinessDateOperator
from revcycle_airflow.turn import Turn


class RemindOfDeadlinesOperator(BusinessDateOperator):
    """Open, escalate and close the billers' items for deadlines that are near or past."""

    def perform(self, practice: PracticeHook, turn: Turn) -> Any:
        from revcycle.watch.followup import remind

        return remind(practice.engine, now=turn.now, step=turn.step)
