"""Answers that partners and payers owed when the week ended, and had not given."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, text

from revcycle.watch.review.weeks import WEEK

OVERDUE = """
SELECT coalesce(c.payer, i.partner, '') AS who, e.kind, e.party, count(*) AS answers,
       CAST(min(e.due_at) AT TIME ZONE :zone AS date) AS oldest,
       sum(coalesce(s.amount_cents, i.amount_cents))::bigint AS cents
FROM expected_answer e
LEFT JOIN interchange i ON e.subject_kind = 'interchange' AND i.id = e.subject_id
LEFT JOIN claim_submission s ON e.subject_kind = 'submission' AND s.id = e.subject_id
LEFT JOIN claim c ON c.id = s.claim_id
WHERE e.due_at < :ends_at AND (e.met_at IS NULL OR e.met_at >= :ends_at)
GROUP BY 1, 2, 3 ORDER BY answers DESC, 1, 2, 3
"""
OVERDUE_BY_WEEK = f"""
WITH {WEEK} SELECT w.monday, count(*) AS answers
FROM week w JOIN expected_answer e ON e.due_at < w.ends_at AND (e.met_at IS NULL OR e.met_at >= w.ends_at)
GROUP BY w.monday
"""


@dataclass(frozen=True)
class Overdue:
    """Answers of one kind that a partner or payer owes; `cents` is the money that stands behind them."""

    who: str
    kind: str
    party: str
    answers: int
    oldest: date
    cents: int


def overdue_answers(connection: Connection, asked: dict[str, Any]) -> list[Overdue]:
    """What was due before the week's end and had not come by then, by whom and kind."""
    return [Overdue(*row) for row in connection.execute(text(OVERDUE), asked)]


def overdue_by_week(connection: Connection, asked: dict[str, Any]) -> dict[date, int]:
    """How many answers were overdue when each week ended, by its Monday."""
    return {row.monday: row.answers for row in connection.execute(text(OVERDUE_BY_WEEK), asked)}
