from __future__ import annotations

from collections import Counter
from collections.abc import MutableMapping, Sequence
from typing import Any, ClassVar

from revcycle_airflow.hooks.practice import PracticeHook
from revcycle_airflow.operators.business_date_operator import BusinessDateOperator
from revcycle_airflow.turn import Turn


class PostRemittancesOperator(BusinessDateOperator):
    """Prove and post the transaction sets of some remittance files; what does not add up is quarantined, with work.

    In the grid it shows how many files it has, and once it is done how many payments were posted.
    """

    template_fields: Sequence[str] = ("files",)
    LABEL: ClassVar[str] = "{{ task.files | length }} files{{ posted | default('') }}"

    def __init__(self, *, files: Sequence[int], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.files = files

    def perform(self, practice: PracticeHook, turn: Turn) -> Any:
        from revcycle.cycle.remittance.post import post

        statuses: Counter[str] = Counter()
        for file in self.files:
            results = post(practice.engine, practice.archive, file, day=turn.day, now=turn.now, step=turn.step)
            statuses.update(result.status for result in results)
        return {"files": len(self.files), **dict(sorted(statuses.items()))}

    def execute(self, context: MutableMapping[str, Any]) -> Any:
        """As every step, and complete the label."""
        counts = super().execute(context)
        posted = sum(counts.get(status, 0) for status in ("posted", "partly_matched", "notification"))
        context["posted"] = f" · {posted:,} payments posted"
        return counts
