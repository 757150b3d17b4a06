"""The work that deadlines become: an item so many days before, escalated at the last of these days, closed when met."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, text

from revcycle.foundation.practice.limits import Warnings, stored_warnings
from revcycle.foundation.store.runs import Step, begin
from revcycle.foundation.work.causes import Cause, close_items, decided, open_items
from revcycle.foundation.work.denials import WORKED_BY
from revcycle.watch.followup.room import lock_room

DEADLINE = "deadline"
PAST_DUE, TOO_LATE = "past due", "received after its last day"
USUAL_DAYS = (30, 14, 3)  # where the payer's data names none: a deadline without a warning is a deadline missed
# The last day to appeal is for whoever has the denial now.
NEAR = f"""
SELECT d.id, d.rule_kind, d.due_on, d.state, d.evaluated_as_of, d.due_on - d.evaluated_as_of AS days_left, c.payer,
       c.id AS claim_id, c.encounter_id,
       coalesce(x.amount_cents, b.open_cents, s.amount_cents, v.charge_cents) AS cents,
       coalesce(o.queue, 'biller') AS queue, coalesce(o.owner, '') AS owner
FROM deadline d LEFT JOIN denial x ON d.subject_kind = 'denial' AND x.id = d.subject_id
JOIN claim c ON c.id = coalesce(x.claim_id, d.subject_id)
JOIN encounter e ON e.id = c.encounter_id
JOIN encounter_version v ON v.encounter_id = e.id AND v.version = e.current_version
LEFT JOIN claim_balance b ON b.claim_id = c.id
LEFT JOIN LATERAL (SELECT amount_cents FROM claim_submission WHERE claim_id = c.id ORDER BY ordinal DESC LIMIT 1) AS s
     ON TRUE
LEFT JOIN LATERAL (SELECT worked.* FROM denial d CROSS JOIN LATERAL ({WORKED_BY}) worked WHERE d.id = x.id) AS o ON TRUE
WHERE d.state IN ('open', 'late') AND d.due_on <= d.evaluated_as_of + :longest ORDER BY d.id
"""
OPEN_CAUSES = "SELECT cause_id FROM work_item WHERE cause_kind = :kind AND closed_at IS NULL"


@dataclass(frozen=True)
class RemindCounts:
    """Items opened and closed now; those that stand, and of these the ones past their last day."""

    opened: int
    closed: int
    standing: int
    past_due: int


def remind(engine: Engine, *, now: datetime, step: Step) -> RemindCounts:
    """Make the items match the deadlines that are near or past, as of the day the deadlines were last evaluated.

    What a person has settled is not raised again. Safe to run twice and at once.
    """
    with engine.begin() as connection:
        lock_room(connection)
        run_id = begin(connection, step)
        causes = _causes(connection)
        settled = decided(connection, DEADLINE, list(causes))
        wanted = [cause for deadline, cause in causes.items() if deadline not in settled]
        opened = open_items(connection, wanted, now=now, run_id=run_id)
        gone = set(connection.scalars(text(OPEN_CAUSES), {"kind": DEADLINE})) - causes.keys()
        why = "the payer has it, or the last day stands no longer"
        closed = close_items(connection, DEADLINE, gone, now=now, run_id=run_id, why=why)
    past = sum(cause.detail["stage"] in (PAST_DUE, TOO_LATE) for cause in wanted)
    return RemindCounts(opened, closed, len(wanted), past)


def _causes(connection: Connection) -> dict[int, Cause]:
    """Why there is something to do, by deadline."""
    rules: dict[str, list[Warnings]] = {}
    for rule in stored_warnings(connection):
        rules.setdefault(rule.payer, []).append(rule)
    longest = max((max(rule.days_before) for one in rules.values() for rule in one), default=0)
    rows = connection.execute(text(NEAR), {"longest": max(longest, *USUAL_DAYS)})
    return {row.id: cause for row in rows if (cause := _cause(row, rules))}


def _cause(row: Row[Any], rules: Mapping[str, Iterable[Warnings]]) -> Cause | None:
    """None while none of the warning days is reached."""
    rule = next((one for one in rules.get(row.payer, ()) if one.covers(row.evaluated_as_of)), None)
    days = rule.days_before if rule else USUAL_DAYS
    reached = [day for day in days if row.days_left <= day]
    if row.days_left >= 0 and row.state == "open" and not reached:
        return None
    over = row.days_left < 0 or row.state == "late"
    stage = TOO_LATE if row.state == "late" else PAST_DUE if over else f"within {reached[-1]} days"
    last = over or len(reached) == len(days)
    return Cause(
        DEADLINE,
        row.id,
        row.queue,
        row.encounter_id,
        row.claim_id,
        row.cents,
        row.due_on,
        {"deadline": row.rule_kind, "payer": row.payer, "stage": stage},
        priority_terms={"warning": len(days) + 1 if over else len(reached), "of": len(days)},
        owner=row.owner,
        escalates_to=rule.escalates_to if rule and last else "",
    )
