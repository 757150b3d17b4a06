"""Items that are not the coders' edits: one open item a cause, for whoever has the role, closed with the cause."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import Connection, Row, text, update
from sqlalchemy.dialects.postgresql import insert

from revcycle.foundation.store.tables import work_event, work_item
from revcycle.foundation.work.items import LAST_CLOSED, MACHINE, due_dates, record, staff_with
from revcycle.foundation.work.routing import Need, choose

STANDING = """
SELECT * FROM work_item WHERE cause_kind = :kind AND cause_id = ANY (:causes) AND closed_at IS NULL
ORDER BY id FOR UPDATE
"""
CLOSE = "UPDATE work_item SET state = 'closed', closed_at = :now WHERE id = ANY (:items)"
RECORD = """
INSERT INTO work_event (item_id, ordinal, at, who, what, why, run_id)
SELECT item, coalesce((SELECT max(e.ordinal) FROM work_event e WHERE e.item_id = item), 0) + 1,
       :now, :who, :what, :why, :run_id
FROM unnest(CAST(:items AS bigint[])) AS item
"""
CLAIM_NUMBERS = "SELECT id, claim_number FROM claim WHERE id = ANY (:claims)"
DECIDED = """
SELECT DISTINCT w.cause_id FROM work_item w JOIN action a ON a.item_id = w.id AND a.state = 'done'
WHERE w.cause_kind = :kind AND w.cause_id = ANY (:causes)
"""
ESCALATED, FOLLOWED = "escalated_to", "follows"
GIVEN_BECAUSE = {ESCALATED: "escalated: its last day is near or past", FOLLOWED: "what it is about is theirs now"}
TERMS = ("queue", "credential", "specialty", "due_on", "amount_cents", "encounter_id", "claim_id", "detail")


@dataclass(frozen=True)
class Cause:
    """Why there is something to do. `kind` and `id` name it: of one cause one item is open at most.

    kind and id: `rejection` and `possible_duplicate` claim_submission.id; `amendment`, `content`, `filing`, `coverage`
    and `reopening` claim.id; `enrollment` payer.id; `doubt`, `set_rejection` and `duplicate_number` interchange.id;
    `overdue` expected_answer.id; `unmatched_answer` answer.id; `quarantined_file` received_file.id;
    `deadline` deadline.id; `denial` denial.id; `overpayment`, `further_payer` and `billed_twice` claim.id;
    `quarantined_remittance`, `payment_conflict`, `undone_remittance` and `provider_adjustment` remittance.id;
    `unmatched_payment`, `sent_on`, `adjustment_waiting` and `reversal_unmatched` remittance_claim.id.
    `due_on` is the encounter's last day of filing unless another day is given. `detail` holds codes, numbers and names
    of fields, never a patient's data. `owner` has what the item is about, and gets it whenever that is somebody else
    than before. `escalates_to` gets the item, whoever had it, once: when it is first named.
    """

    kind: str
    id: int
    queue: Literal["biller", "coder", "ops"]
    encounter_id: int | None = None
    claim_id: int | None = None
    amount_cents: int = 0
    due_on: date | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)
    credential: str = ""
    specialty: str = ""
    priority_terms: Mapping[str, Any] = field(default_factory=dict)
    owner: str = ""
    escalates_to: str = ""


def open_items(connection: Connection, causes: Sequence[Cause], *, now: datetime, run_id: int) -> int:
    """Open an item for each cause that has none open, bring the others up to date; returns how many were opened.

    The owner is chosen among the staff who have the queue's role, by the claim's number or else by the detail, so that
    the same causes in another order go to the same people. What a person changed of an open item stays.
    """
    opened = 0
    for kind in sorted({cause.kind for cause in causes}):
        wanted = {cause.id: cause for cause in sorted(causes, key=lambda cause: cause.id) if cause.kind == kind}
        opened += _open_kind(connection, kind, wanted, now=now, run_id=run_id)
    return opened


def close_items(
    connection: Connection, kind: str, ids: Collection[int], *, now: datetime, run_id: int, why: str
) -> int:
    """Close the open items of these causes, because they are gone; returns how many there were."""
    if not ids:
        return 0
    standing = connection.execute(text(STANDING), {"kind": kind, "causes": sorted(ids)}).all()
    if not standing:
        return 0
    items = [row.id for row in standing]
    connection.execute(text(CLOSE), {"items": items, "now": now})
    said = {"items": items, "now": now, "who": MACHINE, "what": "closed", "why": why, "run_id": run_id}
    connection.execute(text(RECORD), said)
    return len(items)


def decided(connection: Connection, kind: str, ids: Collection[int]) -> set[int]:
    """The causes among these that a person has settled: nobody is asked about them again."""
    if not ids:
        return set()
    return set(connection.scalars(text(DECIDED), {"kind": kind, "causes": sorted(ids)}))


def _open_kind(connection: Connection, kind: str, wanted: Mapping[int, Cause], *, now: datetime, run_id: int) -> int:
    asked = {"kind": kind, "causes": list(wanted)}
    standing = {row.cause_id: row for row in connection.execute(text(STANDING), asked)}
    due = due_dates(connection, [cause.encounter_id for cause in wanted.values() if cause.encounter_id is not None])
    terms = {cause.id: _terms(cause, due) for cause in wanted.values()}
    for cause_id, row in standing.items():
        if any(getattr(row, name) != value for name, value in terms[cause_id].items()):
            connection.execute(update(work_item).where(work_item.c.id == row.id).values(terms[cause_id]))
        _hand_on(connection, row, wanted[cause_id], now=now, run_id=run_id)
    new = [wanted[cause_id] for cause_id in wanted if cause_id not in standing]
    if not new:
        return 0
    before = {row.cause_id: row.id for row in connection.execute(text(LAST_CLOSED), asked)}
    owners = _owners(connection, new)
    rows = [
        terms[cause.id]
        | {
            "cause_kind": kind,
            "cause_id": cause.id,
            "owner": owner,
            "state": "assigned" if owner else "open",
            "previous_item": before.get(cause.id),
            "run_id": run_id,
        }
        for cause, owner in zip(new, owners, strict=True)
    ]
    # Somebody else may open an item of the same cause at this moment: then theirs stands.
    items = connection.scalars(insert(work_item).on_conflict_do_nothing().returning(work_item.c.id), rows).all()
    events = [
        {"item_id": item, "ordinal": 1, "at": now, "who": MACHINE, "what": "opened", "run_id": run_id} for item in items
    ]
    if events:
        connection.execute(work_event.insert(), events)
    return len(items)


def _terms(cause: Cause, due: Mapping[int, date]) -> dict[str, Any]:
    """What follows the cause for as long as its item is open."""
    terms = {name: getattr(cause, name) for name in TERMS}
    if cause.due_on is None and cause.encounter_id is not None:
        terms["due_on"] = due.get(cause.encounter_id)
    named = {name: to for name, to in ((ESCALATED, cause.escalates_to), (FOLLOWED, cause.owner)) if to}
    return terms | {"detail": dict(cause.detail), "priority_terms": {**cause.priority_terms, **named}}


def _hand_on(connection: Connection, item: Row[Any], cause: Cause, *, now: datetime, run_id: int) -> None:
    """Give an open item over when somebody is named for the first time; who gets it then may give it on."""
    name, to = (ESCALATED, cause.escalates_to) if cause.escalates_to else (FOLLOWED, cause.owner)
    if not to or to in (item.owner, item.priority_terms.get(name)) or item.state == "resolved":
        return
    connection.execute(
        update(work_item).where(work_item.c.id == item.id).values(owner=to, state="assigned", run_id=run_id)
    )
    why = GIVEN_BECAUSE[name]
    record(connection, item.id, at=now, who=MACHINE, what=f"assigned to {to}", why=why, run_id=run_id)


def _owners(connection: Connection, causes: Sequence[Cause]) -> list[str]:
    """The username each item goes to; empty where nobody has the role."""
    people = {queue: staff_with(connection, queue) for queue in {cause.queue for cause in causes}}
    claims = sorted({cause.claim_id for cause in causes if cause.claim_id is not None})
    numbers = {row.id: row.claim_number for row in connection.execute(text(CLAIM_NUMBERS), {"claims": claims})}
    owners = []
    for cause in causes:
        key = numbers.get(cause.claim_id) or json.dumps(dict(cause.detail), sort_keys=True)
        chosen = choose(key, Need(cause.credential, cause.specialty), people[cause.queue])
        owners.append(cause.escalates_to or cause.owner or chosen)
    return owners
