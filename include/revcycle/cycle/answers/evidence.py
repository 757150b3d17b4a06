"""Answers become evidence of the submissions they speak of, and tell which submissions and interchanges to look at."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text

# An answer about a claim is evidence of its submission; one about a set, of every submission of the interchange.
EVENTS = """
INSERT INTO claim_event (claim_id, submission_id, source_kind, source_id, kind, party, at, detail, run_id)
SELECT s.claim_id, s.id, 'answer', a.id, a.kind || ' ' || a.code, a.party, a.at,
       jsonb_strip_nulls(jsonb_build_object(
           'verdict', a.detail->>'verdict', 'scope', coalesce(a.detail->>'scope', 'claim'),
           'received', a.detail->>'received', 'payer_claim_number', a.detail->>'payer_claim_number')), :run_id
FROM answer a
JOIN claim_submission s ON s.id = a.submission_id
WHERE a.file_id = ANY (:files) AND a.detail ? 'verdict'
UNION ALL
SELECT s.claim_id, s.id, 'answer', a.id, a.kind || ' ' || a.code, a.party, a.at,
       jsonb_build_object('verdict', a.detail->>'verdict', 'scope', a.detail->>'scope'), :run_id
FROM answer a
JOIN claim_submission s ON s.interchange_id = a.interchange_id
JOIN claim c ON c.id = s.claim_id
WHERE a.file_id = ANY (:files) AND a.submission_id IS NULL AND a.detail ? 'verdict'
  AND (NOT a.detail ? 'payers' OR a.detail->'payers' ? c.payer)
ON CONFLICT (claim_id, source_kind, source_id, kind) DO NOTHING
"""
SUBMISSIONS = """
SELECT submission_id FROM answer WHERE file_id = ANY (:files) AND submission_id IS NOT NULL AND detail ? 'verdict'
UNION
SELECT s.id FROM answer a JOIN claim_submission s ON s.interchange_id = a.interchange_id
WHERE a.file_id = ANY (:files) AND a.submission_id IS NULL AND a.detail ? 'verdict'
"""
INTERCHANGES = "SELECT DISTINCT interchange_id FROM answer WHERE file_id = ANY (:files) AND interchange_id IS NOT NULL"


@dataclass(frozen=True)
class Touched:
    """What the files speak of."""

    submissions: list[int]
    interchanges: list[int]


def record(connection: Connection, files: Sequence[int], *, run_id: int) -> Touched:
    """Write the files' answers down as evidence; the same again adds nothing."""
    asked = {"files": list(files), "run_id": run_id}
    connection.execute(text(EVENTS), asked)
    return Touched(
        list(connection.scalars(text(SUBMISSIONS), asked)), sorted(connection.scalars(text(INTERCHANGES), asked))
    )
