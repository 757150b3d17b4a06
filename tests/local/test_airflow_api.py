"""The REST client lasts through restarts, starts nothing twice, and joins a run under way."""

import json
from collections.abc import Callable

import httpx
import pytest

from revcycle.foundation.errors import ServiceUnavailable
from revcycle.local import airflow_api
from revcycle.local.airflow_api import AirflowApi

DAY = "2026-11-05"
Answer = httpx.Response | type[httpx.TransportError]


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(airflow_api, "PAUSE_SECONDS", 0)


class Airflow:
    """Answers each path from a list, the last answer again and again."""

    def __init__(self, **answers: list[Answer]) -> None:
        self.answers = answers
        self.seen: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(request)
        if request.url.path == "/auth/token":
            return httpx.Response(201, json={"access_token": f"token{len(self.seen)}"})
        waiting = self.answers[f"{request.method}_{request.url.path.rpartition('/')[2]}"]
        answer = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        if isinstance(answer, type):
            raise answer("gone")
        return answer

    def paths(self) -> list[str]:
        return [f"{request.method} {request.url.path}" for request in self.seen]


@pytest.fixture
def api_of() -> Callable[[Airflow], AirflowApi]:
    return lambda airflow: AirflowApi("http://127.0.0.1:1", "admin", "secret", httpx.MockTransport(airflow))


def runs(*states: str) -> httpx.Response:
    return httpx.Response(
        200,
        json={"dag_runs": [{"dag_run_id": f"run{n}", "state": s, "partition_key": DAY} for n, s in enumerate(states)]},
    )


def test_a_run_is_started_with_its_partition_key_and_without_a_logical_date(
    api_of: Callable[[Airflow], AirflowApi],
) -> None:
    airflow = Airflow(POST_dagRuns=[httpx.Response(200, json={"dag_run_id": "run1"})])
    assert api_of(airflow).trigger("code_validation", DAY) == "run1"
    assert json.loads(airflow.seen[-1].content) == {"logical_date": None, "partition_key": DAY, "conf": {}}
    assert airflow.seen[-1].headers["Authorization"] == "Bearer token1"


@pytest.mark.parametrize(
    ("states", "joined"), [(["success", "running"], True), (["queued"], True), (["failed"], False)]
)
def test_a_run_under_way_is_joined_and_a_finished_one_is_not(
    api_of: Callable[[Airflow], AirflowApi], states: list[str], joined: bool
) -> None:
    airflow = Airflow(GET_dagRuns=[runs(*states)], POST_dagRuns=[httpx.Response(200, json={"dag_run_id": "new"})])
    expected = f"run{len(states) - 1}" if joined else "new"
    assert api_of(airflow).trigger_or_join("code_validation", DAY) == expected


def test_runs_of_another_key_with_the_same_beginning_are_not_its_runs(api_of: Callable[[Airflow], AirflowApi]) -> None:
    longer = httpx.Response(
        200, json={"dag_runs": [{"dag_run_id": "x", "state": "running", "partition_key": f"{DAY}0"}]}
    )
    assert api_of(Airflow(GET_dagRuns=[longer])).runs("code_validation", DAY) == []


@pytest.mark.parametrize("trouble", [httpx.ConnectError, httpx.ReadError, httpx.Response(500)])
def test_reading_lasts_through_a_restart(api_of: Callable[[Airflow], AirflowApi], trouble: Answer) -> None:
    airflow = Airflow(GET_dagRuns=[trouble, trouble, runs("running")])
    assert len(api_of(airflow).runs("code_validation", DAY)) == 1


def test_starting_is_tried_again_only_where_it_cannot_have_arrived(api_of: Callable[[Airflow], AirflowApi]) -> None:
    started = httpx.Response(200, json={"dag_run_id": "run1"})
    assert api_of(Airflow(POST_dagRuns=[httpx.ConnectError, started])).trigger("d", DAY) == "run1"
    lost = Airflow(POST_dagRuns=[httpx.ReadError, started])
    with pytest.raises(ServiceUnavailable, match="ended the connection"):
        api_of(lost).trigger("d", DAY)
    assert lost.paths().count("POST /api/v2/dags/d/dagRuns") == 1


def test_a_token_that_has_run_out_is_replaced(api_of: Callable[[Airflow], AirflowApi]) -> None:
    airflow = Airflow(GET_dagRuns=[httpx.Response(401), runs()])
    api_of(airflow).runs("d", DAY)
    assert airflow.paths().count("POST /auth/token") == 2


def test_airflows_own_reason_is_told(api_of: Callable[[Airflow], AirflowApi]) -> None:
    airflow = Airflow(POST_dagRuns=[httpx.Response(400, json={"detail": "no such partition"})])
    with pytest.raises(ServiceUnavailable, match="400 no such partition"):
        api_of(airflow).trigger("d", DAY)


def test_an_airflow_that_stays_away_is_reported(api_of: Callable[[Airflow], AirflowApi]) -> None:
    airflow = Airflow(GET_dagRuns=[httpx.ConnectError])
    with pytest.raises(ServiceUnavailable, match="does not answer"):
        api_of(airflow).runs("d", DAY)
    assert len(airflow.seen) == airflow_api.TRIES + 1  # and one login


def test_waiting_shows_the_tasks_of_every_page_until_the_run_is_over(
    api_of: Callable[[Airflow], AirflowApi], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(airflow_api.time, "sleep", lambda _: None)
    pages = [httpx.Response(200, json={"total_entries": 2, "task_instances": [{"task_id": name}]}) for name in "ab"]
    airflow = Airflow(
        GET_run1=[httpx.Response(200, json={"state": "running"}), httpx.Response(200, json={"state": "failed"})],
        GET_taskInstances=pages,
    )
    shown: list[list[str]] = []
    ended = api_of(airflow).wait(
        "d", "run1", seconds=5, watch=lambda ti: shown.append([each["task_id"] for each in ti])
    )
    assert ended == "failed"
    assert shown == [["a", "b"]]


def test_a_run_that_takes_too_long_is_left_alone(api_of: Callable[[Airflow], AirflowApi]) -> None:
    airflow = Airflow(GET_run1=[httpx.Response(200, json={"state": "running"})])
    with pytest.raises(ServiceUnavailable, match="goes on in Airflow"):
        api_of(airflow).wait("d", "run1", seconds=-1, watch=lambda _: None)


def test_a_dag_that_cannot_be_imported_is_named_by_its_file(api_of: Callable[[Airflow], AirflowApi]) -> None:
    errors = httpx.Response(200, json={"import_errors": [{"filename": "dags/broken.py"}]})
    with pytest.raises(ServiceUnavailable, match=r"dags/broken\.py"):
        api_of(Airflow(GET_d=[httpx.Response(404)], GET_importErrors=[errors])).wait_for_dag("d", seconds=-1)


@pytest.mark.parametrize(("found", "made"), [(200, False), (404, True)])
def test_a_pool_is_made_once_and_keeps_what_operators_set(
    api_of: Callable[[Airflow], AirflowApi], found: int, made: bool
) -> None:
    airflow = Airflow(GET_sweep=[httpx.Response(found)], POST_pools=[httpx.Response(201, json={})])
    api_of(airflow).set_pool("sweep", {"slots": 2})
    assert ("POST /api/v2/pools" in airflow.paths()) == made
