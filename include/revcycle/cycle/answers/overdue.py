"""Answers that are overdue: each alarms once; one item for those of one kind and party to one interchange.

A claim that a payer forwarded to the next one was in no interchange: it has an item of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, text

from revcycle.cycle.answers.room import lock_room
from revcycle.foundation.store.runs import Step, begin
from revcycle.foundation.work.causes import Cause, close_items, decided, open_items

ALARM = """
UPDATE expected_answer SET alarmed_at = :now
WHERE met_by IS NULL AND due_at < :now AND alarmed_at IS NULL RETURNING subject_kind, subject_id
"""
INTERCHANGES = """
SELECT DISTINCT interchange_id FROM claim_submission WHERE id = ANY (:submissions) AND interchange_id IS NOT NULL
"""
# What has an item already: a remittance that was posted meanwhile ends it.
STANDING = """
SELECT DISTINCT CASE e.subject_kind WHEN 'interchange' THEN e.subject_id ELSE s.interchange_id END AS interchange_id
FROM work_item w JOIN expected_answer e ON e.id = w.cause_id
LEFT JOIN claim_submission s ON e.subject_kind = 'submission' AND s.id = e.subject_id
WHERE w.cause_kind = 'overdue' AND w.closed_at IS NULL AND (e.subject_kind = 'interchange' OR s.interchange_id > 0)
"""
LATE = "SELECT count(*) FROM expected_answer WHERE met_by IS NULL AND alarmed_at IS NOT NULL"
GROUPS = """
WITH owed AS (
    SELECT e.id, e.kind, e.party, e.due_at, e.alarmed_at, e.met_by, i.id AS interchange_id,
           NULL::bigint AS claim_id, NULL::bigint AS encounter_id, i.amount_cents, i.claims
    FROM interchange i JOIN expected_answer e ON e.subject_kind = 'interchange' AND e.subject_id = i.id
    WHERE i.id = ANY (:interchanges)
    UNION ALL
    SELECT e.id, e.kind, e.party, e.due_at, e.alarmed_at, e.met_by, s.interchange_id, s.claim_id, s.encounter_id,
           s.amount_cents, 1
    FROM claim_submission s JOIN expected_answer e ON e.subject_kind = 'submission' AND e.subject_id = s.id
    WHERE s.interchange_id = ANY (:interchanges)
), grouped AS (
    SELECT interchange_id, kind, party, min(id) AS first,
           bool_or(met_by IS NULL AND alarmed_at = :now) AS newly,
           sum(claims) FILTER (WHERE met_by IS NULL AND alarmed_at IS NOT NULL) AS claims,
           sum(amount_cents) FILTER (WHERE met_by IS NULL AND alarmed_at IS NOT NULL) AS amount_cents,
           min(due_at) FILTER (WHERE met_by IS NULL AND alarmed_at IS NOT NULL) AS due_at,
           min(claim_id) FILTER (WHERE met_by IS NULL AND alarmed_at IS NOT NULL) AS claim_id,
           min(encounter_id) FILTER (WHERE met_by IS NULL AND alarmed_at IS NOT NULL) AS encounter_id
    FROM owed GROUP BY interchange_id, kind, party
)
SELECT g.*, i.partner, i.isa13 FROM grouped g JOIN interchange i ON i.id = g.interchange_id ORDER BY g.first
"""
# What a payer forwarded to the next one left in no interchange of ours.
FORWARDED = """
SELECT e.id AS first, e.kind, e.party, e.due_at, e.alarmed_at = :now AS newly, s.claim_id, s.encounter_id,
       s.amount_cents, c.payer
FROM expected_answer e JOIN claim_submission s ON s.id = e.subject_id AND s.transport = 'crossover'
JOIN claim c ON c.id = s.claim_id
WHERE e.subject_kind = 'submission' AND e.met_by IS NULL AND e.due_at < :now AND e.alarmed_at IS NOT NULL ORDER BY e.id
"""
FORWARDED_AND_MET = """
SELECT e.id FROM work_item w JOIN expected_answer e ON e.id = w.cause_id AND e.met_by IS NOT NULL
JOIN claim_submission s ON e.subject_kind = 'submission' AND s.id = e.subject_id AND s.transport = 'crossover'
WHERE w.cause_kind = 'overdue' AND w.closed_at IS NULL
"""


@dataclass(frozen=True)
class OverdueCounts:
    """Answers that became overdue now, and all that are."""

    newly: int
    open: int


def overdue(engine: Engine, *, now: datetime, step: Step) -> OverdueCounts:
    """Raise work for each answer that is due before `now` and did not come; each is counted in `newly` once.

    Committed before the caller fails its task for what is new, so the same answer never fails a task twice.
    """
    with engine.begin() as connection:
        lock_room(connection)
        run_id = begin(connection, step)
        late = connection.execute(text(ALARM), {"now": now}).all()
        submissions = [one.subject_id for one in late if one.subject_kind == "submission"]
        interchanges = {one.subject_id for one in late if one.subject_kind == "interchange"}
        interchanges |= set(connection.scalars(text(INTERCHANGES), {"submissions": submissions}))
        interchanges |= set(connection.scalars(text(STANDING)))
        raise_overdue(connection, sorted(interchanges), now=now, run_id=run_id)
        _raise_forwarded(connection, now=now, run_id=run_id)
        return OverdueCounts(len(late), connection.execute(text(LATE)).scalar_one())


def raise_overdue(connection: Connection, interchanges: Sequence[int], *, now: datetime, run_id: int) -> None:
    """Make the items of these interchanges match the answers that are overdue and did not come."""
    asked = {"interchanges": list(interchanges), "now": now}
    groups = connection.execute(text(GROUPS), asked).all()
    late = [one for one in groups if one.claims]
    settled = decided(connection, "overdue", [one.first for one in late])
    causes = [_cause(one) for one in late if one.newly or one.first not in settled]
    open_items(connection, causes, now=now, run_id=run_id)
    gone = [one.first for one in groups if not one.claims]
    close_items(connection, "overdue", gone, now=now, run_id=run_id, why="the answer came, or is owed no more")


def _raise_forwarded(connection: Connection, *, now: datetime, run_id: int) -> None:
    """An item for each forwarded claim of which the payer owes its remittance, until it comes."""
    rows = connection.execute(text(FORWARDED), {"now": now}).all()
    settled = decided(connection, "overdue", [row.first for row in rows])
    causes = [
        Cause(
            "overdue",
            row.first,
            "biller",
            row.encounter_id,
            row.claim_id,
            row.amount_cents,
            row.due_at.astimezone(UTC).date(),
            {"party": row.party, "kind": row.kind, "payer": row.payer},
        )
        for row in rows
        if row.newly or row.first not in settled
    ]
    open_items(connection, causes, now=now, run_id=run_id)
    gone = connection.scalars(text(FORWARDED_AND_MET)).all()
    close_items(connection, "overdue", gone, now=now, run_id=run_id, why="the answer came, or is owed no more")


def _cause(group: Row[Any]) -> Cause:
    """An item names the claim where it is one claim's."""
    alone = group.claims == 1
    detail = {"party": group.party, "kind": group.kind, "partner": group.partner, "interchange": group.isa13}
    return Cause(
        "overdue",
        group.first,
        "ops" if group.kind in ("TA1", "999") else "biller",
        group.encounter_id if alone else None,
        group.claim_id if alone else None,
        int(group.amount_cents),
        group.due_at.astimezone(UTC).date(),
        detail | {"claims": int(group.claims)},
    )
