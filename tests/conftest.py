"""A real PostgreSQL for the session, a migrated and empty practice database for each test, the real code sets once."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine
from tests.deliveries import Desk

from revcycle.foundation.archive import Archive
from revcycle.foundation.reference import ReleaseSet, build_starter
from revcycle.foundation.state import State
from revcycle.foundation.store import connect, upgrade
from revcycle.foundation.store.embedded import EmbeddedPostgres
from revcycle.foundation.store.runs import Step, begin

ROOT = Path(__file__).resolve().parents[1]
PASSWORD = "only-for-tests"
NUMBER = itertools.count(1)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """One throw-away server for each test process; its superuser makes and drops databases."""
    folder = tmp_path_factory.mktemp("server")
    postgres = EmbeddedPostgres(folder)
    postgres.start()
    try:
        yield postgres
    finally:
        postgres.remove()


@pytest.fixture
def database_url(server: EmbeddedPostgres) -> str:
    """The URL of a new, empty database with an owner of its own; it goes with the server."""
    name = f"revcycle_{next(NUMBER)}"
    server.ensure_database(name, PASSWORD)
    return server.url(name, name, PASSWORD)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """A migrated, empty practice database."""
    engine = connect(database_url)
    upgrade(engine)
    yield engine
    engine.dispose()


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
