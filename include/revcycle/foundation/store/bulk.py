"""Rows in and out in bulk: Arrow by ADBC out of the database, CSV by COPY into it."""

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import adbc_driver_manager
import adbc_driver_postgresql.dbapi as adbc
import pyarrow as pa
import pyarrow.csv as pacsv
from sqlalchemy import Connection, Engine

from revcycle.foundation.store.engine import failure, plain_url, raise_alone, without_values

BATCH = 100_000


class Reader:
    """A snapshot of the database that answers in Arrow tables."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def execute(self, statement: str) -> None:
        """Run a statement without an answer (temporary tables of this snapshot's session)."""
        with _quiet(), self._connection.cursor() as cursor:
            cursor.execute(statement)

    def fetch(self, statement: str) -> pa.Table:
        """The statement's rows. numeric arrives as text: cast in SQL."""
        with _quiet(), self._connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetch_arrow_table()

    def stage(self, name: str, rows: pa.Table) -> None:
        """Make `rows` a temporary table of this snapshot's session."""
        with _quiet(), self._connection.cursor() as cursor:
            cursor.adbc_ingest(name, rows, mode="create", temporary=True)


@contextmanager
def reading(engine: Engine) -> Iterator[Reader]:
    """One repeatable-read transaction over ADBC: several fetches see the same rows."""
    with _quiet():
        connection = adbc.connect(plain_url(engine), autocommit=False)
    try:
        reader = Reader(connection)
        reader.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield reader
    finally:
        with _quiet():
            connection.rollback()
            connection.close()


def copy_in(connection: Connection, table: str, rows: pa.Table) -> int:
    """COPY an Arrow table into `table` within the connection's own transaction; list columns must be array literals.

    Returns the number of rows. An empty text stays an empty text, a null stays a null.
    """
    if not rows.num_rows:
        return 0
    names = ", ".join(f'"{name}"' for name in rows.column_names)
    options = pacsv.WriteOptions(include_header=False, quoting_style="needed")
    driver = connection.connection.driver_connection
    assert driver is not None
    with (
        without_values(),
        driver.cursor() as cursor,
        cursor.copy(f"COPY {table} ({names}) FROM STDIN (FORMAT csv)") as copy,
    ):
        for batch in rows.to_batches(max_chunksize=BATCH):
            buffer = io.BytesIO()
            pacsv.write_csv(batch, buffer, options)
            copy.write(buffer.getvalue())
    return int(rows.num_rows)


def array_literal(values: Sequence[Any]) -> str:
    """A PostgreSQL array of texts or numbers as COPY reads it."""
    quoted = ('"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"' for value in values)
    return "{" + ",".join(quoted) + "}"


@contextmanager
def _quiet() -> Iterator[None]:
    """ADBC quotes the statement and row details in its errors; keep the SQLSTATE only."""
    try:
        yield
    except adbc_driver_manager.Error as error:
        said = f"database error {error.sqlstate or type(error).__name__} while reading"
        raise_alone(failure(error.sqlstate)(said))
