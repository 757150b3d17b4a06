"""Connections to the practice database whose errors carry no value of any row.

A unique violation quotes the key, a bad COPY row quotes the row: both are PHI. What leaves here names the SQLSTATE,
the table and the constraint only; no attribute, cause or context of it holds a statement, a parameter or a row.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import psycopg
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import ExceptionContext, make_url
from sqlalchemy.exc import DBAPIError

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
    """Turn an error of a raw driver call (COPY) into a StoreError that quotes no row."""
    try:
        yield
    except psycopg.Error as error:
        raise_alone(failure(error.sqlstate)(describe(error)))


def raise_alone(error: StoreError) -> NoReturn:
    """Raise `error` without the one that is being handled, which quotes a row, as its context."""
    try:
        raise error
    except StoreError:
        error.__context__ = None
        raise  # by itself: `raise error` would set the context again


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


def _forget_values(context: ExceptionContext) -> Exception | None:
    """The error to raise in place of SQLAlchemy's; the original becomes its cause, so that must forget as well."""
    original, wrapped = context.original_exception, context.sqlalchemy_exception
    if isinstance(original, psycopg.Error):
        psycopg.Error.__init__(original, describe(original))  # the result with the row goes with the message
    elif isinstance(original, UnicodeEncodeError):
        UnicodeEncodeError.__init__(original, original.encoding, "", 0, 1, original.reason)
    elif wrapped is None:  # nothing of the statement: an interrupt, say
        return None
    original.__cause__ = original.__context__ = None
    if not isinstance(wrapped, DBAPIError):
        return StoreRefused(f"A value could not be passed to the database ({type(original).__name__}).")
    lost = wrapped.connection_invalidated
    return type(wrapped)(None, None, original, hide_parameters=True, connection_invalidated=lost)
