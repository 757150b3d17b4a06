import json
from datetime import timedelta
from pathlib import Path

import pytest

from revcycle.cycle.exchange import AuthenticationRefused, HostKeyChanged, PartnerAway, PartnerFull, PartnerRefused
from revcycle.foundation.archive import ObjectDamaged, ObjectMissing
from revcycle.foundation.errors import InputUnusable, ServiceUnavailable, StoreError
from revcycle.foundation.register import SendingRefused


def raised(kind: str) -> BaseException:
    import sqlalchemy.exc

    errors: dict[str, BaseException] = {
        "service": ServiceUnavailable("away"),
        "database": sqlalchemy.exc.OperationalError("select", {}, Exception("away")),
        "network": ConnectionResetError("reset"),
        "time": TimeoutError("slow"),
        "partner away": PartnerAway("cut"),
        "partner full": PartnerFull("full"),
        "input": InputUnusable("row"),
        "refused": PartnerRefused("no"),
        "login": AuthenticationRefused("who"),
        "host key": HostKeyChanged("another"),
        "sending": SendingRefused("paused"),
        "missing": ObjectMissing("object"),
        "damaged": ObjectDamaged("object"),
        "sql": sqlalchemy.exc.ProgrammingError("select", {}, Exception("syntax")),
        "attribute": AttributeError("x"),
        "key": KeyError("x"),
        "value": ValueError("x"),
        "type": TypeError("x"),
        "store": StoreError("x"),
        "other": RuntimeError("x"),
    }
    return errors[kind]


@pytest.mark.parametrize("kind", ["service", "database", "network", "time", "partner away", "partner full"])
def test_what_was_away_is_tried_again_soon(kind: str) -> None:
    from airflow.sdk import RetryAction

    from revcycle_airflow.policy import RETRY

    decision = RETRY.evaluate(raised(kind), 1, 4)
    assert decision.action is RetryAction.RETRY
    assert decision.retry_delay is not None
    assert decision.retry_delay < timedelta(minutes=1)


REFUSALS = ("input", "refused", "login", "host key", "sending")


@pytest.mark.parametrize("kind", [*REFUSALS, "missing", "damaged", "sql", "attribute", "key", "value", "type"])
def test_what_would_fail_the_same_way_again_fails_at_once(kind: str) -> None:
    from airflow.sdk import RetryAction

    from revcycle_airflow.policy import RETRY

    assert RETRY.evaluate(raised(kind), 1, 4).action is RetryAction.FAIL


@pytest.mark.parametrize("kind", ["store", "other"])
def test_what_is_not_known_is_tried_again_at_the_usual_pace(kind: str) -> None:
    from airflow.sdk import RetryAction

    from revcycle_airflow.policy import RETRY

    assert RETRY.evaluate(raised(kind), 1, 4).action is RetryAction.DEFAULT


def test_the_rules_survive_the_way_through_the_serialized_dag() -> None:
    from airflow.sdk import ExceptionRetryPolicy, RetryAction

    from revcycle_airflow.policy import RETRY

    again = ExceptionRetryPolicy.deserialize(json.loads(json.dumps(RETRY.serialize())))
    assert again.evaluate(raised("damaged"), 1, 4).action is RetryAction.FAIL
    assert again.evaluate(raised("network"), 1, 4).action is RetryAction.RETRY


def test_every_pool_a_task_may_name_is_made_by_the_services() -> None:
    import revcycle_airflow
    from revcycle_airflow.policy import POOLS, Pool

    pools = json.loads((Path(revcycle_airflow.__path__[0]) / "pools.json").read_text())
    assert pools == POOLS
    assert sorted(pools) == sorted(Pool)
    assert all(pool["slots"] > 0 and pool["description"] for pool in pools.values())
