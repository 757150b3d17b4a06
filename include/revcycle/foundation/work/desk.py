"""What a member of staff does with an item: take it, pass it on, note something, override a finding."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, select, text, update

from revcycle.foundation.errors import InputUnusable
from revcycle.foundation.store.runs import Step, begin
from revcycle.foundation.store.tables import finding, staff, work_item
from revcycle.foundation.work.access import log_access
from revcycle.foundation.work.items import EDITS, MACHINE, record

OPEN_FINDINGS = """
SELECT f.id FROM finding f
JOIN encounter e ON e.id = f.encounter_id AND e.current_version = f.version
WHERE f.encounter_id = :encounter AND f.state = 'open' AND f.severity IN ('block', 'review')
  AND (:rule = '' OR f.rule = :rule) FOR UPDATE OF f
"""

PATIENT = """
SELECT v.patient_id FROM encounter_version v
JOIN encounter e ON e.id = v.encounter_id AND e.current_version = v.version WHERE e.id = :encounter
"""


def assign(engine: Engine, item: int, *, to: str, by: str, now: datetime, step: Step) -> None:
    """Give the item to another active member of staff."""
    with _item(engine, item, "work assign", by=by, now=now, step=step) as (connection, _, run_id):
        active_staff(connection, to, "--to")
        connection.execute(update(work_item).where(work_item.c.id == item).values(owner=to, state="assigned"))
        record(connection, item, at=now, who=by, what=f"assigned to {to}", run_id=run_id)


def note(engine: Engine, item: int, *, words: str, by: str, now: datetime, step: Step) -> None:
    """Add a note. It may hold PHI: it is shown by `work show` only."""
    if not words.strip():
        raise InputUnusable("The note is empty: give its text.")
    with _item(engine, item, "work note", by=by, now=now, step=step) as (connection, _, run_id):
        record(connection, item, at=now, who=by, what="note", why=words, run_id=run_id)


def override(
    engine: Engine, item: int, *, reason: str, by: str, now: datetime, step: Step, rule: str = ""
) -> tuple[int, bool]:
    """Let findings stand as they are: those of one rule, or all open ones of the item's encounter.

    Kept with person and reason for the auditor; lasts for this version of the encounter. Returns how many findings
    were overridden, and whether that closed the item.
    """
    if not reason.strip():
        raise InputUnusable("An override needs a reason: give --reason.")
    with _item(engine, item, "work override", by=by, now=now, step=step) as (connection, row, run_id):
        if row.cause_kind != EDITS:
            raise InputUnusable(f"Work item {item} is no coder's finding: `./revcycle work resolve` decides it.")
        encounter = row.encounter_id
        found = connection.scalars(text(OPEN_FINDINGS), {"encounter": encounter, "rule": rule}).all()
        if not found:
            wanted = f" of rule {rule}" if rule else ""
            raise InputUnusable(
                f"Work item {item} has no open finding{wanted}; `./revcycle work show {item}` lists them."
            )
        connection.execute(
            update(finding)
            .where(finding.c.id.in_(found))
            .values(state="overridden", overridden_by=by, override_reason=reason, overridden_at=now, run_id=run_id)
        )
        record(
            connection, item, at=now, who=by, what=f"overrode {rule or 'all'} ({len(found)})", why=reason, run_id=run_id
        )
        closed = not connection.scalars(text(OPEN_FINDINGS), {"encounter": encounter, "rule": ""}).all()
        if closed:
            connection.execute(update(work_item).where(work_item.c.id == item).values(state="closed", closed_at=now))
            record(connection, item, at=now, who=MACHINE, what="closed", why="no open finding is left", run_id=run_id)
    return len(found), closed


def open_item(connection: Connection, item: int) -> Row[Any]:
    """The open item's row, locked; raises InputUnusable where there is none."""
    row = connection.execute(select(work_item).where(work_item.c.id == item).with_for_update()).one_or_none()
    if row is None:
        raise InputUnusable(f"There is no work item {item}; `./revcycle work list` shows the open ones.")
    if row.closed_at is not None:
        raise InputUnusable(f"Work item {item} is closed; a cause that returns opens a new one.")
    return row


def log_change(connection: Connection, row: Row[Any], act: str, *, by: str, now: datetime, run_id: int) -> None:
    """The access log's row for a change of an item, naming the patient it is about."""
    patient = connection.execute(text(PATIENT), {"encounter": row.encounter_id}).scalar()
    log_access(connection, at=now, who=by, what=act, patient_id=patient, run_id=run_id)


@contextmanager
def _item(
    engine: Engine, item: int, act: str, *, by: str, now: datetime, step: Step
) -> Iterator[tuple[Connection, Row[Any], int]]:
    """The open item's row, locked, and the `run` row of this act, which the access log keeps too."""
    with engine.begin() as connection:
        active_staff(connection, by, "--by")
        row = open_item(connection, item)
        run_id = begin(connection, step)
        log_change(connection, row, act, by=by, now=now, run_id=run_id)
        yield connection, row, run_id


def active_staff(connection: Connection, username: str, option: str) -> None:
    """Raises InputUnusable where `username`, given by `option`, is not on the active staff."""
    query = select(staff.c.username).where(staff.c.superseded_at.is_(None)).order_by(staff.c.username)
    known = connection.scalars(query).all()
    if username not in known:
        staffed = ", ".join(known) or "none"
        raise InputUnusable(f"{option} {username!r} is not an active member of staff; practice.yaml has {staffed}.")
