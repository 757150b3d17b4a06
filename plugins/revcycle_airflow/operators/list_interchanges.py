from __future__ import annotations

from typing import Any

from revcycle_airflow.hooks.practice import PracticeHook
from revcycle_airflow.operators.business_date_operator import BusinessDateOperator
from revcycle_airflow.turn import Turn


class ListInterchangesOperator(BusinessDateOperator):
    """The ids of the interchanges that wait to be sent, one mapped task each; those an earlier night left too.

    The log names what a pause keeps back.
    """

    def perform(self, practice: PracticeHook, turn: Turn) -> Any:
        from revcycle.cycle.exchange import unsent, waiting

        with practice.engine.connect() as connection:
            for kept in unsent(connection):
                if kept.paused:
                    self.log.warning("%s", kept.sentence)
        return waiting(practice.engine)
