"""The room's lock: what changes claims by answers does so one after another."""

from sqlalchemy import Connection, text

ROOM = 7_203_009


def lock_room(connection: Connection) -> None:
    """Wait until nobody else applies answers; held to the end of the transaction."""
    connection.execute(text("SELECT pg_advisory_xact_lock(:room)"), {"room": ROOM})
