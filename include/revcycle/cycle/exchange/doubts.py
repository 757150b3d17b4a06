"""Interchanges in doubt: what a person decided, and what is sent again by itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Row, text

from revcycle.cycle.exchange.attempts import DOUBT, close_doubt, move, open_doubt, write_attempt
from revcycle.cycle.exchange.transitions import Event
from revcycle.foundation.practice.partner import TradingPartner
from revcycle.foundation.practice.partners import stored_partners
from revcycle.foundation.register import expect_once
from revcycle.foundation.store.runs import Step, begin
from revcycle.foundation.work.decisions import DELIVERED, RESEND, pending_actions, settle

IN_DOUBT = """
SELECT i.*, coalesce(a.since, i.recorded_at) AS since
FROM interchange i
LEFT JOIN (SELECT interchange_id, max(at) AS since FROM publish_attempt WHERE reached = 'in_doubt' GROUP BY 1) a
       ON a.interchange_id = i.id
WHERE i.state = 'in_doubt' ORDER BY i.id FOR UPDATE OF i
"""
SETTLED = """
SELECT w.cause_id FROM work_item w JOIN interchange i ON i.id = w.cause_id
WHERE w.cause_kind = 'doubt' AND w.closed_at IS NULL AND i.state <> 'in_doubt'
"""
EVENTS: dict[str, Event] = {DELIVERED: "decided delivered", RESEND: "sent again"}


@dataclass(frozen=True)
class DoubtCounts:
    """Doubts decided or found delivered, those to be sent again, and those that wait."""

    delivered: int = 0
    sent_again: int = 0
    waiting: int = 0


def settle_doubts(engine: Engine, *, now: datetime, step: Step) -> DoubtCounts:
    """Carry out what was decided; send the same bytes again where the partner refuses duplicates and the time is over.

    A doubt that an answer has ended loses its item; one that nobody decides keeps it. Safe to run twice and at once.
    """
    with engine.begin() as connection:
        run_id = begin(connection, step)
        doubts = {row.id: row for row in connection.execute(text(IN_DOUBT))}
        decided = _decided(connection, doubts, now=now, run_id=run_id)
        partners = stored_partners(connection)
        left = [row for row in doubts.values() if row.id not in decided and row.partner in partners]
        due = [row for row in left if _is_due(row, partners[row.partner], now)]
        for row in due:
            _take(connection, row, "sent again", now=now, run_id=run_id)
        for row in left:
            if row not in due:
                open_doubt(connection, row, partners[row.partner], since=row.since, now=now, run_id=run_id)
        close_doubt(connection, [row.id for row in due], now=now, run_id=run_id, why="the same bytes are sent again")
        over: Sequence[int] = connection.scalars(text(SETTLED)).all()
        close_doubt(connection, over, now=now, run_id=run_id, why="an answer names the interchange: it has arrived")
    delivered = sum(event == "decided delivered" for event in decided.values()) + len(over)
    again = sum(event == "sent again" for event in decided.values()) + len(due)
    return DoubtCounts(delivered, again, len(left) - len(due))


def _decided(connection: Connection, doubts: dict[int, Row[Any]], *, now: datetime, run_id: int) -> dict[int, Event]:
    """Take the steps that people decided; a decision about what is in doubt no longer is refused."""
    taken: dict[int, Event] = {}
    for decision in pending_actions(connection, tuple(EVENTS)):
        if decision.cause_kind != DOUBT:
            continue
        row = doubts.get(decision.cause_id)
        if row is None or row.id in taken:
            settle(connection, decision.action_id, "refused", now=now, run_id=run_id, why="it is in doubt no longer")
            continue
        taken[row.id] = EVENTS[decision.kind]
        _take(connection, row, taken[row.id], now=now, run_id=run_id)
        settle(connection, decision.action_id, "done", now=now, run_id=run_id)
    return taken


def _take(connection: Connection, row: Row[Any], event: Event, *, now: datetime, run_id: int) -> None:
    reached = move(connection, row.id, "in_doubt", event, now=now)
    write_attempt(connection, row.id, found="in_doubt", reached=reached, error_class="", now=now, run_id=run_id)
    if reached == "published":
        expect_once(connection, [row.id], now=now, run_id=run_id)


def _is_due(row: Row[Any], partner: TradingPartner, now: datetime) -> bool:
    return partner.refuses_duplicates and now >= row.since + timedelta(hours=partner.hours_in_doubt)
