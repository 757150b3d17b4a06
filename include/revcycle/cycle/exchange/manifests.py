"""Interchanges back into the tables, from their manifests: as sent as far as anybody knows, so in doubt.

All is staged in temporary tables of the transaction first: `sent`, a row a claim of a manifest, with the encounter
version it was made of, found by source id and content.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from revcycle.foundation.archive import Archive
from revcycle.foundation.register import LINE_NUMBER, Unknown
from revcycle.foundation.store.numbers import last_number, lift
from revcycle.foundation.x12.claim_numbers import claim_number

STAGE = """
CREATE TEMP TABLE sent ON COMMIT DROP AS
SELECT c.*, v.encounter_id, v.version AS found_version, v.patient_id, NULL::bigint AS claim_id, true AS stands
FROM jsonb_to_recordset(CAST(:claims AS jsonb)) AS c (
    partner text, isa13 bigint, prepared_at timestamptz, claim_number text, ordinal integer, source_system text,
    source_encounter_id text, version integer, content_sha256 text, responsibility text, split integer, payer text,
    frequency text, patient_control_number text, payer_claim_number text, amount_cents bigint, "position" integer,
    lines jsonb)
LEFT JOIN LATERAL (
    SELECT v.encounter_id, v.version, v.patient_id
    FROM encounter e JOIN encounter_version v ON v.encounter_id = e.id
    WHERE e.source_system = c.source_system AND e.source_encounter_id = c.source_encounter_id
      AND v.content_sha256 = c.content_sha256
    ORDER BY v.version = c.version DESC, v.version DESC LIMIT 1) v ON true
"""
MISSING = """
SELECT DISTINCT source_system, source_encounter_id FROM sent WHERE encounter_id IS NULL ORDER BY 1, 2
"""
# What was made after the restore and not sent may be numbered anew or given up; what was sent stays.
TAKEN = """
SELECT DISTINCT c.id, c.claim_number,
       EXISTS (SELECT FROM claim_submission x WHERE x.claim_id = c.id AND x.interchange_id IS NOT NULL) AS was_sent
FROM sent s JOIN claim c ON c.claim_number = s.claim_number
WHERE (c.encounter_id, c.responsibility, c.split) <> (s.encounter_id, s.responsibility, s.split)
ORDER BY c.id
"""
RENUMBER = (
    """
UPDATE claim SET claim_number = n.number
FROM unnest(CAST(:claims AS bigint[]), CAST(:numbers AS text[])) AS n (id, number) WHERE claim.id = n.id
""",
    """
UPDATE claim_submission x SET patient_control_number = c.claim_number || lpad(x.ordinal::text, 2, '0')
FROM claim c WHERE c.id = x.claim_id AND c.id = ANY (:claims)
""",
    f"""
UPDATE submission_line l SET line_control_number = {LINE_NUMBER.format("x", "l.line")}
FROM claim_submission x WHERE x.id = l.submission_id AND x.claim_id = ANY (:claims)
""",
)
# A bill that was made void (its coverage moved, the payer confirmed the void) and made again has a later number and was
# sent later. What was sent in another order was sent after the restore.
SENT_OTHERWISE = """
SELECT DISTINCT s.claim_number FROM sent s
JOIN claim c ON c.encounter_id = s.encounter_id AND c.responsibility = s.responsibility AND c.split = s.split
JOIN LATERAL (SELECT max(i.prepared_at) AS prepared_at FROM claim_submission x
              JOIN interchange i ON i.id = x.interchange_id WHERE x.claim_id = c.id) last ON true
WHERE c.state <> 'void' AND c.claim_number <> s.claim_number
  AND (c.claim_number < s.claim_number AND last.prepared_at > s.prepared_at
       OR c.claim_number > s.claim_number AND last.prepared_at < s.prepared_at)
ORDER BY 1
"""
STANDS = """
UPDATE sent s SET stands = false
WHERE EXISTS (SELECT FROM sent later WHERE later.encounter_id = s.encounter_id
              AND later.responsibility = s.responsibility AND later.split = s.split
              AND later.claim_number > s.claim_number)
   OR EXISTS (SELECT FROM claim c JOIN claim_submission x ON x.claim_id = c.id AND x.interchange_id IS NOT NULL
              WHERE c.encounter_id = s.encounter_id AND c.responsibility = s.responsibility AND c.split = s.split
              AND c.state <> 'void' AND c.claim_number > s.claim_number)
