from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator

from revcycle_airflow.business_date import business_date
from revcycle_airflow.counts import plain, table
from revcycle_airflow.hooks.practice import PracticeHook

if TYPE_CHECKING:
    from revcycle.foundation.store.runs import Step


class BusinessDateOperator(BaseOperator):
    """One step of one business date: a child names its verb in `perform`, this class does what all steps share.

    The result (XCom) is the verb's counts, and the log ends with them as a table; neither ever holds a patient's data.
    """

    def __init__(self, *, practice_conn_id: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.practice_conn_id = practice_conn_id

    @abstractmethod
    def perform(self, practice: PracticeHook, day: date, step: Step) -> Any:
        """Call the verb for everything that belongs to `day` or earlier; returns its counts."""

    def execute(self, context: Mapping[str, Any]) -> Any:
        """Perform the step for the run's business date and log what it did."""
        day = business_date(context)
        counts = plain(self.perform(PracticeHook(self.practice_conn_id), day, self._step(context, day)))
        if isinstance(counts, Mapping):
            self.log.info("Business date %s, %s:", day, self.task_id)
            for row in table(counts):
                self.log.info("%s", row)
        return counts

    def _step(self, context: Mapping[str, Any], day: date) -> Step:
        """Who writes, for the `run` row: a retry of a task, or its orphan that still works, is the same step."""
        from revcycle.foundation.store.runs import Step

        run, shard = context["dag_run"], max(context["ti"].map_index, 0)  # -1 when the task is not mapped
        who = run.triggering_user_name or ""
        return Step(run.dag_id, run.run_id, self.task_id, shard=shard, business_date=day, who=who)
