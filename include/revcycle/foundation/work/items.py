"""Coders' items: one for each encounter whose current version has open findings that block or want a review.

An item opens with its cause, follows the cause's new versions, and closes by itself when the cause is gone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, any_, select, text, update

from revcycle.foundation.calendar import due_on
from revcycle.foundation.practice.limits import stored_limits
from revcycle.foundation.store.runs import Step, begin
from revcycle.foundation.store.tables import staff, work_event, work_item
from revcycle.foundation.work.routing import Coder, Need, choose, need

EDITS = "edits"
QUEUE = "coder"
MACHINE = "revcycle"
WORK_LOCK = 7_203_003

# Of an encounter's version `v`: what its first known rendering provider does.
SPECIALTY = """coalesce((SELECT p.specialty FROM charge_line l
                 JOIN provider p ON p.npi = l.rendering_npi AND p.superseded_at IS NULL
                 WHERE l.encounter_id = v.encounter_id AND l.version = v.version
                 ORDER BY l.line LIMIT 1), '')"""
CAUSES = f"""
SELECT f.encounter_id AS cause_id, e.source_system || '/' || e.source_encounter_id AS cause,
       array_agg(DISTINCT f.rule ORDER BY f.rule) AS rules, bool_or(f.severity = 'block') AS blocks,
       v.charge_cents AS amount_cents,
       {SPECIALTY} AS specialty
FROM finding f
JOIN encounter e ON e.id = f.encounter_id AND e.current_version = f.version AND e.cancelled_at IS NULL
JOIN encounter_version v ON v.encounter_id = f.encounter_id AND v.version = f.version
WHERE f.state = 'open' AND f.severity IN ('block', 'review')
GROUP BY f.encounter_id, e.id, v.encounter_id, v.version
ORDER BY f.encounter_id
"""
SERVICES = """
SELECT DISTINCT l.encounter_id, c.payer, l.date_from, l.date_to FROM charge_line l
JOIN encounter e ON e.id = l.encounter_id AND e.current_version = l.version
JOIN coverage c ON c.patient_id = l.patient_id AND c.responsibility = 'P' AND c.superseded_at IS NULL
     AND l.date_from BETWEEN c.valid_from AND coalesce(c.valid_to, 'infinity')
WHERE l.encounter_id = ANY (:causes)
"""
LAST_CLOSED = """
SELECT DISTINCT ON (cause_id) cause_id, id FROM work_item
WHERE cause_kind = :kind AND closed_at IS NOT NULL AND cause_id = ANY (:causes) ORDER BY cause_id, id DESC
"""
GIVEN_BY_PEOPLE = """
SELECT DISTINCT item_id FROM work_event WHERE item_id = ANY (:items) AND what LIKE 'assigned to %' AND who <> :machine
"""
LAST_EVENT = "SELECT coalesce(max(ordinal), 0) FROM work_event WHERE item_id = :item"

_Kept = tuple[Row[Any], Row[Any], dict[str, Any]]
"""An open item, its cause as it is now, and the terms that follow from it."""


@dataclass(frozen=True)
class WorkCounts:
    """What `raise_items` did, and how many items are open afterwards."""

    opened: int
    closed: int
    kept: int


def raise_items(engine: Engine, *, now: datetime, step: Step) -> WorkCounts:
    """Make the coders' items match the open findings: open, refresh, close. Safe to run twice and at once."""
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": WORK_LOCK})
        run_id = begin(connection, step)
        causes = {row.cause_id: row for row in connection.execute(text(CAUSES))}
        standing = _open_items(connection)
        gone = [item.id for cause, item in standing.items() if cause not in causes]
        new = [cause for cause in causes if cause not in standing]
        due = due_dates(connection, list(causes))
        _close(connection, gone, now=now, run_id=run_id)
        _open(connection, [causes[cause] for cause in new], due, now=now, run_id=run_id)
        kept = [(standing[cause], row, _terms(row, due)) for cause, row in causes.items() if cause in standing]
        _hand_on(connection, kept, now=now, run_id=run_id)
        _refresh(connection, kept)
    return WorkCounts(opened=len(new), closed=len(gone), kept=len(standing) - len(gone))


def record(connection: Connection, item: int, *, at: datetime, who: str, what: str, why: str = "", run_id: int) -> None:
    """Write down what happened to an item, after all that happened before. The caller holds the item's row lock."""
    ordinal = connection.execute(text(LAST_EVENT), {"item": item}).scalar_one() + 1
    values = {"item_id": item, "ordinal": ordinal, "at": at, "who": who, "what": what, "why": why, "run_id": run_id}
    connection.execute(work_event.insert(), values)


