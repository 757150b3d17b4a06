"""The work that a denial is: the coder's question first, then the biller's decision, until it has an outcome.

An open denial has one open item. A coding denial is its coder's; every later item of it is the biller's. While an item
of its claim answers for it, because the codes were corrected or the payer is asked to reopen the claim, it has none of
its own: nobody is asked twice for the same thing.
"""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, text

from revcycle.foundation.work.causes import Cause, close_items, open_items
from revcycle.foundation.work.coders import Coders
from revcycle.foundation.work.items import record

DENIAL = "denial"
CODES_STAND = "the codes stand"


class Outcome(StrEnum):
    """How a denial ended."""

    TAKEN_BACK = "taken back by the payer"
    UNDONE = "posting undone"
    CORRECTED = "claim corrected"
    VOIDED = "claim voided"
    WRITTEN_OFF = "written off"


# What a denial `d` is worked by now: its own item, or the one of its claim that answers for it.
WORKED_BY = """
SELECT w.id, w.queue, w.owner FROM work_item w
WHERE w.closed_at IS NULL AND (w.cause_kind = 'denial' AND w.cause_id = d.id
      OR w.cause_kind IN ('amendment', 'reopening') AND w.cause_id = d.claim_id)
ORDER BY w.cause_kind = 'denial' DESC, w.id LIMIT 1
"""
# Of a denial `d`, its claim `c` and the claim's encounter `e`: a version that passed the sweep waits for the biller to
# send it, or the encounter is gone; or the payer is asked to reopen the claim.
ANSWERED_FOR = """(
    EXISTS (SELECT FROM claim_hold h WHERE h.claim_id = c.id AND h.cause = 'amendment' AND h.released_at IS NULL)
    AND (e.cancelled_at IS NOT NULL
         OR EXISTS (SELECT FROM sweep_result r WHERE r.encounter_id = e.id AND r.version = e.current_version)
            AND NOT EXISTS (SELECT FROM finding f WHERE f.encounter_id = e.id AND f.version = e.current_version
                            AND f.state = 'open' AND f.severity IN ('block', 'review')))
    OR EXISTS (SELECT FROM work_item w WHERE w.cause_kind = 'reopening' AND w.cause_id = c.id AND w.closed_at IS NULL))
"""
OPEN = """
FROM denial d JOIN claim c ON c.id = d.claim_id JOIN encounter e ON e.id = c.encounter_id
WHERE d.closed_at IS NULL AND {which}
"""
OWN_ITEM = "SELECT FROM work_item w WHERE w.cause_kind = 'denial' AND w.cause_id = d.id"
# An item of a denial that is still open was closed because the coder has answered.
TO_DO = f"""
SELECT d.id, d.claim_id, c.encounter_id, c.payer, d.owner AS asked, d.amount_cents, d.appeal_by, d.category,
       d.group_code, d.reason, d.edit_rule,
       CASE WHEN EXISTS ({OWN_ITEM}) THEN 'biller' ELSE d.owner END AS queue
{OPEN} AND NOT {ANSWERED_FOR} AND NOT EXISTS ({OWN_ITEM} AND w.closed_at IS NULL) ORDER BY d.id
"""
ANSWERED = f"SELECT d.id {OPEN} AND {ANSWERED_FOR} AND EXISTS ({OWN_ITEM} AND w.state <> 'resolved') ORDER BY d.id"
EVERY = "true"
ONE = "d.id = :denial"
HANDED_TO = f"SELECT item.id FROM denial d CROSS JOIN LATERAL ({WORKED_BY}) item WHERE d.id = :denial"
END = """
UPDATE denial SET outcome = :outcome, closed_at = :now, run_id = :run_id
WHERE claim_id = :claim AND (closed_at IS NULL OR outcome = :written_off) RETURNING id
"""


def raise_denials(connection: Connection, *, which: str = EVERY, now: datetime, run_id: int, **asked: Any) -> None:
    """Make the items of open denials be what this module's first lines say. Safe to repeat.

    `which` narrows it: a condition on `d`, whose parameters are `asked`. What a person changed of an item stays.
    """
    answered = connection.scalars(text(ANSWERED.format(which=which)), asked).all()
    why = "the biller has the claim: its codes were corrected, or its payer is asked to reopen it"
    close_items(connection, DENIAL, answered, now=now, run_id=run_id, why=why)
    rows = connection.execute(text(TO_DO.format(which=which)), asked).all()
    coders = Coders(connection, {row.encounter_id for row in rows if row.queue == "coder"})
    open_items(connection, [_cause(row, coders) for row in rows], now=now, run_id=run_id)


def hand_to_biller(connection: Connection, denial: int, *, words: str, by: str, now: datetime, run_id: int) -> None:
    """The coder says why the codes stand: the biller gets the denial, with these words in the item's history."""
    raise_denials(connection, which=ONE, now=now, run_id=run_id, denial=denial)
    item = connection.scalars(text(HANDED_TO), {"denial": denial}).one()
    record(connection, item, at=now, who=by, what=CODES_STAND, why=words, run_id=run_id)


def end_denials(
    connection: Connection, claim: int, outcome: Outcome, *, now: datetime, run_id: int, why: str
) -> Collection[int]:
    """End every denial of a claim that is open or written off, with their items; returns which they were."""
    asked = {"claim": claim, "outcome": outcome, "written_off": Outcome.WRITTEN_OFF, "now": now, "run_id": run_id}
    ended = connection.scalars(text(END), asked).all()
    close_items(connection, DENIAL, ended, now=now, run_id=run_id, why=why)
    return ended


def _cause(row: Row[Any], coders: Coders) -> Cause:
    detail = {"payer": row.payer, "category": row.category, "reason": f"{row.group_code}-{row.reason}"}
    cause: dict[str, Any] = {
        "encounter_id": row.encounter_id,
        "claim_id": row.claim_id,
        "amount_cents": row.amount_cents,
        "due_on": row.appeal_by,
        "detail": detail | {"edit": row.edit_rule or ("none" if row.asked == "coder" else "")},
    }
    if row.queue != "coder":
        return Cause(DENIAL, row.id, row.queue, **cause)
    coder = coders.of(row.encounter_id, [row.edit_rule] if row.edit_rule else [])
    needed = coder.needed
    return Cause(
        DENIAL, row.id, "coder", **cause, owner=coder.owner, credential=needed.credential, specialty=needed.specialty
    )
