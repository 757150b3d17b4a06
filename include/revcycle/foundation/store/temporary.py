"""Temporary tables: what the planner has to be told of them, because nobody else looks after them."""

from sqlalchemy import Connection, text

SAMPLE = "SET LOCAL default_statistics_target = 10"
"""3,000 rows are enough to tell hundreds from hundreds of thousands; the usual 30,000 cost ten times as much."""


def analyze(connection: Connection, *tables: str) -> None:
    """Let the planner know how much there is in temporary tables of this transaction."""
    connection.execute(text(SAMPLE))
    connection.execute(text(f"ANALYZE {', '.join(tables)}"))
