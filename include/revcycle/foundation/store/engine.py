"""Connections to the practice database whose errors carry no value of any row.

A unique violation quotes the key, a bad COPY row quotes the row: both are PHI. What leaves here names the SQLSTATE,
the table and the constraint only.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import ExceptionContext, make_url

from revcycle.foundation.errors import StoreError, StoreRefused


def connect(url: str) -> Engine:
    """An engine over psycopg for `postgresql://...`; parameters are hidden, error details dropped."""
    engine = create_engine(
        make_url(url).set(drivername="postgresql+psycopg"),
        hide_parameters=True,
        connect_args={"options": "-c timezone=UTC", "application_name": "revcycle"},
    )
    event.listen(engine, "handle_error", _forget_values)
    return engine


def plain_url(engine: Engine) -> str:
    """The engine's URL as libpq reads it (for ADBC and pg_dump), password included: never print it."""
    return engine.url.set(drivername="postgresql").render_as_string(hide_password=False)


@contextmanager
def without_values() -> Iterator[None]:
    """Turn an error of a raw driver call (COPY, ADBC) into a StoreError that quotes no row."""
    try:
        yield
    except psycopg.Error as error:
        error.args = (describe(error),)  # it stays reachable as the context of what is raised here
        raise failure(error.sqlstate)(str(error)) from None


def failure(sqlstate: str | None) -> type[StoreError]:
    """Whether the same statement would fail again: data exceptions, broken keys, and what the database cannot read."""
    return StoreRefused if (sqlstate or "")[:2] in {"22", "23", "42"} else StoreError


def describe(error: psycopg.Error) -> str:
    """SQLSTATE, table, column and constraint of a database error, never its message (which may quote a value)."""
    diagnostics = error.diag
    named = {
        "table": diagnostics.table_name,
        "column": diagnostics.column_name,
        "constraint": diagnostics.constraint_name,
    }
    places = ", ".join(f"{kind} {name}" for kind, name in named.items() if name)
    return f"database error {error.sqlstate or type(error).__name__}" + (f" at {places}" if places else "")


def _forget_values(context: ExceptionContext) -> None:
    original = context.original_exception
    if isinstance(original, psycopg.Error):
        said = describe(original)
        original.args = (said,)
        if context.sqlalchemy_exception is not None:
            context.sqlalchemy_exception.args = (said,)
