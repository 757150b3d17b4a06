from __future__ import annotations

from collections import Counter
from collections.abc import MutableMapping, Sequence
from typing import Any, ClassVar

from revcycle_airflow.hooks.practice import PracticeHook
from revcycle_airflow.operators.business_date_operator import BusinessDateOperator
from revcycle_airflow.turn import Turn


class PostRemittancesOperator(BusinessDateOperator):
    """Prove and post the transaction sets of some remittance files; what does not add up is quarantined, with work.

    A file that cannot be posted (gone from the archive) holds up none after it: the task fails when all were tried.

    In the grid it shows how many files it has, and once it is done how many payments were posted.
    """

    template_fields: Sequence[str] = ("files",)
    LABEL: ClassVar[str] = (
        "{{ task.files | length }} file{{ 's' if task.files | length > 1 else '' }}{{ posted | default('') }}"
    )

    def __init__(self, *, files: Sequence[int], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.files = files

    def perform(self, practice: PracticeHook, turn: Turn) -> Any:
        from revcycle.cycle.remittance.post import post, waiting

        statuses: Counter[str] = Counter()
        failures = []
        unposted = set(waiting(practice.engine))
        for file in self.files:
            if file not in unposted:
                continue  # by an earlier try of this task
            try:
                results = post(practice.engine, practice.archive, file, day=turn.day, now=turn.now, step=turn.step)
            except Exception as failure:
                self.log.error("File %s was not posted: %s", file, type(failure).__name__)
                failures.append(failure)
            else:
                statuses.update(result.status for result in results)
        if failures:
            raise failures[0]
        return {"files": len(self.files), **dict(sorted(statuses.items()))}

    def execute(self, context: MutableMapping[str, Any]) -> Any:
        """As every step, and complete the label."""
        counts = super().execute(context)
        posted = sum(counts.get(status, 0) for status in ("posted", "partly_matched", "notification"))
        context["posted"] = f" · {posted:,} payment{'' if posted == 1 else 's'} posted"
        return counts