def _open_items(connection: Connection) -> dict[int, Row[Any]]:
    """The open items of this kind, by cause; their rows stay locked."""
    query = select(work_item).where(work_item.c.cause_kind == EDITS, work_item.c.closed_at.is_(None))
    rows = connection.execute(query.order_by(work_item.c.id).with_for_update())
    return {row.cause_id: row for row in rows}


def staff_with(connection: Connection, role: str) -> list[Coder]:
    """The active members of staff who have the role."""
    query = select(staff.c.username, staff.c.credentials, staff.c.specialties).where(
        staff.c.superseded_at.is_(None), any_(staff.c.roles) == role
    )
    return [
        Coder(row.username, frozenset(row.credentials), frozenset(row.specialties)) for row in connection.execute(query)
    ]


def due_dates(connection: Connection, encounters: Sequence[int]) -> dict[int, date]:
    """The earliest last day of filing of each encounter's lines, where a rule of its primary payer names one."""
    limits = stored_limits(connection)
    due: dict[int, date] = {}
    for encounter_id, payer, *service in connection.execute(text(SERVICES), {"causes": list(encounters)}):
        for limit in limits:
            if limit.payer == payer and limit.covers(start := limit.start(*service)):
                due[encounter_id] = min(due.get(encounter_id, date.max), due_on(limit, start))
    return due


def _open(
    connection: Connection, causes: Sequence[Row[Any]], due: dict[int, date], *, now: datetime, run_id: int
) -> None:
    if not causes:
        return
    coders = staff_with(connection, QUEUE)
    asked = {"kind": EDITS, "causes": [cause.cause_id for cause in causes]}
    before = {row.cause_id: row.id for row in connection.execute(text(LAST_CLOSED), asked)}
    rows = []
    for cause in causes:
        terms = _terms(cause, due)
        owner = choose(cause.cause, Need(terms["credential"], terms["specialty"]), coders)
        rows.append(
            terms
            | {
                "cause_kind": EDITS,
                "cause_id": cause.cause_id,
                "encounter_id": cause.cause_id,
                "queue": QUEUE,
                "owner": owner,
                "state": "assigned" if owner else "open",
                "previous_item": before.get(cause.cause_id),
                "run_id": run_id,
            }
        )
    items = connection.execute(work_item.insert().returning(work_item.c.id), rows).scalars().all()
    events = [
        {"item_id": item, "ordinal": 1, "at": now, "who": MACHINE, "what": "opened", "run_id": run_id} for item in items
    ]
    connection.execute(work_event.insert(), events)


def _terms(cause: Row[Any], due: dict[int, date]) -> dict[str, Any]:
    """What follows the cause: the item's place in the list (filing deadline, then money) and whom it needs."""
    needed = need(cause.rules, cause.specialty)
    return {
        "credential": needed.credential,
        "specialty": needed.specialty,
        "due_on": due.get(cause.cause_id),
        "amount_cents": cause.amount_cents,
        "priority_terms": {"blocks": cause.blocks, "findings": len(cause.rules)},
    }


def _hand_on(connection: Connection, kept: Sequence[_Kept], *, now: datetime, run_id: int) -> None:
    """Give items whose findings now need another credential to a coder who has it.

    Whoever has it already goes on, and so does whoever was named by a person.
    """
    changed = [one for one in kept if one[0].credential != one[2]["credential"]]
    if not changed:
        return
    coders = staff_with(connection, QUEUE)
    asked = {"items": [item.id for item, _, _ in changed], "machine": MACHINE}
    named = set(connection.scalars(text(GIVEN_BY_PEOPLE), asked))
    for item, cause, terms in changed:
        able = {coder.username for coder in coders if terms["credential"] in coder.credentials}
        owner = choose(cause.cause, Need(terms["credential"], terms["specialty"]), coders)
        if item.id in named or item.owner in able or owner in ("", item.owner):
            continue
        connection.execute(
            update(work_item).where(work_item.c.id == item.id).values(owner=owner, state="assigned", run_id=run_id)
        )
        why = f"the findings now need {terms['credential']}"
        record(connection, item.id, at=now, who=MACHINE, what=f"assigned to {owner}", why=why, run_id=run_id)


def _refresh(connection: Connection, kept: Sequence[_Kept]) -> None:
    """A new version may have another charge or date of service."""
    for item, _, terms in kept:
        if any(getattr(item, name) != value for name, value in terms.items()):
            connection.execute(update(work_item).where(work_item.c.id == item.id).values(terms))


def _close(connection: Connection, items: Sequence[int], *, now: datetime, run_id: int) -> None:
    for item in items:
        connection.execute(update(work_item).where(work_item.c.id == item).values(state="closed", closed_at=now))
        record(connection, item, at=now, who=MACHINE, what="closed", why="no open finding is left", run_id=run_id)
