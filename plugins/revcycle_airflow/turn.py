"""What a step works for: whose business date, at which instant, in which run, limited to which payers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from revcycle_airflow.business_date import business_date, instant, scope

if TYPE_CHECKING:
    from revcycle.foundation.store.runs import Step


@dataclass(frozen=True)
class Turn:
    """One try of one step: `day` is the business date, `now` the only clock, `payers` empty for all."""

    day: date
    now: datetime
    step: Step
    payers: tuple[str, ...]

    @classmethod
    def of(cls, context: Mapping[str, Any], task_id: str) -> Turn:
        """As the run's context tells it. A retry of a task, or its orphan that still works, is the same step."""
        from revcycle.foundation.store.runs import Step

        day, run = business_date(context), context["dag_run"]
        shard = max(context["ti"].map_index, 0)  # -1 when the task is not mapped
        who = run.triggering_user_name or ""
        step = Step(run.dag_id, run.run_id, task_id, shard=shard, business_date=day, who=who)
        return cls(day, instant(context), step, tuple(scope(context).get("payers") or ()))
