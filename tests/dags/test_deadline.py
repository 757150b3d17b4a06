import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from revcycle.foundation.alarm import standing
from revcycle.foundation.state import State


def test_a_run_is_late_three_hours_after_it_was_queued_and_then_calls(dags: dict[str, Any], state: State) -> None:
    """As the scheduler sees it: from the serialized DAG, without a logical date."""
    from airflow.dag_processing.bundles.manager import DagBundlesManager
    from airflow.dag_processing.dagbag import BundleDagBag, sync_bag_to_db
    from airflow.models.deadline import Deadline
    from airflow.models.serialized_dag import SerializedDagModel
    from airflow.sdk.module_loading import import_string
    from airflow.utils.session import create_session
    from airflow.utils.state import DagRunState
    from airflow.utils.types import DagRunTriggeredByType, DagRunType

    manager = DagBundlesManager()
    manager.sync_bundles_to_db()
    (bundle,) = manager.get_all_dag_bundles()
    sync_bag_to_db(BundleDagBag(bundle.path, bundle_path=bundle.path, bundle_name=bundle.name), bundle.name, None)
    with create_session() as session:
        made = SerializedDagModel.get_dag("code_validation", session=session).create_dagrun(
            run_id="manual__deadline",
            run_after=datetime.now(UTC),
            run_type=DagRunType.MANUAL,
            triggered_by=DagRunTriggeredByType.TEST,
            state=DagRunState.QUEUED,
            partition_key="2026-09-10",
            session=session,
        )
        session.flush()
        (deadline,) = session.scalars(select(Deadline).where(Deadline.dagrun_id == made.id))
        assert deadline.deadline_time - made.queued_at == timedelta(hours=3)
        deadline.handle_miss(session)
        missed = deadline.callback.data
    assert missed["path"] == "revcycle_airflow.alarms.run_late"
    asyncio.run(import_string(missed["path"])(**missed["kwargs"]))
    assert [(alarm["run_id"], alarm["business_date"]) for alarm in standing(state, date(2026, 9, 10))] == [
        ("manual__deadline", "2026-09-10")
    ]
