from pathlib import Path

import pytest

from tests.airflow_home import airflow_environment, airflow_home, on_one_worker

__all__ = ["airflow_environment", "airflow_home"]


@pytest.hookimpl(tryfirst=True)  # xdist reads the marks in the same hook
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    on_one_worker(config, items, Path(__file__).parent)


@pytest.fixture(autouse=True)
def in_its_home(airflow_home: object) -> None:
    """Airflow reads its home once, when it is first imported: the checks import it as well as the tests of DAGs."""
