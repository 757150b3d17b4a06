"""No error that leaves the store holds a value of a row, wherever in it one looks."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import psycopg
import pyarrow as pa
import pytest
from sqlalchemy import Connection, Engine, bindparam, insert, text
from sqlalchemy.exc import DataError, IntegrityError, ProgrammingError

from revcycle.foundation.errors import StoreError, StoreRefused
from revcycle.foundation.store.bulk import copy_in, reading
from revcycle.foundation.store.tables import coverage

PLANTED = "Quillfeather"
PLAIN = (str, bytes, int, float, bool, type(None), date)


def texts(thing: Any, seen: dict[int, Any]) -> Iterator[str]:
    """Every text that can be reached from an error by its arguments, attributes, cause and context."""
    if id(thing) in seen or isinstance(thing, type) or callable(thing):
        return
    seen[id(thing)] = thing  # kept, so that no other thing gets its id
    if isinstance(thing, PLAIN):
        yield str(thing)
    elif isinstance(thing, dict):
        yield from texts(list(thing.items()), seen)
    elif isinstance(thing, list | tuple | set | frozenset):
        for one in thing:
            yield from texts(one, seen)
    elif isinstance(thing, BaseException) or type(thing).__module__.startswith("psycopg"):
        yield f"{thing} {thing!r}"
        names = {*dir(thing), *getattr(thing, "__dict__", {}), "__cause__", "__context__"}
        for name in names - {"__traceback__", "__class__", "__doc__", "__module__"}:
            yield from texts(getattr(thing, name, None), seen)


def held(error: BaseException) -> list[str]:
    return [found for found in texts(error, {}) if PLANTED in found]


@pytest.fixture
def scratch(engine: Engine) -> Iterator[Engine]:
    """A database with a table `scratch` that holds a value."""
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE scratch (n bigint, words text PRIMARY KEY)"))
        connection.execute(text("INSERT INTO scratch VALUES (1, :words)"), {"words": PLANTED})
    yield engine
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE scratch"))


def test_the_search_finds_what_a_plain_driver_keeps(scratch: Engine, database_url: str) -> None:
    with pytest.raises(psycopg.Error) as caught, psycopg.connect(database_url) as connection:
        connection.execute("INSERT INTO scratch VALUES (2, %s)", [PLANTED])
    assert held(caught.value)
    caught.value.args = ()
    assert held(caught.value)


def twice(connection: Connection) -> None:
    connection.execute(text("INSERT INTO scratch VALUES (2, :words)"), {"words": PLANTED})


def many(connection: Connection) -> None:
    connection.execute(text("INSERT INTO scratch VALUES (2, :words)"), [{"words": "a"}, {"words": PLANTED}])


def no_number(connection: Connection) -> None:
    connection.execute(text("INSERT INTO scratch VALUES (CAST(:words AS text)::bigint, 'b')"), {"words": PLANTED})


def in_the_statement(connection: Connection) -> None:
    connection.exec_driver_sql(f"SELECT '{PLANTED}' FROM nowhere")


def inserted(connection: Connection) -> None:
    connection.execute(insert(coverage), {"patient_id": 1, "member_id": PLANTED})


def incomplete(connection: Connection) -> None:
    connection.execute(text("SELECT :words, :more").bindparams(bindparam("more")), {"words": PLANTED})


def no_text(connection: Connection) -> None:
    connection.execute(text("SELECT :words"), {"words": PLANTED + "\udcff"})


def not_adapted(connection: Connection) -> None:
    connection.execute(text("SELECT :words"), {"words": {PLANTED: object()}})


def copied(connection: Connection) -> None:
    copy_in(connection, "scratch", pa.table({"n": [2], "words": [PLANTED]}))


def miscopied(connection: Connection) -> None:
    copy_in(connection, "scratch", pa.table({"n": [PLANTED]}))


@pytest.mark.parametrize(
    ("act", "raised"),
    [
        (twice, IntegrityError),
        (many, IntegrityError),
        (no_number, DataError),
        (in_the_statement, ProgrammingError),
        (inserted, IntegrityError),
        (incomplete, StoreRefused),
        (no_text, StoreRefused),
        (not_adapted, ProgrammingError),
        (copied, StoreRefused),
        (miscopied, StoreRefused),
    ],
)
def test_an_error_of_a_statement_holds_no_value(
    scratch: Engine, act: Callable[[Connection], None], raised: type[Exception]
) -> None:
    with pytest.raises(raised) as caught, scratch.begin() as connection:
        act(connection)
    assert held(caught.value) == []


def test_an_error_while_reading_holds_no_value(scratch: Engine) -> None:
    with pytest.raises(StoreRefused) as caught, reading(scratch) as reader:
        reader.fetch("SELECT words::bigint FROM scratch")
    assert held(caught.value) == []


def test_an_error_while_staging_holds_no_value(scratch: Engine) -> None:
    with pytest.raises(StoreError) as caught, reading(scratch) as reader:
        for _ in range(2):
            reader.stage(PLANTED, pa.table({"words": ["a"]}))
    assert held(caught.value) == []
