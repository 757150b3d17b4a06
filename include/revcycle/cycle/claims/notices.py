"""Work items for claims that wait for a person: changed after sending, not writable, not covered, not enrolled."""

from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, text

from revcycle.foundation.work.causes import Cause, close_items, open_items

# A claim that was denied in part or whole is worth what was denied, until the last day to appeal that.
HELD = """
SELECT c.id, c.encounter_id, c.payer, c.state, h.reason, h.detail, e.current_version AS version,
       coalesce(min(d.cents), sum(l.charge_cents))::bigint AS cents, min(d.appeal_by) AS appeal_by,
       coalesce(min(d.reasons), '') AS denied
FROM claim_hold h JOIN claim c ON c.id = h.claim_id JOIN encounter e ON e.id = c.encounter_id
JOIN charge_line l ON l.encounter_id = e.id AND l.version = e.current_version
LEFT JOIN LATERAL (
    SELECT sum(amount_cents) AS cents, min(appeal_by) AS appeal_by,
           string_agg(DISTINCT group_code || '-' || reason, ' ' ORDER BY group_code || '-' || reason) AS reasons
    FROM denial WHERE claim_id = c.id AND closed_at IS NULL AND h.cause = 'amendment') d ON true
WHERE h.released_at IS NULL AND h.cause = :cause GROUP BY c.id, h.id, e.id ORDER BY c.id
"""
NOT_ENROLLED = """
SELECT y.id, y.code, count(DISTINCT c.id) AS claims, sum(v.charge_cents)::bigint AS cents,
       y.code NOT IN (SELECT payer FROM rule_now) AS has_no_entry
FROM claim_hold h JOIN claim c ON c.id = h.claim_id
JOIN encounter e ON e.id = c.encounter_id
JOIN encounter_version v ON v.encounter_id = e.id AND v.version = e.current_version
JOIN payer y ON y.code = c.payer AND y.superseded_at IS NULL
WHERE h.released_at IS NULL AND h.cause = 'enrollment' GROUP BY y.id, y.code ORDER BY y.code
"""
STANDING = "SELECT cause_id FROM work_item WHERE cause_kind = :kind AND closed_at IS NULL"
# Rejections are raised by the answers; a corrected claim needs nobody any more. Of a file that was refused in part,
# without saying which, no claim is held: its item stays until a person or a later answer ends it.
SETTLED = {
    "rejection": """
        SELECT w.cause_id FROM work_item w WHERE w.cause_kind = 'rejection' AND w.closed_at IS NULL AND NOT EXISTS (
            SELECT FROM claim_hold h WHERE h.cause = 'rejection' AND h.cause_id = w.cause_id AND h.released_at IS NULL)
    """,
    "set_rejection": """
        SELECT w.cause_id FROM work_item w WHERE w.cause_kind = 'set_rejection' AND w.closed_at IS NULL AND NOT EXISTS (
            SELECT FROM claim_hold h JOIN claim_submission s ON s.id = h.cause_id
            WHERE s.interchange_id = w.cause_id AND h.cause = 'rejection' AND h.released_at IS NULL)
        AND NOT EXISTS (SELECT FROM interchange i WHERE i.id = w.cause_id AND i.answered = 'partly rejected')
    """,
}
NO_ENTRY = "its `claims` in practice.yaml have no entry for today"
CODERS_COLUMNS = ("diagnosis_", "pointer_", "note", "ndc", "procedure", "modifier_", "place")
"""Columns of an 837 that are the coder's to mend; all others are the biller's."""


def raise_notices(connection: Connection, *, now: datetime, run_id: int) -> None:
    """Make the items of these kinds match the holds that stand, within an assembly, which has staged `rule_now`."""
    for kind in ("amendment", "content", "coverage", "filing"):
        causes = [_of_claim(kind, row) for row in connection.execute(text(HELD), {"cause": kind})]
        _match(connection, kind, causes, now=now, run_id=run_id)
    enrollment = [
        Cause("enrollment", row.id, "biller", amount_cents=row.cents, detail=_terms_lacking(row))
        for row in connection.execute(text(NOT_ENROLLED))
    ]
    _match(connection, "enrollment", enrollment, now=now, run_id=run_id)
    for kind, settled in SETTLED.items():
        gone = connection.scalars(text(settled)).all()
        close_items(connection, kind, gone, now=now, run_id=run_id, why="nothing holds it any more")


def of_whom(column: str) -> Literal["coder", "biller"]:
    """Whose work an element is that cannot be written; everything but the coder's is the biller's."""
    return "coder" if column.startswith(CODERS_COLUMNS) else "biller"


def _match(connection: Connection, kind: str, causes: list[Cause], *, now: datetime, run_id: int) -> None:
    open_items(connection, causes, now=now, run_id=run_id)
    wanted = {cause.id for cause in causes}
    gone = [one for one in connection.scalars(text(STANDING), {"kind": kind}) if one not in wanted]
    close_items(connection, kind, gone, now=now, run_id=run_id, why="nothing holds it any more")


def _terms_lacking(row: Any) -> dict[str, Any]:
    """Of a payer that takes no claims of ours: how many wait, and whether practice.yaml says anything of it at all."""
    lacking = {"reason": NO_ENTRY} if row.has_no_entry else {}
    return {"payer": row.code, "claims": row.claims, **lacking}


def _of_claim(kind: str, row: Any) -> Cause:
    denied = {"denied": row.denied, "version": row.version} if row.denied else {}
    return Cause(
        kind,
        row.id,
        of_whom(str(row.detail.get("column", ""))),
        encounter_id=row.encounter_id,
        claim_id=row.id,
        amount_cents=row.cents,
        due_on=row.appeal_by,
        detail={"payer": row.payer, "reason": row.reason, **denied, **row.detail},
    )
