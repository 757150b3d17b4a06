"""The real services of one state: started, mistreated, stopped. Slow: a start takes 15 to 40 seconds."""

import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from revcycle.foundation.state import State
from revcycle.foundation.store.embedded import EmbeddedPostgres
from revcycle.local import processes, services
from revcycle.local.airflow_api import AirflowApi
from revcycle.local.environment import AIRFLOW_PARTS
from revcycle.local.secrets import password_file, read_secrets
from revcycle.local.supervisor import PART as SUPERVISOR
from tests.local.parts import command_lines, connections, until

pytestmark = pytest.mark.slow
SECONDS = 120.0
EVERYTHING = (SUPERVISOR, *AIRFLOW_PARTS)


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[State]:
    state = State(tmp_path_factory.mktemp("a drill") / "state")
    start(state)
    yield state
    services.stop(state, patience=1)
    EmbeddedPostgres(state.postgres).remove()


@pytest.fixture(autouse=True)
def running(up: State) -> None:
    start(up)


def start(state: State) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = probe.getsockname()[1]
    services.start(state, None if (state.root / "services.json").exists() else free, lambda _: None)


def leader(state: State, part: str) -> psutil.Process | None:
    return processes.leader(processes.of_state(state).get(part, []))


def database(state: State) -> list[psutil.Process]:
    server = EmbeddedPostgres(state.postgres)
    return [process for process in psutil.process_iter() if server.data.exists() and works_in(process, server.data)]


def works_in(process: psutil.Process, folder: Path) -> bool:
    try:
        return process.cwd() == str(folder)
    except psutil.Error:
        return False


def everything(state: State) -> list[psutil.Process]:
    return [*(process for part in processes.of_state(state).values() for process in part), *database(state)]


@pytest.mark.parametrize("part", AIRFLOW_PARTS)
def test_a_part_that_is_killed_is_back_as_another_process(up: State, part: str) -> None:
    killed = leader(up, part)
    assert killed is not None
    orphans = processes.of_state(up)[part][1:]
    killed.kill()
    assert until(lambda: (leader(up, part) or killed).pid != killed.pid, SECONDS)
    assert not any(processes.alive(orphan) for orphan in orphans)
    assert AirflowApi.of(up).call("GET", "/api/v2/pools/sweep")["name"] == "sweep"


def test_the_database_that_is_killed_is_back_and_so_is_all_that_needs_it(up: State) -> None:
    server = EmbeddedPostgres(up.postgres)
    [postmaster] = [process for process in database(up) if process.ppid() not in {p.pid for p in database(up)}]
    postmaster.kill()
    assert until(lambda: not processes.alive(postmaster) and server.running(), SECONDS)
    assert until(lambda: all(leader(up, part) for part in AIRFLOW_PARTS), SECONDS)
    assert AirflowApi.of(up).call("GET", "/api/v2/pools/sweep")["slots"] >= 1


def test_after_the_kill_of_everything_at_once_up_recovers(up: State) -> None:
    processes.kill(everything(up))
    assert not everything(up)
    start(up)
    assert all(leader(up, part) for part in EVERYTHING)


def test_up_again_starts_nothing_twice(up: State) -> None:
    before = {part: leader(up, part) for part in EVERYTHING}
    start(up)
    assert {part: leader(up, part) for part in EVERYTHING} == before


def test_a_new_port_moves_everything(up: State) -> None:
    before = leader(up, "scheduler")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = probe.getsockname()[1]
    assert services.start(up, free, lambda _: None).url == f"http://127.0.0.1:{free}"
    assert leader(up, "scheduler") != before


def test_nothing_listens_beyond_loopback(up: State) -> None:
    listening = {
        connection.laddr.ip
        for connection in connections(everything(up), kind="inet")
        if connection.status == psutil.CONN_LISTEN
    }
    assert listening == {"127.0.0.1"}


def test_no_process_list_and_no_log_holds_a_secret(up: State) -> None:
    secrets = vars(read_secrets(up)).values()
    password = password_file(up).read_text().split('"')[3]
    told = command_lines(everything(up))
    logs = "".join(log.read_text(errors="replace") for log in up.logs.rglob("*.log*") if log.is_file())
    assert "airflow" in told
    assert "Starting the scheduler" in logs
    assert not [secret for secret in (*secrets, password) if secret in told or secret in logs]


@pytest.mark.parametrize("supervised", [True, False])
def test_down_ends_everything_also_without_a_supervisor_and_nothing_else(up: State, supervised: bool) -> None:
    running = everything(up)
    if not supervised:
        supervisor = leader(up, SUPERVISOR)
        assert supervisor is not None
        processes.kill([supervisor])
    with subprocess.Popen(["sleep", "60"], cwd=up.root) as users:
        assert services.stop(up)
        assert not any(processes.alive(process) for process in running)
        assert not everything(up)
        assert users.poll() is None
        users.kill()
