from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from airflow.sdk.exceptions import AirflowFailException

from revcycle_airflow.hooks.practice import PracticeHook
from revcycle_airflow.operators.business_date_operator import BusinessDateOperator
from revcycle_airflow.turn import Turn


class AnswersInTimeOperator(BusinessDateOperator):
    """Raise work for every answer that is overdue, and be red once for each that is so for the first time."""

    def perform(self, practice: PracticeHook, turn: Turn) -> Any:
        from revcycle.cycle.answers import overdue

        return overdue(practice.engine, now=turn.now, step=turn.step)

    def execute(self, context: Mapping[str, Any]) -> Any:
        """As every step; what is newly overdue is written down before the task fails, so it fails once for each."""
        counts = super().execute(context)
        if counts["newly"]:
            raise AirflowFailException(
                f"{counts['newly']} answers are newly overdue; `./revcycle work list` names each. Ask the partner."
            )
        return counts
