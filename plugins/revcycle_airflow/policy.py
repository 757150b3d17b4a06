"""What every DAG here has in common: tags, pools, retries by the kind of error, time limits.

The pools are in pools.json, the form that `airflow pools import` reads: the services of a machine create them from it.
"""

import json
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, cast

from airflow.sdk import AsyncCallback, DeadlineAlert, DeadlineReference, ExceptionRetryPolicy, RetryAction, RetryRule

from revcycle_airflow.alarms import run_failed, run_late, run_succeeded

POOLS: dict[str, dict[str, Any]] = json.loads(Path(__file__).with_name("pools.json").read_text(encoding="utf-8"))


class Pool(StrEnum):
    """Every pool a task may name."""

    SWEEP = "sweep"
    EXCHANGE = "exchange"


class Tag(StrEnum):
    """Every tag a DAG may carry: whose work it prepares, and when it runs."""

    CODER = "coder"
    BILLER = "biller"
    NIGHTLY = "nightly"
    HALF_HOURLY = "half-hourly"
    WEEKLY = "weekly"


RETRY = ExceptionRetryPolicy(
    rules=[
        RetryRule(
            exception=[
                "revcycle.foundation.errors.ServiceUnavailable",
                "sqlalchemy.exc.OperationalError",
                "sqlalchemy.exc.InterfaceError",
                ConnectionError,
                TimeoutError,
            ],
            action=RetryAction.RETRY,
            retry_delay=timedelta(seconds=20),
            reason="the database or the network was away",
        ),
        RetryRule(
            exception=[
                "revcycle.foundation.errors.InputUnusable",
                "revcycle.foundation.errors.StoreRefused",
                "revcycle.foundation.errors.Refused",
                "revcycle.foundation.archive.ObjectMissing",
                "revcycle.foundation.archive.ObjectDamaged",
                "sqlalchemy.exc.ProgrammingError",
                ArithmeticError,
                AssertionError,
                AttributeError,
                ImportError,
                LookupError,
                NameError,
                TypeError,
                ValueError,
            ],
            action=RetryAction.FAIL,
            reason="the same again would fail the same way",
        ),
    ]
)

DEFAULT_ARGS: dict[str, Any] = {
    "owner": "revcycle",
    "retries": 4,  # a task whose worker was killed has used one of them
    "retry_delay": timedelta(minutes=1),
    "retry_policy": RETRY,
    "execution_timeout": timedelta(hours=1),
}

# Counted from queueing, the one reference that also works for runs without a logical date, as ours are. In seconds:
# Airflow 3.3 reads both forms back, but where a task is cleared it counts on with the stored one, which of a timedelta
# is a JSON object, and the clearing ends in a TypeError (HTTP 500).
LATE = DeadlineAlert(
    reference=DeadlineReference.DAGRUN_QUEUED_AT,
    interval=cast("timedelta", timedelta(hours=3).total_seconds()),
    callback=AsyncCallback(run_late),
    name="not done in time",
)

POLICY: dict[str, Any] = {
    "catchup": False,
    "max_active_runs": 1,
    "dagrun_timeout": timedelta(hours=8),
    "deadline": LATE,
    "on_failure_callback": run_failed,
    "on_success_callback": run_succeeded,
    "default_args": DEFAULT_ARGS,
}
