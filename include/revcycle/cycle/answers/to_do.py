"""The items that answers open and close: what was rejected, may be twice at the payer, or answers nothing of ours."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, text

from revcycle.cycle.answers.caught_by import Place
from revcycle.foundation.work.causes import Cause, close_items, decided, open_items

REJECTIONS = """
SELECT s.id, s.encounter_id, s.claim_id, s.amount_cents, h.detail
FROM claim_hold h JOIN claim_submission s ON s.id = h.cause_id AND s.claim_id = h.claim_id
WHERE h.cause = 'rejection' AND h.released_at IS NULL AND s.id = ANY (:ids) AND NOT h.detail ? 'set'
"""
# One item for the whole set: its claims are held for the same cause, or it is not known which of them were refused.
SET_REJECTIONS = """
SELECT i.id, i.partner, i.isa13, i.answered, i.claims, i.amount_cents, held.claims AS held, held.amount, held.detail
FROM interchange i
LEFT JOIN LATERAL (
    SELECT count(*) AS claims, sum(s.amount_cents) AS amount, (array_agg(h.detail ORDER BY s.position))[1] AS detail
    FROM claim_submission s JOIN claim_hold h ON h.claim_id = s.claim_id AND h.cause = 'rejection'
         AND h.cause_id = s.id AND h.released_at IS NULL AND h.detail ? 'set'
    WHERE s.interchange_id = i.id) AS held ON TRUE
WHERE i.id = ANY (:ids) AND (held.claims > 0 OR i.answered = 'partly rejected')
"""
# A rejection that was taken back after the claim had gone again (or is void).
DUPLICATES = """
SELECT s.id, s.encounter_id, s.claim_id, s.amount_cents, i.partner, i.isa13, o.party
FROM claim_submission s JOIN payer_opinion o ON o.submission_id = s.id JOIN claim c ON c.id = s.claim_id
JOIN interchange i ON i.id = s.interchange_id
WHERE s.id = ANY (:ids) AND s.closed_because = 'rejected' AND o.verdict <> 'rejected'
  AND (c.state = 'void' OR c.state IN ('open', 'submitted') AND EXISTS (
      SELECT 1 FROM claim_submission n
      WHERE n.claim_id = s.claim_id AND n.ordinal > s.ordinal AND n.interchange_id IS NOT NULL))
"""
# TA1 note 025 for what was sent once: the partner knows the number from something else. A 999 or 277CA settles it.
DUPLICATE_NUMBERS = """
SELECT i.id, i.partner, i.isa13, i.claims, i.amount_cents FROM interchange i
WHERE i.id = ANY (:ids)
  AND EXISTS (SELECT 1 FROM answer a WHERE a.interchange_id = i.id AND a.kind = 'TA1' AND a.detail->>'note' = '025')
  AND NOT EXISTS (SELECT 1 FROM answer a WHERE a.interchange_id = i.id AND a.kind <> 'TA1')
  AND (SELECT count(*) FROM publish_attempt p
       WHERE p.interchange_id = i.id AND p.reached IN ('in_doubt', 'published')) <= 1
"""
UNMATCHED = """
SELECT min(a.id) AS first, count(*) AS answers, min(a.position) AS position, min(a.kind) AS kind,
       min(a.party) AS party, f.partner, f.sha256
FROM answer a JOIN received_file f ON f.id = a.file_id
WHERE f.id = :file AND a.interchange_id IS NULL AND (a.level NOT IN ('batch', 'provider') OR a.detail ? 'verdict')
GROUP BY a.st_index, f.partner, f.sha256
"""


def rejections(connection: Connection, submissions: Sequence[int], *, now: datetime, run_id: int) -> None:
    """An item for each claim that is held by its own rejection: the coder's where an edit of theirs missed it."""
    _match(connection, "rejection", REJECTIONS, submissions, _rejection, now=now, run_id=run_id)


def set_rejections(connection: Connection, interchanges: Sequence[int], *, now: datetime, run_id: int) -> None:
    """One item for each interchange that was refused without naming claims."""
    _match(connection, "set_rejection", SET_REJECTIONS, interchanges, _set_rejection, now=now, run_id=run_id)


