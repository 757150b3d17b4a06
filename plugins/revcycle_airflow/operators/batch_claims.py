from __future__ import annotations

from typing import Any

from revcycle_airflow.hooks.practice import PracticeHook
from revcycle_airflow.operators.business_date_operator import BusinessDateOperator
from revcycle_airflow.turn import Turn


class BatchClaimsOperator(BusinessDateOperator):
    """Write the frozen submissions into 837 files: numbers first, then bytes in the archive, then rows."""

    def perform(self, practice: PracticeHook, turn: Turn) -> Any:
        from revcycle.cycle.claims import batch

        return batch(
            practice.engine,
            practice.archive,
            now=turn.now,
            step=turn.step,
            state_holds_sample=practice.state.holds_sample,
            payers=turn.payers,
        )
