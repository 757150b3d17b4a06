"""The room's lock: deadlines are refreshed, and people reminded of them, one after another."""

from sqlalchemy import Connection, text

ROOM = 7_203_021


def lock_room(connection: Connection) -> None:
    """Wait until nobody else works on deadlines; held to the end of the transaction."""
    connection.execute(text("SELECT pg_advisory_xact_lock(:room)"), {"room": ROOM})
