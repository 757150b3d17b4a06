"""PostgreSQL as its container makes it: the same settings as the embedded one, an owner for each database, no more."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from revcycle.foundation.store.embedded import SETTINGS, EmbeddedPostgres
from revcycle.foundation.store.server_account import client_program
from tests.containers.files import ROOT, Files

CONTAINERS = ROOT / "containers"
OWNERS = {"revcycle": "practice-password", "airflow": "metadata-password"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """A server on which the script of the container ran, and which then lets in whom the container's file lets in."""
    server = EmbeddedPostgres(tmp_path_factory.mktemp("made"))
    try:
        server.start()
        run_script(server)
        (server.data / "pg_hba.conf").write_text((CONTAINERS / "pg_hba.conf").read_text())
        with psycopg.connect(server.url("postgres")) as connection:
            wrong = connection.execute("SELECT count(*) FROM pg_hba_file_rules WHERE error IS NOT NULL").fetchone()
            assert wrong == (0,)
            connection.execute("SELECT pg_reload_conf()")
        wait_until_refused(server)
        yield server
    finally:
        server.remove()


def run_script(server: EmbeddedPostgres) -> None:
    surroundings = {
        "PATH": f"{client_program('psql').parent}{os.pathsep}{os.environ['PATH']}",
        "PGHOST": "127.0.0.1",
        "PGPORT": str(server.port),
        "PGPASSWORD": server.password_file.read_text(),
        "PRACTICE_DB_PASSWORD": OWNERS["revcycle"],
        "METADATA_DB_PASSWORD": OWNERS["airflow"],
    }
    subprocess.run([CONTAINERS / "databases"], env=surroundings, check=True, timeout=60)


def wait_until_refused(server: EmbeddedPostgres) -> None:
    """The server reads the file again a moment after it was told to."""
    for _ in range(200):
        try:
            psycopg.connect(server.url("postgres")).close()
        except psycopg.OperationalError:
            return
    pytest.fail("the superuser still comes in by TCP")


@pytest.mark.parametrize("name", OWNERS)
def test_each_owner_works_in_its_own_database(made: EmbeddedPostgres, name: str) -> None:
    with psycopg.connect(made.url(name, name, OWNERS[name])) as connection:
        connection.execute("CREATE TABLE own (id bigint)")
        assert connection.execute("SELECT current_user::text").fetchone() == (name,)


@pytest.mark.parametrize(
    ("database", "user"), [("revcycle", "airflow"), ("airflow", "revcycle"), ("postgres", "revcycle")]
)
def test_no_owner_reaches_another_database(made: EmbeddedPostgres, database: str, user: str) -> None:
    with pytest.raises(psycopg.OperationalError, match=r"no pg_hba\.conf entry"):
        psycopg.connect(made.url(database, user, OWNERS[user]))


def test_a_wrong_password_is_refused(made: EmbeddedPostgres) -> None:
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(made.url("revcycle", "revcycle", "another"))


def test_nobody_but_its_owner_has_a_right_on_a_database(made: EmbeddedPostgres) -> None:
    with psycopg.connect(made.url("revcycle", "revcycle", OWNERS["revcycle"])) as connection:
        query = """
            SELECT datname::text FROM pg_database
            WHERE datallowconn AND has_database_privilege('airflow', datname, 'CONNECT')
        """
        assert connection.execute(query).fetchall() == [("airflow",)]


def _settings(path: Path) -> dict[str, str]:
    lines = (line.split(" = ", 1) for line in path.read_text().splitlines() if not line.startswith("#"))
    return dict(lines)


def test_the_server_of_the_containers_has_the_settings_of_the_embedded_one() -> None:
    theirs = _settings(CONTAINERS / "postgresql.conf")
    assert {name for name in SETTINGS if theirs.get(name) != SETTINGS[name]} == {
        "listen_addresses",
        "unix_socket_directories",
    }
    assert set(theirs) - set(SETTINGS) == {"hba_file"}


def test_the_server_reads_the_files_that_are_mounted() -> None:
    files = Files.of_the_checkout()
    mounts = files.mounts("postgres")
    (setting,) = [word for word in next(files.commands("postgres")) if word.startswith("config_file=")]
    assert mounts[setting.removeprefix("config_file=")] == "./containers/postgresql.conf"
    assert mounts[_settings(CONTAINERS / "postgresql.conf")["hba_file"].strip("'")] == "./containers/pg_hba.conf"
    assert mounts["/docker-entrypoint-initdb.d/databases.sh"] == "./containers/databases"


@pytest.mark.parametrize(
    ("name", "variable"), [("revcycle", "PRACTICE_DB_PASSWORD"), ("airflow", "METADATA_DB_PASSWORD")]
)
def test_the_urls_of_the_services_name_the_owners(name: str, variable: str) -> None:
    files = Files.of_the_checkout()
    given = files.environment("worker")
    url = given["REVCYCLE_DATABASE_URL" if name == "revcycle" else "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"]
    assert url.endswith(f"://{name}:{variable}@postgres:5432/{name}")
    assert variable in files.environment("postgres")
