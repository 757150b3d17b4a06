from __future__ import annotations

from collections.abc import MutableMapping, Sequence
from typing import Any, ClassVar

from revcycle_airflow.hooks.clearinghouse import ClearinghouseHook
from revcycle_airflow.hooks.practice import PracticeHook
from revcycle_airflow.operators.business_date_operator import BusinessDateOperator
from revcycle_airflow.turn import Turn

OUTCOME = {"published": " · {claims:,} claims sent", "already": " · sent before", "in_doubt": " · in doubt"}


class PublishInterchangeOperator(BusinessDateOperator):
    """Send one interchange, exactly once; a try that finds it sent does nothing.

    In the grid it shows what came of it, once it is done. The log ends with the chain of its answers so far.
    """

    template_fields: Sequence[str] = ("interchange_id",)
    LABEL: ClassVar[str] = "interchange {{ task.interchange_id }}{{ sent | default('') }}"

    def __init__(self, *, interchange_id: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.interchange_id = interchange_id

    def perform(self, practice: PracticeHook, turn: Turn) -> Any:
        from revcycle.cycle.exchange import partner_of, publish

        partner = partner_of(practice.engine, self.interchange_id)
        return publish(
            practice.engine,
            practice.archive,
            self.interchange_id,
            ClearinghouseHook(partner).opening,
            now=turn.now,
            step=turn.step,
            state_holds_sample=practice.state.holds_sample,
        )

    def execute(self, context: MutableMapping[str, Any]) -> Any:
        """As every step, complete the label, and show the chain."""
        from revcycle.cycle.answers import chain

        counts = super().execute(context)
        context["sent"] = OUTCOME[next(name for name in OUTCOME if counts[name])].format(**counts)
        for what, stands in chain(PracticeHook(self.practice_conn_id).engine, self.interchange_id):
            self.log.info("%-6s %s", what, stands)
        return counts
