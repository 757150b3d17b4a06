"""One at a time: an advisory lock of the database, held by a connection of its own for as long as the work takes."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, text

LOCK = "SELECT pg_advisory_lock(hashtextextended(:what, 0))"


@contextmanager
def alone(engine: Engine, what: str) -> Iterator[Connection]:
    """Wait until nobody else does `what`; hands out the connection that holds the lock.

    All that the work writes goes through this connection: if it is lost, so are the lock and the right to go on, and
    the next statement fails. It is closed at the end, not returned, so that no lock is left in a pool.
    """
    connection = engine.connect()
    connection.detach()
    try:
        connection.execute(text(LOCK), {"what": what})
        connection.commit()
        yield connection
    finally:
        connection.close()
