from __future__ import annotations

from datetime import timedelta
from typing import Any

from revcycle_airflow.hooks.practice import PracticeHook
from revcycle_airflow.operators.business_date_operator import BusinessDateOperator
from revcycle_airflow.turn import Turn


class RefreshDeadlinesOperator(BusinessDateOperator):
    """Bring the deadlines in line, as of the day after the business date: the first on which people can act."""

    def perform(self, practice: PracticeHook, turn: Turn) -> Any:
        from revcycle.watch.followup import refresh

        return refresh(practice.engine, as_of=turn.day + timedelta(days=1), now=turn.now, step=turn.step)
