"""Airflow for the tests that need it: its own home, metadata on the session's PostgreSQL, runs without a scheduler.

The environment is set for each test and only while it runs, so that no other test starts services with it. Nothing here
imports Airflow before that: its home is read once, when it is imported.
"""

import os
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from revcycle.foundation.state import State
from revcycle.foundation.store.embedded import EmbeddedPostgres

ROOT = Path(__file__).resolve().parents[1]
PASSWORD = "only-for-tests"
NO_DELAY = timedelta(0)

RunPartition = Callable[..., Any]


def on_one_worker(config: pytest.Config, items: list[pytest.Item], folder: Path) -> None:
    """Importing Airflow and migrating its metadata takes ten seconds: one worker does it for all tests that need it."""
    if config.pluginmanager.hasplugin("xdist"):
        for item in items:
            if folder in item.path.parents:
                item.add_marker(pytest.mark.xdist_group("airflow"))


@pytest.fixture(scope="session")
def airflow_environment(server: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    home = tmp_path_factory.mktemp("airflow")
    server.ensure_database("airflow", PASSWORD)
    url = server.url("airflow", "airflow", PASSWORD, scheme="postgresql+psycopg2")
    yield {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(ROOT / "plugins"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": url,
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_ASYNC": url.replace("psycopg2", "asyncpg"),
        "AIRFLOW__API_AUTH__JWT_SECRET": "only-for-tests-" * 4,
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(home / "logs"),
        "PYTHONPATH": os.pathsep.join((str(ROOT / "include"), str(ROOT / "plugins"))),
        "REVCYCLE_TIME_ZONE": "America/New_York",
        "REVCYCLE_ALERT_URL": "",
    }
    if "airflow.settings" in sys.modules:  # its connections end before their server does
        sys.modules["airflow.settings"].dispose_orm()


@pytest.fixture(autouse=True)
def airflow_home(airflow_environment: dict[str, str], state: State, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Airflow's home, and the environment a task of this test finds; the state folder is the test's own."""
    for name, value in (airflow_environment | {"REVCYCLE_STATE": str(state.root)}).items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("REVCYCLE_DATABASE_URL", raising=False)
    return Path(airflow_environment["AIRFLOW_HOME"])


@pytest.fixture(scope="session")
def dags(airflow_environment: dict[str, str]) -> dict[str, Any]:
    """Every DAG of the checkout by id, over a migrated metadata database that has the pools."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in airflow_environment.items():
            patch.setenv(name, value)
        from airflow.dag_processing.dagbag import DagBag
        from airflow.models.pool import Pool
        from airflow.utils.db import initdb

        from revcycle_airflow.policy import POOLS

        initdb()
        for name, pool in POOLS.items():
            Pool.create_or_update_pool(name, **pool)
        bag = DagBag(dag_folder=str(ROOT / "dags"))
        assert not bag.import_errors
    for dag in bag.dags.values():
        for task in dag.tasks:
            task.retry_delay = NO_DELAY
    return dict(bag.dags)


@pytest.fixture
def run_partition(dags: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> RunPartition:
    """Run a DAG for one business date; `DAG.test` takes no partition key, so it is handed to the call it makes."""
    from airflow.serialization.definitions.dag import SerializedDAG

    plain = SerializedDAG.create_dagrun

    def run(dag_id: str, key: str | None, conf: dict[str, Any] | None = None) -> Any:
        def keyed(self: Any, **kwargs: Any) -> Any:
            self.deadline = None  # `DAG.test` leaves the definition where the scheduler keeps ids, and fails on it
            date = self.timetable.resolve_partition_date(key)
            return plain(self, **kwargs, partition_key=key, partition_date=date)

        with monkeypatch.context() as patch:
            patch.setattr(SerializedDAG, "create_dagrun", keyed)
            return dags[dag_id].test(logical_date=None, run_conf=conf)

    return run
