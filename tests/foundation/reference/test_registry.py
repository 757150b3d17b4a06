"""Releases in the practice database, and the projection of them."""

from datetime import date

from sqlalchemy import Engine, select

from revcycle.foundation.reference import Release, ReleaseSet, read_projection
from revcycle.foundation.reference.projection import write_projection
from revcycle.foundation.reference.registry import project, register
from revcycle.foundation.state import State
from revcycle.foundation.store.tables import code_release

FIRST = Release("mue", "professional", "2026Q3", date(2026, 7, 1), date(2026, 9, 30), "a" * 64, 5)
CORRECTED = Release("mue", "professional", "2026Q3", date(2026, 7, 1), date(2026, 9, 30), "b" * 64, 6)
CODES = Release("hcpcs", "any", "2026Q2", date(2019, 7, 1), None, "c" * 64, 7)


def rows(engine: Engine) -> list[tuple[str, str, str]]:
    columns = code_release.c.source, code_release.c.sha256, code_release.c.state
    with engine.connect() as connection:
        return [
            (source, sha256[0], state) for source, sha256, state in connection.execute(select(*columns).order_by("id"))
        ]


def test_what_is_registered_is_projected(engine: Engine, run_id: int, state: State) -> None:
    releases = ReleaseSet.of_all([FIRST, CODES])
    register(engine, releases, run_id=run_id)

    assert project(engine, state) == releases
    assert read_projection(state) == releases


def test_registering_again_changes_nothing(engine: Engine, run_id: int) -> None:
    for _ in range(2):
        register(engine, ReleaseSet.of_all([FIRST, CODES]), run_id=run_id)

    assert rows(engine) == [("hcpcs", "c", "active"), ("mue", "a", "active")]


def test_a_corrected_release_withdraws_the_first_which_can_come_back(engine: Engine, run_id: int) -> None:
    register(engine, ReleaseSet((FIRST,)), run_id=run_id)
    register(engine, ReleaseSet((CORRECTED,)), run_id=run_id)
    assert rows(engine) == [("mue", "a", "withdrawn"), ("mue", "b", "active")]

    register(engine, ReleaseSet((FIRST,)), run_id=run_id)
    assert rows(engine) == [("mue", "a", "active"), ("mue", "b", "withdrawn")]


def test_a_database_without_releases_leaves_the_file_alone(engine: Engine, state: State) -> None:
    write_projection(state, ReleaseSet((CODES,)))

    assert project(engine, state).releases == (CODES,)
    assert read_projection(state).releases == (CODES,)
