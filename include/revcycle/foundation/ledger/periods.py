"""Months of the ledger: closing one, and opening it again.

A month may be closed from its first day on, whatever is still to come for it: an entry dated into a closed month goes
to the first day of the next open one (the SQL function `open_day`), and its effective date still says when it was
earned. Nothing has to be posted first, so closing never waits for a payer.
"""

import re
from datetime import date, datetime
from typing import Literal

from sqlalchemy import Connection, text

from revcycle.foundation.errors import InputUnusable

MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")
# Whoever writes entries holds ROW EXCLUSIVE until the end of their transaction: this waits for them, and they for it.
ALONE = "LOCK TABLE journal_entry IN SHARE ROW EXCLUSIVE MODE"
SET = """
INSERT INTO accounting_period (month, state, changed_at, changed_by, run_id)
VALUES (:month, :state, :now, :by, :run_id)
ON CONFLICT (month) DO UPDATE SET state = excluded.state, changed_at = excluded.changed_at,
    changed_by = excluded.changed_by, run_id = excluded.run_id
"""
STATE = "SELECT state FROM accounting_period WHERE month = :month"


def month_of(words: str) -> date:
    """The first day of a month given as YYYY-MM. Raises: InputUnusable."""
    if not (found := MONTH.fullmatch(words)):
        raise InputUnusable(f"{words!r} is no month: give it as YYYY-MM, for example 2026-10.")
    return date(int(found[1]), int(found[2]), 1)


def close(connection: Connection, month: date, *, by: str, day: date, now: datetime, run_id: int) -> bool:
    """Close a month to every further entry; returns whether it was open. `day` is today in the practice.

    Waits for the postings under way, so that none of them slips in afterwards. Raises: InputUnusable for a month that
    has not begun: everything of it would be dated later than it was earned.
    """
    if month > day:
        raise InputUnusable(f"{month:%Y-%m} has not begun: only a month that has can be closed.")
    return _set(connection, month, "closed", by=by, now=now, run_id=run_id)


def reopen(connection: Connection, month: date, *, by: str, now: datetime, run_id: int) -> bool:
    """Let entries into a month again; returns whether it was closed. A month that was never closed is open."""
    return _set(connection, month, "open", by=by, now=now, run_id=run_id)


def _set(
    connection: Connection, month: date, state: Literal["open", "closed"], *, by: str, now: datetime, run_id: int
) -> bool:
    connection.execute(text(ALONE))
    if (connection.execute(text(STATE), {"month": month}).scalar() or "open") == state:
        return False
    connection.execute(text(SET), {"month": month, "state": state, "now": now, "by": by, "run_id": run_id})
    return True
