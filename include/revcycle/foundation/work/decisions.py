"""What a person decides on an item: written down as an action, which the room it is meant for reads and settles.

A decision on an item that holds nothing back (an overdue answer, an answer nobody asked for) is settled at once.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Engine, Row, select, text, update

from revcycle.foundation.errors import InputUnusable
from revcycle.foundation.store.runs import Step, begin
from revcycle.foundation.store.tables import action, work_item
from revcycle.foundation.work.approval import within_limit
from revcycle.foundation.work.denials import DENIAL, hand_to_biller
from revcycle.foundation.work.desk import active_staff, log_change, open_item
from revcycle.foundation.work.items import MACHINE, record

RELEASE, DELIVERED, RESEND = "release", "delivered", "resend"
MATCH, TAKE, REJECT, UNDO = "match", "take", "reject", "undo"
CORRECT, VOID, WRITE_OFF = "correct", "void", "write_off"
NAMES_ITS_CHOICE = {MATCH: "a claim number", TAKE: "the sha256 of a body"}
"""Decisions that are given with what they choose."""
HOLDS = ("rejection", "set_rejection", "amendment", "content", "filing")
NOTICES = (
    "possible_duplicate",
    "duplicate_number",
    "unmatched_answer",
    "overdue",
    "quarantined_file",
    "sent_on",
    "billed_twice",
    "adjustment_waiting",
    "provider_adjustment",
    "reversal_unmatched",
    "denial",
    "deadline",
    "reopening",
)
OPEN_TO: dict[str, tuple[str, ...]] = {
    RELEASE: HOLDS + NOTICES,
    DELIVERED: ("doubt",),
    RESEND: ("doubt",),
    MATCH: ("unmatched_payment",),
    TAKE: ("payment_conflict", "undone_remittance"),
    REJECT: ("quarantined_remittance", "undone_remittance"),
    UNDO: (
        "unmatched_payment",
        "adjustment_waiting",
        "provider_adjustment",
        "reversal_unmatched",
        "denial",
        "payment_conflict",
    ),
    CORRECT: ("amendment", "denial"),
    VOID: ("amendment", "denial", "overpayment"),
    WRITE_OFF: ("denial", "adjustment_waiting"),
}
"""The causes that each decision is an answer to."""
OF_CODERS = {(RELEASE, DENIAL)}
"""What only a coder's item of the kind is answered by: the codes stand, and the biller decides."""

SETTLED = {
    "done": ("closed", "the decision was carried out"),
    "refused": ("decision refused", "it no longer fits what has happened meanwhile"),
}
LAST_ACTION = "SELECT coalesce(max(ordinal), 0) FROM action WHERE item_id = :item"
PENDING = """
SELECT a.id AS action_id, a.item_id, w.cause_kind, w.cause_id, w.claim_id, a.kind, a.who, a.reason, a.argument
FROM action a JOIN work_item w ON w.id = a.item_id
WHERE a.state = 'pending' AND a.kind = ANY (:kinds) ORDER BY a.id FOR UPDATE OF a
"""


@dataclass(frozen=True)
class PendingAction:
    """A decision that has not been carried out. `reason` may hold PHI."""

    action_id: int
    item_id: int
    cause_kind: str
    cause_id: int
    claim_id: int | None
    kind: str
    who: str
    reason: str
    argument: str


def decisions_for(cause_kind: str, queue: str) -> tuple[str, ...]:
    """The decisions that can be taken on an item of this kind in this queue."""
    possible = [kind for kind, causes in OPEN_TO.items() if cause_kind in causes]
    return tuple(kind for kind in possible if queue == "coder" or (kind, cause_kind) not in OF_CODERS)


def decide(
    engine: Engine, item: int, *, kind: str, argument: str = "", reason: str, by: str, now: datetime, step: Step
) -> None:
    """Write down a person's decision on an open item; the item is resolved, and closed once it is carried out.

    `argument` is what the decision chooses: of `match` the claim, of `take` the body that counts.
    Raises: InputUnusable for a kind that this item cannot be decided by, an unknown or closed item, no reason, a
    missing or needless argument, somebody who is not on the active staff, or a write-off above their limit.
    """
    if not reason.strip():
        raise InputUnusable("A decision needs a reason: give --reason.")
    if bool(argument) != (kind in NAMES_ITS_CHOICE):
        raise InputUnusable(f"--as {kind} takes {NAMES_ITS_CHOICE.get(kind, 'nothing')} after it.")
    with engine.begin() as connection:
        active_staff(connection, by, "--by")
        row = _decidable(connection, item, kind)
        if kind == WRITE_OFF:
            within_limit(connection, row, by)
        run_id = begin(connection, step)
        log_change(connection, row, "work resolve", by=by, now=now, run_id=run_id)
        ordinal = connection.execute(text(LAST_ACTION), {"item": item}).scalar_one() + 1
        values = {"item_id": item, "ordinal": ordinal, "kind": kind, "who": by, "reason": reason, "at": now}
        values["argument"] = argument
        written = connection.scalars(action.insert().values(run_id=run_id, **values).returning(action.c.id)).one()
        connection.execute(update(work_item).where(work_item.c.id == item).values(state="resolved"))
        record(connection, item, at=now, who=by, what=f"decided: {kind}", why=reason, run_id=run_id)
        if kind == RELEASE and row.cause_kind in NOTICES:
            settle(connection, written, "done", now=now, run_id=run_id)
            if row.cause_kind == DENIAL:
                hand_to_biller(connection, row.cause_id, words=reason, by=by, now=now, run_id=run_id)


def pending_actions(connection: Connection, kinds: Collection[str]) -> list[PendingAction]:
    """The decisions of these kinds that wait to be carried out, oldest first; their rows stay locked."""
    rows = connection.execute(text(PENDING), {"kinds": list(kinds)}).mappings()
    return [PendingAction(**row) for row in rows]


def settle(
    connection: Connection,
    action_id: int,
    state: Literal["done", "refused"],
    *,
    now: datetime,
    run_id: int,
    why: str = "",
) -> None:
    """Mark a decision carried out, which closes its item, or refused, which gives the item back to its owner."""
    item = connection.scalars(
        update(action).where(action.c.id == action_id).values(state=state).returning(action.c.item_id)
    ).one()
    row = connection.execute(select(work_item).where(work_item.c.id == item).with_for_update()).one()
    if row.closed_at is not None:
        return
    after: dict[str, Any] = {"state": "closed", "closed_at": now}
    if state == "refused":
        after = {"state": "assigned" if row.owner else "open"}
    connection.execute(update(work_item).where(work_item.c.id == item).values(after))
    what, because = SETTLED[state]
    record(connection, item, at=now, who=MACHINE, what=what, why=why or because, run_id=run_id)


def _decidable(connection: Connection, item: int, kind: str) -> Row[Any]:
    """The open item's row, locked, where `kind` is a decision on it."""
    row = open_item(connection, item)
    if row.state == "resolved":
        raise InputUnusable(f"Work item {item} was decided already; the next run carries the decision out.")
    possible: Sequence[str] = decisions_for(row.cause_kind, row.queue)
    if kind not in possible:
        open_to = (
            f"decided --as {' or '.join(possible)}" if possible else "closed by mending its cause, not by a decision"
        )
        raise InputUnusable(f"--as {kind} does not fit work item {item} ({row.cause_kind}): it can be {open_to}.")
    return row
