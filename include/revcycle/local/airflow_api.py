"""Airflow's REST interface, as far as the shell drives it: start a run of a business date, wait for it, look at it."""

import json
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import httpx

from revcycle.foundation.errors import ServiceUnavailable
from revcycle.foundation.state import CHECKOUT, State
from revcycle.local.secrets import password_file
from revcycle.local.settings import ADMIN, read_settings

POOLS = CHECKOUT / "plugins" / "revcycle_airflow" / "pools.json"
OVER = frozenset({"success", "failed"})
TRIES, PAUSE_SECONDS = 20, 1.0  # a part or the database that is being started again is back within that
Json = dict[str, Any]


class AirflowApi:
    """A client that logs in by itself and lasts through a restart of the API server or the database."""

    def __init__(self, url: str, user: str, password: str, transport: httpx.BaseTransport | None = None) -> None:
        self._client = httpx.Client(base_url=url, timeout=30, trust_env=False, transport=transport)
        self._login = {"username": user, "password": password}

    @classmethod
    def of(cls, state: State) -> "AirflowApi":
        """The running Airflow of a state."""
        password = json.loads(password_file(state).read_text())[ADMIN]
        return cls(read_settings(state).url, ADMIN, password)

    def trigger(self, dag_id: str, partition_key: str | None, conf: Mapping[str, Any] | None = None) -> str:
        """Start a run, for a partition key or without one, and return its id.

        Raises: ServiceUnavailable with Airflow's own reason.
        """
        body = {"logical_date": None, "partition_key": partition_key, "conf": dict(conf or {})}
        return str(self.call("POST", f"/api/v2/dags/{dag_id}/dagRuns", json=body)["dag_run_id"])

    def runs(self, dag_id: str, partition_key: str) -> list[Json]:
        """The runs of a partition key, the oldest first."""
        query = {"partition_key_prefix_pattern": partition_key, "order_by": "run_after"}
        found = self.call("GET", f"/api/v2/dags/{dag_id}/dagRuns", params=query)["dag_runs"]
        return [run for run in found if run["partition_key"] == partition_key]

    def runs_since(self, dag_id: str, partition_key: str, since: str) -> list[Json]:
        """The runs of a partition key that began at an instant or later."""
        began = datetime.fromisoformat(since)
        return [run for run in self.runs(dag_id, partition_key) if datetime.fromisoformat(run["run_after"]) >= began]

    def run(self, dag_id: str, run_id: str) -> Json:
        """One run as Airflow shows it."""
        return self.call("GET", f"/api/v2/dags/{dag_id}/dagRuns/{run_id}")

    def trigger_or_join(self, dag_id: str, partition_key: str, conf: Mapping[str, Any] | None = None) -> str:
        """The id of a run of this key that is under way, else of a new one."""
        under_way = [run for run in self.runs(dag_id, partition_key) if run["state"] not in OVER]
        return str(under_way[-1]["dag_run_id"]) if under_way else self.trigger(dag_id, partition_key, conf)

    def wait(self, dag_id: str, run_id: str, *, seconds: float, watch: Callable[[list[Json]], None]) -> str:
        """`success` or `failed`; calls `watch` with the task instances every second.

        Raises: ServiceUnavailable when the run is not over in time (it goes on).
        """
        deadline = time.monotonic() + seconds
        while (state := self.run(dag_id, run_id)["state"]) not in OVER:
            if time.monotonic() > deadline:
                raise ServiceUnavailable(
                    f"The run of {dag_id} is not over after {seconds:.0f} s; it goes on in Airflow."
                )
            watch(self.task_instances(dag_id, run_id))
            time.sleep(1)
        return str(state)

    def task_instances(self, dag_id: str, run_id: str) -> list[Json]:
        """Every task instance of a run, mapped ones too."""
        path = f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances"
        found: list[Json] = []
        while True:
            page = self.call("GET", path, params={"limit": 100, "offset": len(found)})
            found += page["task_instances"]
            if len(found) >= page["total_entries"] or not page["task_instances"]:
                return found

    def wait_for_dag(self, dag_id: str, seconds: float = 120) -> None:
        """Until the dag-processor has read the DAG's file. Raises: ServiceUnavailable with the import error's file."""
        deadline = time.monotonic() + seconds
        while self._request("GET", f"/api/v2/dags/{dag_id}").status_code == httpx.codes.NOT_FOUND:
            if time.monotonic() > deadline:
                errors = self.call("GET", "/api/v2/importErrors")["import_errors"]
                files = ", ".join(sorted(error["filename"] for error in errors)) or "none"
                raise ServiceUnavailable(
                    f"Airflow does not find the DAG {dag_id}; files with an import error: {files}."
                )
            time.sleep(0.5)

    def set_pool(self, name: str, pool: Mapping[str, Any]) -> None:
        """Make a pool, or leave one that is there as the operators of this Airflow have set it."""
        if self._request("GET", f"/api/v2/pools/{name}").status_code == httpx.codes.NOT_FOUND:
            self.call("POST", "/api/v2/pools", json={"name": name, **pool})

    def call(self, method: str, path: str, **request: Any) -> Json:
        """One request; its answer. Raises: ServiceUnavailable with the status and Airflow's reason."""
        answer = self._request(method, path, **request)
        if answer.is_error:
            raise ServiceUnavailable(f"Airflow refused {method} {path}: {answer.status_code} {_reason(answer)}")
        return answer.json() if answer.content else {}

    def _request(self, method: str, path: str, **request: Any) -> httpx.Response:
        """Again while nobody answers, after a server error, and with a new token when the old one has run out.

        A POST is sent again only when it cannot have arrived: a run started twice would be two.
        """
        for _ in range(TRIES):
            try:
                if "Authorization" not in self._client.headers:
                    self._log_in()
                answer = self._client.request(method, path, **request)
            except httpx.ConnectError:
                time.sleep(PAUSE_SECONDS)
                continue
            except httpx.TransportError:
                if method != "GET":
                    raise ServiceUnavailable(f"Airflow ended the connection during {method} {path}.") from None
                time.sleep(PAUSE_SECONDS)
                continue
            if answer.status_code == httpx.codes.UNAUTHORIZED:
                del self._client.headers["Authorization"]
            elif answer.is_server_error and method == "GET":
                time.sleep(PAUSE_SECONDS)
            else:
                return answer
        raise ServiceUnavailable(f"Airflow does not answer at {self._client.base_url}; is it up? (./revcycle status)")

    def _log_in(self) -> None:
        answer = self._client.post("/auth/token", json=self._login)
        if answer.is_success:
            self._client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        elif answer.is_client_error:
            raise ServiceUnavailable(
                "Airflow refused the login of passwords.json; ./revcycle down and up make it anew."
            )


def ensure_pools(state: State) -> None:
    """The pools that the DAGs name."""
    api = AirflowApi.of(state)
    for name, pool in json.loads(POOLS.read_text()).items():
        api.set_pool(name, pool)


def _reason(answer: httpx.Response) -> str:
    try:
        return str(answer.json()["detail"])
    except (ValueError, KeyError, TypeError):
        return answer.reason_phrase
