from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from revcycle_airflow.hooks.practice import PracticeHook
from revcycle_airflow.operators.business_date_operator import BusinessDateOperator

if TYPE_CHECKING:
    from revcycle.foundation.store.runs import Step


class RaiseWorkOperator(BusinessDateOperator):
    """Open a work item for each encounter with findings that a coder must look at, and close those that are settled."""

    def perform(self, practice: PracticeHook, day: date, step: Step) -> Any:
        from revcycle.foundation.work import raise_items

        return raise_items(practice.engine, now=datetime.now(UTC), step=step)
