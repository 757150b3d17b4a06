import asyncio
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from revcycle.foundation.alarm import standing
from revcycle.foundation.state import State

TODAY = date(2026, 11, 6)
IDS = {"dag_id": "code_validation", "run_id": "manual__1"}
RUN = IDS | {"partition_key": "2026-11-05", "conf": None}


@pytest.mark.parametrize(
    ("context", "date"),
    [
        ({"dag_run": SimpleNamespace(**RUN)}, "2026-11-05"),
        (
            {"dag_run": SimpleNamespace(**IDS, partition_key=None, conf={"business_date": "2026-11-04"})},
            "2026-11-04",
        ),
        ({"dag_run": SimpleNamespace(**IDS, partition_key=None, conf=None)}, ""),
        ({"dag_run": SimpleNamespace(**IDS, partition_key=None, conf={"business_date": "Quillfeather"})}, ""),
        ({"dag": SimpleNamespace(dag_id="code_validation"), "run_id": "manual__1", "reason": "timed_out"}, ""),
    ],
    ids=["with key", "date of conf", "no date", "what is no date", "only ids"],
)
def test_a_failed_run_calls_with_all_that_airflow_tells(context: dict[str, Any], date: str, state: State) -> None:
    from revcycle_airflow.alarms import run_failed

    run_failed(context)
    (alarm,) = standing(state, TODAY)
    assert {name: alarm[name] for name in ("kind", "dag_id", "run_id", "business_date", "task_id")} == IDS | {
        "kind": "run_failed",
        "business_date": date,
        "task_id": "",
    }


@pytest.fixture
def last_failed() -> Any:
    """The task that Airflow names, in a run of a DAG of four tasks; `failed` decides which of them failed."""
    from airflow.sdk import DAG, BaseOperator

    with DAG("code_validation") as dag:
        take, sweep, report, beside = (BaseOperator(task_id=name) for name in ("take", "sweep", "report", "beside"))
        take >> sweep >> report
        take >> beside

    def last(*failed: str) -> dict[str, Any]:
        def get_task_states(*, dag_id: str, task_ids: list[str], run_ids: list[str]) -> dict[str, dict[str, str]]:
            (run_id,) = run_ids
            return {run_id: {f"{task}_0": "failed" if task in failed else "upstream_failed" for task in task_ids}}

        ti = SimpleNamespace(**IDS, task_id="report", get_task_states=get_task_states)
        return {"dag": dag, "dag_run": SimpleNamespace(**RUN), "task_instance": ti}

    return last


@pytest.mark.parametrize(
    ("failed", "named"),
    [
        (("take", "sweep", "report"), "take"),
        (("sweep", "report"), "sweep"),
        (("report", "beside"), "beside"),
        (("report",), "report"),
        ((), "report"),
    ],
    ids=" ".join,
)
def test_the_alarm_names_the_cause_and_not_the_task_that_failed_last(
    failed: tuple[str, ...], named: str, last_failed: Any, state: State
) -> None:
    from revcycle_airflow.alarms import run_failed

    run_failed(last_failed(*failed))
    (alarm,) = standing(state, TODAY)
    assert alarm["task_id"] == named


def test_an_alarm_leaves_though_airflow_does_not_tell_what_failed(last_failed: Any, state: State) -> None:
    from revcycle_airflow.alarms import run_failed

    def silent(**_: object) -> None:
        raise RuntimeError

    context = last_failed("take")
    context["task_instance"].get_task_states = silent
    run_failed(context)
    (alarm,) = standing(state, TODAY)
    assert alarm["task_id"] == "report"


def test_a_late_run_calls_from_the_triggerers_loop(state: State) -> None:
    from revcycle_airflow.alarms import run_late

    run = RUN | {"dag_run_id": RUN["run_id"]}  # the form of the REST interface
    del run["run_id"]
    asyncio.run(run_late(context={"dag_run": run, "deadline": {}}))
    (alarm,) = standing(state, TODAY)
    assert (alarm["kind"], alarm["run_id"], alarm["business_date"]) == ("run_late", "manual__1", "2026-11-05")


def test_the_deadline_names_the_callback_so_that_the_triggerer_can_import_it() -> None:
    from airflow.sdk.module_loading import import_string

    from revcycle_airflow.alarms import run_late
    from revcycle_airflow.policy import LATE

    assert import_string(LATE.callback.path) is run_late


def test_the_dag_processor_passes_on_the_question_and_can_read_the_answer() -> None:
    from airflow.dag_processing.processor import ToDagProcessor, ToManager
    from pydantic import TypeAdapter

    asked = TypeAdapter[Any](ToManager).validate_python({"type": "GetTaskStates", **IDS})
    told = TypeAdapter[Any](ToDagProcessor).validate_python({"type": "TaskStatesResult", "task_states": {"r": {}}})
    assert (asked.dag_id, told.task_states) == (IDS["dag_id"], {"r": {}})
