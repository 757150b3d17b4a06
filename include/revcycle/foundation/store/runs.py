"""`run` rows: who wrote what, in which step of which run."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert

from revcycle.foundation.store.tables import run


@dataclass(frozen=True)
class Step:
    """One step of one run. Shell commands have dag_id `shell` and an airflow_run_id of their own."""

    dag_id: str
    airflow_run_id: str
    step: str
    shard: int = 0
    business_date: date | None = None
    as_of: date | None = None
    who: str = ""


def begin(connection: Connection, step: Step) -> int:
    """The id of the step's `run` row; a retry of the same step finds the same row."""
    values = {
        "dag_id": step.dag_id,
        "airflow_run_id": step.airflow_run_id,
        "step": step.step,
        "shard": step.shard,
        "business_date": step.business_date,
        "as_of": step.as_of,
        "who": step.who,
    }
    connection.execute(insert(run).values(values).on_conflict_do_nothing())
    key = (run.c.dag_id, run.c.airflow_run_id, run.c.step, run.c.shard)
    found = select(run.c.id).where(*(column == values[column.name] for column in key))
    return int(connection.execute(found).scalar_one())
