"""A real PostgreSQL for the session, a migrated and empty practice database for each test, the real code sets once."""

from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine

from revcycle.foundation.archive import Archive
from revcycle.foundation.reference import ReleaseSet, build_starter
from revcycle.foundation.state import State
from revcycle.foundation.store import connect, upgrade
from revcycle.foundation.store.embedded import EmbeddedPostgres
from revcycle.foundation.store.engine import plain_url
from revcycle.foundation.store.runs import Step, begin
from revcycle.foundation.store.tables import metadata
from tests.deliveries import Desk

ROOT = Path(__file__).resolve().parents[1]
PASSWORD = "only-for-tests"


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """One throw-away server for each test process. It need not survive a power cut, so it never waits for the disk."""
    postgres = EmbeddedPostgres(tmp_path_factory.mktemp("server"))
    postgres.start()
    try:
        with psycopg.connect(postgres.url("postgres"), autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("SELECT pg_reload_conf()")
        yield postgres
    finally:
        postgres.remove()


@pytest.fixture(scope="session")
def databases(server: EmbeddedPostgres) -> dict[str, Engine]:
    """The migrated databases of this process, by name: emptied and used again, because making one takes longer."""
    return {}


@pytest.fixture
def empty_database(server: EmbeddedPostgres, databases: dict[str, Engine]) -> Callable[[str], Engine]:
    """Hands out the practice database of a name, migrated and empty."""

    def empty(name: str) -> Engine:
        if name not in databases:
            server.ensure_database(name, PASSWORD)
            databases[name] = connect(server.url(name, name, PASSWORD))
            upgrade(databases[name])
        with psycopg.connect(server.url(name)) as connection:
            # No trigger, so that the access log can be emptied: only a superuser may ask for that.
            connection.execute("SET session_replication_role = replica")
            connection.execute(f"TRUNCATE {', '.join(metadata.tables)} RESTART IDENTITY")
            connection.execute("ALTER SEQUENCE patient_ids RESTART")
        return databases[name]

    return empty


@pytest.fixture
def engine(empty_database: Callable[[str], Engine]) -> Iterator[Engine]:
    """A migrated, empty practice database."""
    engine = empty_database("revcycle")
    yield engine
    engine.dispose()


@pytest.fixture
def database_url(engine: Engine) -> str:
    """Where that database is, password included."""
    return plain_url(engine)


@pytest.fixture
def run_id(engine: Engine) -> int:
    with engine.begin() as connection:
        return begin(connection, Step("test", "test", "test"))


@pytest.fixture(scope="session")
def starter() -> tuple[State, ReleaseSet]:
    """The real code sets, made once and kept beside the checkout's environment."""
    state = State(ROOT / ".cache" / "starter").create()
    return state, build_starter(state)


@pytest.fixture
def state(tmp_path: Path) -> State:
    """An empty state folder."""
    return State(tmp_path / "state").create()


@pytest.fixture
def stocked(state: State, starter: tuple[State, ReleaseSet]) -> State:
    """A state folder with the real code sets in its archive."""
    source, releases = starter
    shelf = Archive(source.archive)
    for release in releases.releases:
        Archive(state.archive).put(shelf.path(release.sha256))
    state.reference_json.write_bytes(source.reference_json.read_bytes())
    return state


@pytest.fixture
def desk(engine: Engine, stocked: State, tmp_path: Path) -> Desk:
    """A practice with settings and real code sets, ready to take deliveries."""
    return Desk(engine, stocked, tmp_path / "deliveries")
