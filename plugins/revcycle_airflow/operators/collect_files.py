from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from revcycle_airflow.hooks.clearinghouse import ClearinghouseHook
from revcycle_airflow.hooks.practice import PracticeHook
from revcycle_airflow.operators.business_date_operator import BusinessDateOperator
from revcycle_airflow.turn import Turn


class CollectFilesOperator(BusinessDateOperator):
    """Fetch what is new in one partner's mailbox into the archive, and register it; never twice, never half written.

    A run with `{"since": "2026-11-01T00:00:00+00:00"}` in its conf looks again at what changed since then.
    """

    template_fields: Sequence[str] = ("partner",)

    def __init__(self, *, partner: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.partner = partner
        self.since: datetime | None = None

    def perform(self, practice: PracticeHook, turn: Turn) -> Any:
        from revcycle.cycle.exchange import collect
        from revcycle.foundation.practice.partners import stored_partners

        with practice.engine.connect() as connection:
            partner = stored_partners(connection)[self.partner]
        return collect(
            practice.engine,
            practice.archive,
            self.partner,
            ClearinghouseHook(partner).opening,
            now=turn.now,
            step=turn.step,
            since=self.since,
        )

    def execute(self, context: Mapping[str, Any]) -> Any:
        """As every step."""
        if asked := (context["dag_run"].conf or {}).get("since"):
            self.since = datetime.fromisoformat(asked)
        return super().execute(context)
