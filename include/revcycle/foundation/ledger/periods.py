"""Months closed and opened: into a closed one no entry is dated, so what was reported of it stays.

Closing is a line drawn under everything up to the end of a month: the months before it close with it, from the first
that has an entry, and only the last closed month can be opened. Otherwise an entry into an earlier, open month would
change what a closed one began with.
"""

from datetime import date, datetime

from sqlalchemy import Connection, text

from revcycle.foundation.errors import InputUnusable

# Whoever writes an entry either has committed by then, or finds the month as it is left here.
LOCK = "LOCK TABLE journal_entry IN SHARE ROW EXCLUSIVE MODE"
CLOSE = """
INSERT INTO accounting_period (month, state, changed_at, changed_by, run_id)
SELECT month::date, 'closed', :now, :by, :run_id
FROM generate_series(
    least(CAST(:month AS date), (SELECT date_trunc('month', min(accounting_date))::date FROM journal_entry)),
    CAST(:month AS date), interval '1 month') AS month
ON CONFLICT (month) DO UPDATE SET state = 'closed', changed_at = excluded.changed_at,
    changed_by = excluded.changed_by, run_id = excluded.run_id
WHERE accounting_period.state = 'open'
RETURNING month
"""
LAST_CLOSED = "SELECT max(month) FROM accounting_period WHERE state = 'closed'"
OPEN = """
UPDATE accounting_period SET state = 'open', changed_at = :now, changed_by = :by, run_id = :run_id
WHERE month = :month
"""


def close_month(connection: Connection, month: date, *, today: date, by: str, now: datetime, run_id: int) -> list[date]:
    """Close the month of this first day and every earlier one; returns those that were open, in order.

    Waits for transactions that have begun to stage entries, and makes later ones wait until this one ends. One that
    chose a date in the month before it staged anything is refused by the database: run again, it takes the next month.
    Raises: InputUnusable where the month is not over on `today`, the practice's day.
    """
    _first_day(month)
    if today < _next(month):
        raise InputUnusable(f"{month:%Y-%m} is not over: it can be closed from {_next(month)} on.")
    connection.execute(text(LOCK))
    asked = {"month": month, "now": now, "by": by, "run_id": run_id}
    return sorted(connection.scalars(text(CLOSE), asked))


def open_month(connection: Connection, month: date, *, by: str, now: datetime, run_id: int) -> bool:
    """Open the last closed month; False where the month is open already.

    Raises: InputUnusable for a closed month that a later closed one follows.
    """
    _first_day(month)
    connection.execute(text(LOCK))
    last = connection.execute(text(LAST_CLOSED)).scalar()
    if last is None or month > last:
        return False
    if month < last:
        raise InputUnusable(f"{month:%Y-%m} cannot be opened while {last:%Y-%m} is closed: open the later month first.")
    connection.execute(text(OPEN), {"month": month, "now": now, "by": by, "run_id": run_id})
    return True


def _first_day(month: date) -> None:
    if month.day != 1:
        raise ValueError(f"a month is named by its first day, not by {month}")


def _next(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)
