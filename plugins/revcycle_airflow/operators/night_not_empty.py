from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from airflow.sdk.exceptions import AirflowFailException

from revcycle_airflow.alarms import night_empty
from revcycle_airflow.hooks.practice import PracticeHook
from revcycle_airflow.operators.business_date_operator import BusinessDateOperator
from revcycle_airflow.turn import Turn


class NightNotEmptyOperator(BusinessDateOperator):
    """Red, with an alarm, when no encounter was entered on the business date though such days had some."""

    def perform(self, practice: PracticeHook, turn: Turn) -> Any:
        from revcycle.cycle.edits.verify import empty_night

        return {"empty": empty_night(practice.engine, day=turn.day)}

    def execute(self, context: Mapping[str, Any]) -> Any:
        """As every step, and fail on an empty night."""
        counts = super().execute(context)
        if counts["empty"]:
            night_empty(context)
            raise AirflowFailException(
                "No encounter was entered on this date, though the same weekday of each of the four weeks before had "
                "some; ask the practice's system for the missing delivery, put it into the drop folder, clear this run."
            )
        return counts