"""
DROP_INCOMPLETE = """
DELETE FROM sent WHERE (partner, isa13) IN (
    SELECT partner, isa13 FROM sent WHERE encounter_id IS NULL OR claim_number = ANY (:conflicts))
"""
OBJECTS = """
INSERT INTO archive_object (sha256, bytes, run_id) VALUES (:sha256, :bytes, :run_id) ON CONFLICT DO NOTHING
"""
INTERCHANGES = """
INSERT INTO interchange (partner, isa13, gs06, bht03, usage, billing_npi, remote_name, sha256, manifest_sha256, bytes,
    claims, amount_cents, prepared_at, state, run_id)
SELECT :partner, :isa13, :gs06, :bht03, :usage, :billing_npi, :remote_name, :sha256, :manifest_sha256, :size,
       count(*), sum(amount_cents), CAST(:prepared_at AS timestamptz), 'in_doubt', :run_id
FROM sent WHERE partner = :partner AND isa13 = :isa13 HAVING count(*) > 0
RETURNING *
"""
# Bills made again under new numbers, after the restore, that were not sent; and those that a later one replaced.
OTHERS = """
UPDATE claim c SET state = 'void' FROM sent s
WHERE c.encounter_id = s.encounter_id AND c.responsibility = s.responsibility AND c.split = s.split
  AND c.state <> 'void' AND c.claim_number <> s.claim_number AND s.stands
"""
# A claim goes on as its last submission was sent; what the database knows to have gone on after that stays.
CLAIMS = """
INSERT INTO claim (claim_number, encounter_id, responsibility, split, payer, state, next_frequency,
    payer_claim_number, run_id)
SELECT DISTINCT ON (claim_number) claim_number, encounter_id, responsibility, split, payer,
       CASE WHEN stands THEN 'submitted' ELSE 'void' END, frequency, payer_claim_number, :run_id
FROM sent ORDER BY claim_number, ordinal DESC
ON CONFLICT (claim_number) DO UPDATE SET state = excluded.state, next_frequency = excluded.next_frequency,
    payer_claim_number = coalesce(nullif(excluded.payer_claim_number, ''), claim.payer_claim_number)
WHERE claim.state = 'open' OR claim.state <> 'void' AND NOT EXISTS (
    SELECT FROM claim_submission x JOIN sent s ON s.claim_number = claim.claim_number AND x.ordinal >= s.ordinal
    WHERE x.claim_id = claim.id)
"""
FIND_CLAIMS = "UPDATE sent SET claim_id = c.id FROM claim c WHERE c.claim_number = sent.claim_number"
CLOSE = """
UPDATE claim_submission x SET closed_at = :now, closed_because = 'reconciled'
WHERE x.closed_at IS NULL
  AND (x.claim_id IN (SELECT claim_id FROM sent) OR x.claim_id IN (SELECT id FROM claim WHERE state = 'void'))
"""
FORGET_LINES = """
DELETE FROM submission_line l USING claim_submission x JOIN sent s ON s.claim_id = x.claim_id AND s.ordinal = x.ordinal
WHERE l.submission_id = x.id
"""
SUBMISSIONS = """
INSERT INTO claim_submission (claim_id, ordinal, encounter_id, version, patient_row, coverage_row,
    patient_control_number, frequency, payer_claim_number, amount_cents, interchange_id, "position", closed_at,
    closed_because, run_id)
SELECT s.claim_id, s.ordinal, s.encounter_id, s.found_version, coalesce(p.id, 0), coalesce(k.id, 0),
       s.patient_control_number, s.frequency, s.payer_claim_number, s.amount_cents, i.id, s."position",
       CASE WHEN NOT s.stands OR s.ordinal < max(s.ordinal) OVER same THEN CAST(:now AS timestamptz) END,
       CASE WHEN NOT s.stands OR s.ordinal < max(s.ordinal) OVER same THEN 'reconciled' ELSE '' END, :run_id
