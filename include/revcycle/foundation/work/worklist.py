"""The worklist as coders and billers read it, and one item whole. Both show PHI: to the user's own terminal only."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, text

from revcycle.foundation.errors import InputUnusable
from revcycle.foundation.work.access import log_access
from revcycle.foundation.work.items import EDITS
from revcycle.foundation.work.wording import sentence

ITEMS = """
SELECT w.id AS item, w.cause_kind AS kind, w.queue, w.state, w.owner, w.due_on, w.amount_cents, w.credential,
       w.specialty, w.detail, e.source_encounter_id AS encounter, p.patient_id,
       p.last_name || ', ' || p.first_name AS patient, c.claim_number AS claim,
       (SELECT string_agg(DISTINCT f.rule, ' ' ORDER BY f.rule) FROM finding f
        WHERE w.cause_kind = 'edits' AND f.encounter_id = e.id AND f.version = e.current_version AND f.state = 'open'
          AND f.severity IN ('block', 'review')) AS rules
FROM work_item w
LEFT JOIN encounter e ON e.id = w.encounter_id
LEFT JOIN encounter_version v ON v.encounter_id = e.id AND v.version = e.current_version
LEFT JOIN patient p ON p.patient_id = v.patient_id AND p.superseded_at IS NULL
LEFT JOIN claim c ON c.id = w.claim_id
WHERE (:closed OR w.closed_at IS NULL) AND (:owner = '' OR w.owner = :owner) AND (:queue = '' OR w.queue = :queue)
  AND (:find = '' OR e.source_encounter_id ILIKE :like OR p.source_patient_id ILIKE :like
       OR p.last_name || ', ' || p.first_name ILIKE :like OR p.first_name || ' ' || p.last_name ILIKE :like
       OR e.id IN (SELECT k.encounter_id FROM claim k WHERE k.claim_number ILIKE :like
                   UNION ALL SELECT s.encounter_id FROM claim_submission s WHERE s.patient_control_number ILIKE :like))
  AND (CAST(:item AS bigint) IS NULL OR w.id = :item)
ORDER BY w.due_on NULLS LAST, w.amount_cents DESC, w.id
"""
CLAIM = """
SELECT c.claim_number, c.payer, c.state,
       (SELECT string_agg(s.patient_control_number, ' ' ORDER BY s.ordinal) FROM claim_submission s
        WHERE s.claim_id = c.id AND s.interchange_id IS NOT NULL) AS patient_control_numbers
FROM claim c JOIN work_item w ON w.claim_id = c.id WHERE w.id = :item
"""
FILE = """
SELECT f.first_name, f.recorded_at FROM work_item w JOIN received_file f ON f.id = CASE w.cause_kind
    WHEN 'quarantined_file' THEN w.cause_id
    WHEN 'quarantined_remittance' THEN (SELECT r.file_id FROM remittance r WHERE r.id = w.cause_id)
    WHEN 'unmatched_answer' THEN (SELECT a.file_id FROM answer a WHERE a.id = w.cause_id) END
WHERE w.id = :item
"""
FINDINGS = """
SELECT f.rule, f.severity, f.lines, f.codes, f.details, f.others, f.others_count, f.release, f.state,
       f.overridden_by, f.override_reason
FROM finding f JOIN work_item w ON w.encounter_id = f.encounter_id AND w.cause_kind = 'edits'
JOIN encounter e ON e.id = f.encounter_id AND e.current_version = f.version
WHERE w.id = :item AND f.state <> 'fixed' ORDER BY f.lines[1], f.rule, f.codes
"""
LINES = """
SELECT l.line, l.date_from, l.date_to, l.place_of_service, l.procedure, l.modifiers, l.units, l.charge_cents,
       l.pointers, l.rendering_npi
FROM charge_line l JOIN encounter e ON e.id = l.encounter_id AND e.current_version = l.version
JOIN work_item w ON w.encounter_id = e.id WHERE w.id = :item ORDER BY l.line
"""
DIAGNOSES = """
SELECT d.code FROM diagnosis d JOIN encounter e ON e.id = d.encounter_id AND e.current_version = d.version
JOIN work_item w ON w.encounter_id = e.id WHERE w.id = :item ORDER BY d.position
"""
EVENTS = "SELECT at, who, what, why FROM work_event WHERE item_id = :item ORDER BY ordinal"


def worklist(
    engine: Engine, *, now: datetime, who: str, find: str = "", owner: str = "", queue: str = "", closed: bool = False
) -> list[dict[str, Any]]:
    """The items in the order to work them: by deadline, then money at stake; of one queue, or of all."""
    with engine.begin() as connection:
        asked = {"find": find, "like": f"%{find}%", "owner": owner, "queue": queue, "closed": closed, "item": None}
        rows = _rows(connection, ITEMS, asked)
        log_access(connection, at=now, who=who, what="work list")
    return [_told(row) for row in rows]


def show(engine: Engine, item: int, *, now: datetime, who: str) -> dict[str, Any]:
    """One item with its encounter's lines, diagnoses, findings and history; the look is written to the access log."""
    with engine.begin() as connection:
        asked = {"find": "", "like": "", "owner": "", "queue": "", "closed": True, "item": item}
        found = _rows(connection, ITEMS, asked)
        if not found:
            raise InputUnusable(f"There is no work item {item}; `./revcycle work list` shows the open ones.")
        log_access(connection, at=now, who=who, what="work show", patient_id=found[0]["patient_id"])
        parts = {"claims": CLAIM, "files": FILE, "findings": FINDINGS, "lines": LINES, "events": EVENTS}
        whole = _told(found[0]) | {name: _rows(connection, query, {"item": item}) for name, query in parts.items()}
        whole["diagnoses"] = [row["code"] for row in _rows(connection, DIAGNOSES, {"item": item})]
    return whole


def _told(row: dict[str, Any]) -> dict[str, Any]:
    """The row with `what`: the open rules of a coder's item, else the cause in a few words."""
    return row | {"what": (row["rules"] or "") if row["kind"] == EDITS else sentence(row["kind"], row["detail"])}


def _rows(connection: Connection, query: str, asked: dict[str, Any]) -> list[dict[str, Any]]:
    return [dict(row) for row in connection.execute(text(query), asked).mappings()]
