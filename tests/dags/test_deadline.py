import asyncio
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from revcycle.foundation.alarm import standing
from revcycle.foundation.state import State


@pytest.fixture
def queued(dags: dict[str, Any]) -> Iterator[tuple[Any, Any]]:
    """A queued run as the scheduler makes it: from the serialized DAG, without a logical date; and its session."""
    from airflow.dag_processing.bundles.manager import DagBundlesManager
    from airflow.dag_processing.dagbag import BundleDagBag, sync_bag_to_db
    from airflow.models.serialized_dag import SerializedDagModel
    from airflow.utils.session import create_session
    from airflow.utils.state import DagRunState
    from airflow.utils.types import DagRunTriggeredByType, DagRunType

    manager = DagBundlesManager()
    manager.sync_bundles_to_db()
    (bundle,) = manager.get_all_dag_bundles()
    sync_bag_to_db(BundleDagBag(bundle.path, bundle_path=bundle.path, bundle_name=bundle.name), bundle.name, None)
    with create_session() as session:
        run = SerializedDagModel.get_dag("code_validation", session=session).create_dagrun(
            run_id=f"manual__deadline-{uuid4()}",
            run_after=datetime.now(UTC),
            run_type=DagRunType.MANUAL,
            triggered_by=DagRunTriggeredByType.TEST,
            state=DagRunState.QUEUED,
            partition_key="2026-09-10",
            session=session,
        )
        session.flush()
        yield run, session


def deadline_of(run: Any, session: Any) -> Any:
    from airflow.models.deadline import Deadline

    (deadline,) = session.scalars(select(Deadline).where(Deadline.dagrun_id == run.id))
    return deadline


def test_a_run_is_late_three_hours_after_it_was_queued_and_then_calls(queued: tuple[Any, Any], state: State) -> None:
    from airflow.sdk.module_loading import import_string

    run, session = queued
    deadline = deadline_of(run, session)
    assert deadline.deadline_time - run.queued_at == timedelta(hours=3)
    deadline.handle_miss(session)
    missed = deadline.callback.data
    session.commit()
    assert missed["path"] == "revcycle_airflow.alarms.run_late"
    asyncio.run(import_string(missed["path"])(**missed["kwargs"]))
    assert [(alarm["run_id"], alarm["business_date"]) for alarm in standing(state, date(2026, 9, 10))] == [
        (run.run_id, "2026-09-10")
    ]


def test_clearing_a_task_of_a_failed_run_puts_its_deadline_off(queued: tuple[Any, Any]) -> None:
    """What the runbooks ask for: the run is queued again, and has three hours from then on."""
    from airflow.models.taskinstance import clear_task_instances
    from airflow.utils.state import DagRunState, TaskInstanceState

    run, session = queued
    before = run.queued_at
    run.state = DagRunState.FAILED
    tasks = run.get_task_instances(session=session)
    for task in tasks:
        task.state = TaskInstanceState.FAILED
    session.flush()
    clear_task_instances(tasks, session)
    assert run.state == DagRunState.QUEUED
    counted_from = deadline_of(run, session).deadline_time - timedelta(hours=3)
    assert before < counted_from <= run.queued_at
