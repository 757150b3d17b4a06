from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from airflow.sdk import BaseOperator

from revcycle_airflow.hooks.practice import PracticeHook
from revcycle_airflow.turn import Turn


class ListPartnersOperator(BaseOperator):
    """Read practice.yaml into the database; returns the connections of its trading partners, one mapped task each."""

    def __init__(self, *, practice_conn_id: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.practice_conn_id = practice_conn_id

    def execute(self, context: Mapping[str, Any]) -> list[str]:
        """Equal settings write no row."""
        from revcycle.foundation import practice
        from revcycle.foundation.store.runs import begin

        hook, turn = PracticeHook(self.practice_conn_id), Turn.of(context, self.task_id)
        settings = practice.read(hook.state.practice_yaml)
        with hook.engine.begin() as connection:
            practice.load(connection, settings, run_id=begin(connection, turn.step), now=turn.now)
        return sorted(partner.connection for partner in settings.trading_partners)
