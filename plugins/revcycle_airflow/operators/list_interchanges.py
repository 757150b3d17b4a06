from __future__ import annotations

from typing import Any

from revcycle_airflow.hooks.practice import PracticeHook
from revcycle_airflow.operators.business_date_operator import BusinessDateOperator
from revcycle_airflow.turn import Turn


class ListInterchangesOperator(BusinessDateOperator):
    """The ids of the interchanges that wait to be sent, one mapped task each; those an earlier night left too."""

    def perform(self, practice: PracticeHook, turn: Turn) -> Any:
        from revcycle.cycle.exchange import waiting

        return waiting(practice.engine)
