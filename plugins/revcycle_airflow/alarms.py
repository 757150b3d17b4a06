"""From Airflow's callbacks to `revcycle.foundation.alarm`: which run calls, and for which date.

`run_failed` and `run_succeeded` are called in the dag-processor, `run_late` in the triggerer: all must be importable
by name.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from revcycle.foundation.alarm import Alarm, Kind, send, settle
from revcycle_airflow.business_date import business_date, named_date
from revcycle_airflow.hooks.practice import state_of_this_machine

if TYPE_CHECKING:
    from airflow.sdk import DAG

log = logging.getLogger(__name__)


def run_failed(context: Mapping[str, Any]) -> None:
    """A run ended red; names the task that failed first, where Airflow names one at all."""
    last = context.get("task_instance")
    _raise_alarm(Kind.RUN_FAILED, _run_of(context), task_id=_first_failed(context["dag"], last) if last else "")


def run_succeeded(context: Mapping[str, Any]) -> None:
    """A run ended green: what was told about it, or about its DAG and date before, needs nobody any more."""
    run = _run_of(context)
    settle(
        state_of_this_machine(),
        dag_id=run["dag_id"],
        run_id=run["run_id"],
        business_date=_date_of(run),
        now=datetime.now(UTC),
    )


async def run_late(context: Mapping[str, Any]) -> None:
    """A run is not done in its time. Sent from a thread: the triggerer's loop serves every other trigger too."""
    await asyncio.to_thread(_raise_alarm, Kind.RUN_LATE, _run_of(context))


def night_empty(context: Mapping[str, Any]) -> None:
    """No encounter belongs to the run's date, though such nights had some."""
    _raise_alarm(Kind.NIGHT_EMPTY, _run_of(context) | {"partition_key": business_date(context).isoformat()})


def _first_failed(dag: DAG, last: Any) -> str:
    """The cause: Airflow names the task that failed last, which often only reports that another one failed.

    A callback is told no times. But a task ends before what follows it begins, and has fewer tasks before it: so the
    failed task with the fewest before it ended earlier than every failed one that follows from it.
    """
    try:
        failed = [task for task in dag.tasks if _has_failed(last, task.task_id)]
    except Exception as error:  # whatever Airflow answers, the alarm must leave
        log.warning("Which task failed first is not known: %s.", type(error).__name__)
        failed = []
    return str(min(failed, key=lambda task: len(task.get_flat_relative_ids(upstream=True)), default=last).task_id)


def _has_failed(ti: Any, task_id: str) -> bool:
    """Asked by states and not by their count, which Airflow's dag-processor is sent but cannot read."""
    found = ti.get_task_states(dag_id=ti.dag_id, task_ids=[task_id], run_ids=[ti.run_id])
    return "failed" in {str(state) for state in found.get(ti.run_id, {}).values()}


def _run_of(context: Mapping[str, Any]) -> dict[str, Any]:
    """The run's identity as plain values: Airflow hands it over as an object, as its REST form, or only by its id."""
    run = context.get("dag_run")
    if isinstance(run, Mapping):
        return {"run_id": run["dag_run_id"], **run}
    if run is not None:
        return {name: getattr(run, name, None) for name in ("dag_id", "run_id", "partition_key", "conf")}
    return {"dag_id": context["dag"].dag_id, "run_id": context["run_id"]}


def _date_of(run: Mapping[str, Any]) -> str:
    return named_date(run.get("partition_key"), run.get("conf"))


def _raise_alarm(kind: Kind, run: Mapping[str, Any], task_id: str = "") -> None:
    alarm = Alarm(kind, dag_id=run["dag_id"], run_id=run["run_id"], business_date=_date_of(run), task_id=task_id)
    send(alarm, state=state_of_this_machine(), now=datetime.now(UTC))
