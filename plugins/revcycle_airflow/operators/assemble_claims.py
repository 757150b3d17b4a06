from __future__ import annotations

from typing import Any

from revcycle_airflow.hooks.practice import PracticeHook
from revcycle_airflow.operators.business_date_operator import BusinessDateOperator
from revcycle_airflow.turn import Turn


class AssembleClaimsOperator(BusinessDateOperator):
    """Make claims of what is coded, hold those with a cause, and freeze a submission of each that may go."""

    def perform(self, practice: PracticeHook, turn: Turn) -> Any:
        from revcycle.cycle.claims import assemble

        return assemble(
            practice.engine,
            practice.archive,
            through=turn.day,
            now=turn.now,
            step=turn.step,
            payers=turn.payers,
        )