FROM sent s
JOIN interchange i ON i.partner = s.partner AND i.isa13 = s.isa13
LEFT JOIN patient p ON p.patient_id = s.patient_id AND p.superseded_at IS NULL
LEFT JOIN LATERAL (
    SELECT min(k.id) AS id FROM coverage k WHERE k.patient_id = s.patient_id AND k.payer = s.payer
    AND k.responsibility = s.responsibility AND k.superseded_at IS NULL) k ON true
WINDOW same AS (PARTITION BY s.claim_id)
ON CONFLICT (claim_id, ordinal) DO UPDATE SET
    version = excluded.version, frequency = excluded.frequency, payer_claim_number = excluded.payer_claim_number,
    amount_cents = excluded.amount_cents, interchange_id = excluded.interchange_id, "position" = excluded."position",
    closed_at = excluded.closed_at, closed_because = excluded.closed_because
"""
LINES = """
INSERT INTO submission_line (submission_id, line, line_control_number, charge_line, procedure, modifiers, units,
    charge_cents, run_id)
SELECT x.id, l.*, :run_id
FROM sent s JOIN claim_submission x ON x.claim_id = s.claim_id AND x.ordinal = s.ordinal
CROSS JOIN jsonb_to_recordset(s.lines) AS l (
    line integer, line_control_number text, charge_line integer, procedure text, modifiers text, units numeric,
    charge_cents bigint)
"""
RELEASE = """
UPDATE claim_hold h SET released_at = :now, released_by = 'reconcile'
WHERE h.released_at IS NULL AND h.claim_id IN (SELECT claim_id FROM sent)
"""


def stage(connection: Connection, lacking: Sequence[Unknown]) -> None:
    """Make `sent`."""
    claims = [
        asdict(claim)
        | {"partner": one.manifest.partner, "isa13": one.manifest.isa13, "prepared_at": one.manifest.prepared_at}
        for one in lacking
        for claim in one.manifest.claims
    ]
    connection.execute(text(STAGE), {"claims": json.dumps(claims)})


def missing(connection: Connection) -> list[tuple[str, str]]:
    """Source system and id of every encounter that is not here as it was sent."""
    return [(row.source_system, row.source_encounter_id) for row in connection.execute(text(MISSING))]


def conflicts(connection: Connection) -> list[str]:
    """Claim numbers that cannot be registered because of what was sent after the restore."""
    taken = {row.claim_number for row in connection.execute(text(TAKEN)) if row.was_sent}
    return sorted(taken | set(connection.scalars(text(SENT_OTHERWISE))))


def make_room(connection: Connection, *, run_id: int) -> None:
    """Give new numbers to claims that have one of `sent` and were never sent. The counter is lifted above `sent`."""
    claims = [row.id for row in connection.execute(text(TAKEN)) if not row.was_sent]
    if not claims:
        return
    last = last_number(connection, "claim")
    lift(connection, "claim", last + len(claims), run_id=run_id)
    numbers = [claim_number(count) for count in range(last + 1, last + 1 + len(claims))]
    connection.execute(text(RENUMBER[0]), {"claims": claims, "numbers": numbers})
    for statement in RENUMBER[1:]:
        connection.execute(text(statement), {"claims": claims})


def register(
    connection: Connection,
    archive: Archive,
    lacking: Sequence[Unknown],
    *,
    conflicts: Sequence[str],
    now: datetime,
    run_id: int,
) -> list[Any]:
    """Write interchanges, claims, submissions and lines of every complete manifest; returns the interchanges."""
    connection.execute(text(DROP_INCOMPLETE), {"conflicts": list(conflicts)})
    rows: list[Any] = []
    for one in lacking:
        for sha256 in (one.manifest.sha256, one.sha256):
            size = archive.path(sha256).stat().st_size
            connection.execute(text(OBJECTS), {"sha256": sha256, "bytes": size, "run_id": run_id})
        named = {name: value for name, value in vars(one.manifest).items() if name != "claims"}
        named |= {"manifest_sha256": one.sha256, "run_id": run_id}
        rows += connection.execute(text(INTERCHANGES), named).all()
    given = {"now": now, "run_id": run_id}
    for statement in (STANDS, OTHERS, CLAIMS, FIND_CLAIMS, CLOSE, FORGET_LINES, SUBMISSIONS, LINES, RELEASE):
        connection.execute(text(statement), {name: given[name] for name in given if f":{name}" in statement})
    return rows
