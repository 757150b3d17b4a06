"""What the first container makes in Airflow."""

from collections.abc import Iterator

import pytest


@pytest.fixture
def pools(airflow_home: object) -> Iterator[None]:
    """No pool of ours before, and each as the other tests know it afterwards."""
    from airflow.models.pool import Pool
    from airflow.utils.db import initdb

    from revcycle_airflow.policy import POOLS

    initdb()
    for name in POOLS:
        if Pool.get_pool(name):
            Pool.delete_pool(name)
    yield
    for name, pool in POOLS.items():
        Pool.create_or_update_pool(name, **pool)


@pytest.mark.usefixtures("pools")
def test_missing_pools_are_made_and_the_operators_own_slots_are_left() -> None:
    from airflow.models.pool import Pool

    from revcycle_airflow.ensure_pools import ensure_pools
    from revcycle_airflow.policy import POOLS

    ensure_pools()
    assert {name: Pool.get_pool(name).slots for name in POOLS} == {name: pool["slots"] for name, pool in POOLS.items()}
    Pool.create_or_update_pool("sweep", slots=7, description="", include_deferred=False)
    ensure_pools()
    assert Pool.get_pool("sweep").slots == 7
