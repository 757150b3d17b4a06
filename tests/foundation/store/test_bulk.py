"""COPY in, Arrow out, and what their errors say."""

from collections.abc import Iterator

import pyarrow as pa
import pytest
from sqlalchemy import Engine, text

from revcycle.foundation.errors import StoreError
from revcycle.foundation.store.bulk import array_literal, copy_in, reading
from revcycle.foundation.store.engine import failure

AWKWARD = ['a"b', "c,d", "", "e\\f", "{g}", "line\nbreak", "Ñandú"]


@pytest.fixture(autouse=True)
def no_table_stays(engine: Engine) -> Iterator[None]:
    yield
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE IF EXISTS scratch"))


def test_texts_nulls_and_arrays_survive_the_way_in_and_out(engine: Engine) -> None:
    rows = pa.table(
        {
            "n": pa.array([1, None], pa.int64()),
            "words": ["", None],
            "list": [array_literal(AWKWARD), array_literal([])],
        }
    )
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE scratch (n bigint, words text, list text[])"))
        assert copy_in(connection, "scratch", rows) == 2
    with reading(engine) as reader:
        found = reader.fetch("SELECT * FROM scratch ORDER BY n NULLS LAST").to_pylist()
    assert found == [{"n": 1, "words": "", "list": AWKWARD}, {"n": None, "words": None, "list": []}]


def test_an_unreadable_row_is_not_quoted_in_the_error(engine: Engine) -> None:
    with pytest.raises(StoreError) as caught, engine.begin() as connection:
        connection.execute(text("CREATE TABLE scratch (n bigint)"))
        copy_in(connection, "scratch", pa.table({"n": ["Quillfeather"]}))
    assert "Quillfeather" not in f"{caught.value} {caught.value.__cause__} {caught.value.__context__}"
    assert "22P02" in str(caught.value)


@pytest.mark.parametrize(
    ("sqlstate", "again"), [("22P02", False), ("23505", False), ("42P01", False), ("53200", True), ("57P01", True)]
)
def test_a_statement_at_fault_is_told_from_a_database_in_trouble(sqlstate: str, again: bool) -> None:
    assert (failure(sqlstate) is StoreError) is again


def test_an_error_while_reading_is_not_quoted_either(engine: Engine) -> None:
    with pytest.raises(StoreError) as caught, reading(engine) as reader:
        reader.fetch("SELECT 'Quillfeather'::bigint")
    assert "Quillfeather" not in f"{caught.value} {caught.value.__cause__} {caught.value.__context__}"


def test_a_reader_sees_one_snapshot(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE scratch (n bigint)"))
    with reading(engine) as reader:
        assert reader.fetch("SELECT * FROM scratch").num_rows == 0
        with engine.begin() as connection:
            connection.execute(text("INSERT INTO scratch VALUES (1)"))
        assert reader.fetch("SELECT * FROM scratch").num_rows == 0
