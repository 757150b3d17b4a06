"""`python -m revcycle_airflow.ensure_pools`: the pools that the DAGs name, where no API is up yet (containers)."""

from airflow.models.pool import Pool

from revcycle_airflow.policy import POOLS


def ensure_pools() -> None:
    """Make the pools that are missing; one that is there stays as the operators of this Airflow have set it."""
    for name, pool in POOLS.items():
        if Pool.get_pool(name) is None:
            Pool.create_or_update_pool(name, **pool)


if __name__ == "__main__":
    ensure_pools()
