"""Deadlines that had passed when the week ended, or pass in the next two weeks.

They are read from the work items, which carry the day by which something must be done. When deadlines have a table of
their own, this module is the one that reads it.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

SOON = 14  # days
PASSING = """
SELECT w.queue, w.cause_kind, count(*) FILTER (WHERE w.due_on < :next_monday) AS passed,
       count(*) FILTER (WHERE w.due_on >= :next_monday) AS soon, sum(w.amount_cents)::bigint AS cents
FROM work_item w JOIN work_event o ON o.item_id = w.id AND o.ordinal = 1
WHERE w.due_on < CAST(:next_monday AS date) + :soon AND o.at < :ends_at
  AND (w.closed_at IS NULL OR w.closed_at >= :ends_at)
GROUP BY w.queue, w.cause_kind ORDER BY passed DESC, soon DESC, w.queue, w.cause_kind
"""


@dataclass(frozen=True)
class Passing:
    """Open work of one kind whose day has passed, or passes within SOON days; and the money at stake in it."""

    queue: str
    kind: str
    passed: int
    soon: int
    cents: int


def passing(connection: Connection, asked: dict[str, Any]) -> list[Passing]:
    """Open work as of the week's end that is late, or will be soon, by queue and cause."""
    return [Passing(*row) for row in connection.execute(text(PASSING), asked | {"soon": SOON})]
