from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from revcycle_airflow.business_date import announce
from revcycle_airflow.hooks.practice import PracticeHook
from revcycle_airflow.operators.business_date_operator import BusinessDateOperator
from revcycle_airflow.turn import Turn


class VerifySweepOperator(BusinessDateOperator):
    """Count where the night stands, what is still unswept included, and hand the business date to the followers.

    It reports and does not judge: a claim is sent only if its encounter was swept, so what is unswept holds up itself
    and nothing else.
    """

    def perform(self, practice: PracticeHook, turn: Turn) -> Any:
        from revcycle.cycle.edits.verify import verify

        return verify(practice.engine, through=turn.day, state=practice.state)

    def execute(self, context: Mapping[str, Any]) -> Any:
        """As every step, and announce each outlet."""
        counts = super().execute(context)
        for asset in self.outlets:
            announce(context, asset)
        return counts
