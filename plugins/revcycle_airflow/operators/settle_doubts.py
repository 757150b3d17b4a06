from __future__ import annotations

from typing import Any

from revcycle_airflow.hooks.practice import PracticeHook
from revcycle_airflow.operators.business_date_operator import BusinessDateOperator
from revcycle_airflow.turn import Turn


class SettleDoubtsOperator(BusinessDateOperator):
    """Interchanges in doubt: carry out what people decided, send again where that is safe and due, ask for the rest."""

    def perform(self, practice: PracticeHook, turn: Turn) -> Any:
        from revcycle.cycle.exchange import settle_doubts

        return settle_doubts(practice.engine, now=turn.now, step=turn.step)
