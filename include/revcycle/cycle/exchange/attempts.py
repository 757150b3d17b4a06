"""One attempt to publish one interchange: its state moves by the table only, and what was reached is written down."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, text, update

from revcycle.cycle.exchange.transitions import Event, State, after
from revcycle.foundation.errors import StoreError
from revcycle.foundation.practice.partner import TradingPartner
from revcycle.foundation.register import expect
from revcycle.foundation.store.runs import Step, begin
from revcycle.foundation.store.tables import interchange, publish_attempt
from revcycle.foundation.work.causes import Cause, close_items, open_items

DOUBT = "doubt"
RESENT = """
SELECT count(*) FROM publish_attempt
WHERE interchange_id = :interchange AND found = 'in_doubt' AND reached = 'uploading'
"""
LAST = "SELECT found, reached FROM publish_attempt WHERE interchange_id = :interchange ORDER BY attempt DESC LIMIT 1"


@dataclass
class Attempt:
    """The interchange as the database has it, seen through the connection that holds its lock."""

    connection: Connection
    row: Row[Any]
    partner: TradingPartner
    now: datetime
    step: Step
    state: State

    @property
    def published(self) -> bool:
        return self.state == "published"

    @property
    def over(self) -> bool:
        """Nothing more is sent: the partner has it, or nobody knows."""
        return self.state in ("published", "in_doubt")

    def move(self, event: Event, *, error: Exception | None = None) -> None:
        """Commit one step of the table, with all that belongs to it; `error` is what led to it."""
        with self.connection.begin():
            run_id = begin(self.connection, self.step)
            self.state = move(self.connection, self.row.id, self.state, event, now=self.now)
            if self.state == "releasing":
                expect(self.connection, self.row.id, self.partner, now=self.now, run_id=run_id)
            if self.state in ("published", "in_doubt"):
                self._write(run_id, error)
            if self.state == "in_doubt":
                open_doubt(self.connection, self.row, self.partner, since=self.now, now=self.now, run_id=run_id)

    def note(self, error: Exception | None = None) -> None:
        """Write down how far it came, and what stopped it."""
        with self.connection.begin():
            self._write(begin(self.connection, self.step), error)

    def look_again(self) -> None:
        """See the state as it is now: an answer may have moved it meanwhile."""
        with self.connection.begin():
            query = select(interchange.c.state).where(interchange.c.id == self.row.id)
            self.state = self.connection.execute(query).scalar_one()

    def times_resent(self) -> int:
        """How often it was decided, or due, to send the same bytes again."""
        with self.connection.begin():
            return int(self.connection.execute(text(RESENT), {"interchange": self.row.id}).scalar_one())

    def sent_again(self) -> bool:
        """Whether the last that happened is the decision to send the same bytes again."""
        with self.connection.begin():
            last = self.connection.execute(text(LAST), {"interchange": self.row.id}).one_or_none()
        return last is not None and tuple(last) == ("in_doubt", "uploading")

    def _write(self, run_id: int, error: Exception | None) -> None:
        write_attempt(
            self.connection,
            self.row.id,
            found=self.row.state,
            reached=self.state,
            error_class=type(error).__name__ if error else "",
            now=self.now,
            run_id=run_id,
        )


def move(connection: Connection, interchange_id: int, before: State, event: Event, *, now: datetime) -> State:
    """Take one step; raises StoreError when the interchange is no longer in the state it was seen in."""
    reached = after(before, event)
    values = {"state": reached} | ({"published_at": now} if reached == "published" else {})
    moved = connection.execute(
        update(interchange).where(interchange.c.id == interchange_id, interchange.c.state == before).values(values)
    )
    if moved.rowcount != 1:
        raise StoreError(f"interchange {interchange_id} is no longer {before}: another run moved it; nothing was done.")
    return reached


def write_attempt(
    connection: Connection,
    interchange_id: int,
    *,
    found: State,
    reached: State,
    error_class: str,
    now: datetime,
    run_id: int,
) -> None:
    """Add a row of evidence after those that are there."""
    last = select(func.coalesce(func.max(publish_attempt.c.attempt), 0)).where(
        publish_attempt.c.interchange_id == interchange_id
    )
    values = {"found": found, "reached": reached, "error_class": error_class, "at": now, "run_id": run_id}
    connection.execute(
        insert(publish_attempt).values(interchange_id=interchange_id, attempt=last.scalar_subquery() + 1, **values)
    )


def open_doubt(
    connection: Connection, row: Row[Any], partner: TradingPartner, *, since: datetime, now: datetime, run_id: int
) -> None:
    """An item for ops: whether the partner has the file is not known; open ones are left."""
    due = since + timedelta(hours=partner.hours_in_doubt)
    detail = {
        "partner": row.partner,
        "interchange": f"{row.isa13:09}",
        "claims": row.claims,
        "sha256": row.sha256,
        "reason": "sent again by itself when due" if partner.refuses_duplicates else "waits for a decision",
    }
    cause = Cause(kind=DOUBT, id=row.id, queue="ops", amount_cents=row.amount_cents, due_on=due.date(), detail=detail)
    open_items(connection, [cause], now=now, run_id=run_id)


def close_doubt(connection: Connection, interchanges: Collection[int], *, now: datetime, run_id: int, why: str) -> None:
    """Close the items of doubts that are none any more."""
    close_items(connection, DOUBT, interchanges, now=now, run_id=run_id, why=why)
