from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from revcycle_airflow.hooks.practice import PracticeHook
from revcycle_airflow.operators.business_date_operator import BusinessDateOperator

if TYPE_CHECKING:
    from revcycle.foundation.store.runs import Step


class TakeInboxOperator(BusinessDateOperator):
    """Read practice.yaml into the database and load every complete delivery of the drop folder, without a sweep."""

    def perform(self, practice: PracticeHook, day: date, step: Step) -> Any:
        from revcycle.cycle.intake.inbox import take

        return take(practice.state, practice.engine, practice.archive, now=datetime.now(UTC), step=step)