def duplicates(
    connection: Connection, interchanges: Sequence[int], submissions: Sequence[int], *, now: datetime, run_id: int
) -> None:
    """Items for what the payer may have twice, and for numbers that the partner knows from something else."""
    _match(connection, "possible_duplicate", DUPLICATES, submissions, _duplicate, now=now, run_id=run_id)
    _match(connection, "duplicate_number", DUPLICATE_NUMBERS, interchanges, _duplicate_number, now=now, run_id=run_id)


def unmatched(connection: Connection, file: int, *, now: datetime, run_id: int) -> int:
    """One item for each set of a file that answers something unknown, by its first such answer; returns how many.

    That a payer names a batch by a number of somebody on the way is usual: it matters only where the batch is refused.
    """
    causes = [_unmatched(row) for row in connection.execute(text(UNMATCHED), {"file": file})]
    wanted = {one.id for one in causes}
    settled = decided(connection, "unmatched_answer", wanted)
    open_items(connection, [one for one in causes if one.id not in settled], now=now, run_id=run_id)
    others = set(connection.scalars(text("SELECT id FROM answer WHERE file_id = :file"), {"file": file})) - wanted
    close_items(connection, "unmatched_answer", others, now=now, run_id=run_id, why="it is known what it answers")
    return len(causes)


def quarantined(connection: Connection, file: Row[Any], codes: Sequence[str], *, now: datetime, run_id: int) -> None:
    """An item for a file of which something cannot be used; without `codes` it is closed."""
    if codes:
        detail = {"partner": file.partner, "kind": file.kind, "codes": list(codes), "file": file.sha256}
        open_items(connection, [Cause("quarantined_file", file.id, "ops", detail=detail)], now=now, run_id=run_id)
    else:
        close_items(connection, "quarantined_file", [file.id], now=now, run_id=run_id, why="it could be read")


def _match(
    connection: Connection,
    kind: str,
    query: str,
    ids: Sequence[int],
    cause: Callable[[Row[Any]], Cause],
    *,
    now: datetime,
    run_id: int,
) -> None:
    """Make the items of these subjects match what the query finds; what a person settled is not asked again."""
    causes = [cause(row) for row in connection.execute(text(query), {"ids": list(ids)})]
    wanted = {one.id for one in causes}
    settled = decided(connection, kind, wanted) if kind != "rejection" else set()
    open_items(connection, [one for one in causes if one.id not in settled], now=now, run_id=run_id)
    close_items(connection, kind, set(ids) - wanted, now=now, run_id=run_id, why="later answers took the cause away")


def _rejection(row: Row[Any]) -> Cause:
    credential = Place(edit=row.detail.get("edit", "")).needs()
    return Cause(
        "rejection",
        row.id,
        "coder" if credential else "biller",
        row.encounter_id,
        row.claim_id,
        row.amount_cents,
        detail=row.detail,
        credential=credential,
    )


def _set_rejection(row: Row[Any]) -> Cause:
    if row.held:
        detail = {name: value for name, value in row.detail.items() if name != "set"} | {"claims": row.held}
        return Cause("set_rejection", row.id, "biller", amount_cents=int(row.amount), detail=detail)
    detail = _interchange(row) | {"claims": row.claims, "kind": "999", "codes": ["P"]}
    return Cause("set_rejection", row.id, "biller", amount_cents=row.amount_cents, detail=detail)


def _duplicate(row: Row[Any]) -> Cause:
    detail = _interchange(row) | {"party": row.party}
    return Cause(
        "possible_duplicate", row.id, "biller", row.encounter_id, row.claim_id, row.amount_cents, detail=detail
    )


def _duplicate_number(row: Row[Any]) -> Cause:
    detail = _interchange(row) | {"claims": row.claims, "kind": "TA1", "codes": ["025"]}
    return Cause("duplicate_number", row.id, "ops", amount_cents=row.amount_cents, detail=detail)


def _unmatched(row: Row[Any]) -> Cause:
    detail = {"party": row.party, "kind": row.kind, "partner": row.partner, "file": row.sha256}
    return Cause(
        "unmatched_answer", row.first, "biller", detail=detail | {"position": row.position, "answers": row.answers}
    )


def _interchange(row: Row[Any]) -> dict[str, Any]:
    return {"partner": row.partner, "interchange": row.isa13}
