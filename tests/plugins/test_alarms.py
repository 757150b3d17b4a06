import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from revcycle.foundation.alarm import recent
from revcycle.foundation.state import State

IDS = {"dag_id": "code_validation", "run_id": "manual__1"}
RUN = IDS | {"partition_key": "2026-11-05", "conf": None}


@pytest.mark.parametrize(
    ("context", "date", "task"),
    [
        ({"dag_run": SimpleNamespace(**RUN), "task_instance": SimpleNamespace(task_id="sweep")}, "2026-11-05", "sweep"),
        (
            {"dag_run": SimpleNamespace(**IDS, partition_key=None, conf={"business_date": "2026-11-04"})},
            "2026-11-04",
            "",
        ),
        ({"dag_run": SimpleNamespace(**IDS, partition_key=None, conf=None)}, "", ""),
        ({"dag_run": SimpleNamespace(**IDS, partition_key=None, conf={"business_date": "Quillfeather"})}, "", ""),
        ({"dag": SimpleNamespace(dag_id="code_validation"), "run_id": "manual__1", "reason": "timed_out"}, "", ""),
    ],
    ids=["with key", "date of conf", "no date", "what is no date", "only ids"],
)
def test_a_failed_run_calls_with_all_that_airflow_tells(
    context: dict[str, Any], date: str, task: str, state: State
) -> None:
    from revcycle_airflow.alarms import run_failed

    run_failed(context)
    (alarm,) = recent(state)
    assert {name: alarm[name] for name in ("kind", "dag_id", "run_id", "business_date", "task_id")} == IDS | {
        "kind": "run_failed",
        "business_date": date,
        "task_id": task,
    }


def test_a_late_run_calls_from_the_triggerers_loop(state: State) -> None:
    from revcycle_airflow.alarms import run_late

    run = RUN | {"dag_run_id": RUN["run_id"]}  # the form of the REST interface
    del run["run_id"]
    asyncio.run(run_late(context={"dag_run": run, "deadline": {}}))
    (alarm,) = recent(state)
    assert (alarm["kind"], alarm["run_id"], alarm["business_date"]) == ("run_late", "manual__1", "2026-11-05")


def test_the_deadline_names_the_callback_so_that_the_triggerer_can_import_it() -> None:
    from airflow.sdk.module_loading import import_string

    from revcycle_airflow.alarms import run_late
    from revcycle_airflow.policy import LATE

    assert import_string(LATE.callback.path) is run_late
