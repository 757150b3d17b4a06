"""From Airflow's callbacks to `revcycle.foundation.alarm`: which run calls, and for which date.

`run_failed` is called in the dag-processor, `run_late` in the triggerer: both must be importable by name.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from revcycle.foundation.alarm import Alarm, Kind, send
from revcycle_airflow.business_date import business_date, named_date
from revcycle_airflow.hooks.practice import state_of_this_machine


def run_failed(context: Mapping[str, Any]) -> None:
    """A run ended red; names the task that failed last, where Airflow names one."""
    failed = context.get("task_instance")
    _raise_alarm(Kind.RUN_FAILED, _run_of(context), task_id=failed.task_id if failed else "")


async def run_late(context: Mapping[str, Any]) -> None:
    """A run is not done in its time. Sent from a thread: the triggerer's loop serves every other trigger too."""
    await asyncio.to_thread(_raise_alarm, Kind.RUN_LATE, _run_of(context))


def night_empty(context: Mapping[str, Any]) -> None:
    """No encounter belongs to the run's date, though such nights had some."""
    _raise_alarm(Kind.NIGHT_EMPTY, _run_of(context) | {"partition_key": business_date(context).isoformat()})


def _run_of(context: Mapping[str, Any]) -> dict[str, Any]:
    """The run's identity as plain values: Airflow hands it over as an object, as its REST form, or only by its id."""
    run = context.get("dag_run")
    if isinstance(run, Mapping):
        return {"run_id": run["dag_run_id"], **run}
    if run is not None:
        return {name: getattr(run, name, None) for name in ("dag_id", "run_id", "partition_key", "conf")}
    return {"dag_id": context["dag"].dag_id, "run_id": context["run_id"]}


def _raise_alarm(kind: Kind, run: Mapping[str, Any], task_id: str = "") -> None:
    named = named_date(run.get("partition_key"), run.get("conf"))
    alarm = Alarm(kind, dag_id=run["dag_id"], run_id=run["run_id"], business_date=named, task_id=task_id)
    send(alarm, state=state_of_this_machine(), now=datetime.now(UTC))
