"""Why claims wait: every hold that follows from a cause is opened and released by itself, as the causes stand now.

Holds follow their causes for every open claim, whichever payers and dates a run takes: a run that is narrowed makes
fewer submissions, it does not see fewer causes.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, text

from revcycle.foundation.calendar import due_on
from revcycle.foundation.practice.limits import stored_extensions, stored_limits
from revcycle.foundation.store.temporary import analyze

FOLLOWING = ("finding", "filing", "enrollment", "coverage", "outage", "manual")
"""Causes that are looked up anew; rejections, amendments and contents end by other acts."""

# Open claims with what the encounter has now; a void asks for nothing, so nothing of the encounter can hold it.
ASKING = """
CREATE TEMP TABLE asking ON COMMIT DROP AS
SELECT c.id, c.claim_number, c.payer, c.responsibility, c.encounter_id, e.current_version AS version, e.source_system,
       e.source_encounter_id
FROM claim c JOIN encounter e ON e.id = c.encounter_id WHERE c.state = 'open' AND c.next_frequency <> '8'
"""
WANTED = """
CREATE TEMP TABLE wanted ON COMMIT DROP AS
SELECT c.id AS claim_id, 'finding' AS cause, f.id AS cause_id, f.rule AS reason
FROM asking c JOIN finding f ON f.encounter_id = c.encounter_id AND f.version = c.version AND f.state = 'open'
WHERE (f.severity = 'block' OR f.severity = 'review' AND EXISTS (
    SELECT FROM review_rule r WHERE r.payer = c.payer AND r.rule IN (f.rule, '*')))
UNION ALL
SELECT c.id, 'enrollment', 0, 'the payer takes no electronic claims of this practice yet'
FROM claim c LEFT JOIN rule_now r ON r.payer = c.payer WHERE c.state = 'open' AND r.enrolled IS NOT TRUE
UNION ALL
SELECT c.id, 'coverage', 0, 'no coverage on the first date of service'
FROM asking c JOIN encounter_version v ON v.encounter_id = c.encounter_id AND v.version = c.version
WHERE NOT EXISTS (
    SELECT FROM coverage k WHERE k.patient_id = v.patient_id AND k.responsibility = c.responsibility
    AND k.payer = c.payer AND k.superseded_at IS NULL
    AND (SELECT min(l.date_from) FROM charge_line l WHERE l.encounter_id = v.encounter_id AND l.version = v.version)
        BETWEEN k.valid_from AND coalesce(k.valid_to, 'infinity'))
UNION ALL
SELECT c.id, 'outage', o.id, 'sending is paused'
FROM claim c JOIN outage o ON o.closed_at IS NULL AND o.payer IN ('', c.payer)
LEFT JOIN rule_now r ON r.payer = c.payer
WHERE c.state = 'open' AND (o.partner = '' OR o.partner = r.partner)
UNION ALL
SELECT c.id, 'manual', q.id, 'a newer delivery of the encounter is in quarantine'
FROM asking c JOIN quarantine q ON q.source_system = c.source_system AND q.subject_kind = 'encounter'
     AND q.subject = c.source_encounter_id AND q.cleared_at IS NULL
UNION ALL
SELECT c.id, 'manual', 0, 'claims to a further payer are sent by hand'
FROM claim c WHERE c.state = 'open' AND c.responsibility <> 'P'
UNION ALL
SELECT c.id, 'filing', 1, 'a date of service lies in the future'
FROM asking c WHERE EXISTS (
    SELECT FROM charge_line l WHERE l.encounter_id = c.encounter_id AND l.version = c.version
    AND coalesce(l.date_to, l.date_from) > :day)
"""
SERVICES = """
SELECT c.id AS claim_id, c.claim_number, l.date_from, l.date_to
FROM asking c JOIN charge_line l ON l.encounter_id = c.encounter_id AND l.version = c.version
WHERE c.payer = :payer GROUP BY c.id, c.claim_number, l.date_from, l.date_to
"""
LATE = "INSERT INTO wanted VALUES (:claim_id, 'filing', 0, 'the payer''s filing limit has passed')"
RELEASE = """
UPDATE claim_hold h SET released_at = :now, released_by = 'assemble'
WHERE h.released_at IS NULL AND h.cause = ANY (:causes) AND NOT EXISTS (
    SELECT FROM wanted w WHERE w.claim_id = h.claim_id AND w.cause = h.cause AND w.cause_id = h.cause_id)
"""
# A claim that a person let go although it is late is not held for that again.
OPEN = """
INSERT INTO claim_hold (claim_id, cause, cause_id, reason, run_id)
SELECT w.claim_id, w.cause, w.cause_id, w.reason, :run_id FROM wanted w
WHERE w.cause <> 'filing' OR NOT EXISTS (
    SELECT FROM claim_hold h WHERE h.claim_id = w.claim_id AND h.cause = w.cause AND h.cause_id = w.cause_id
    AND h.released_by NOT IN ('', 'assemble'))
ON CONFLICT (claim_id, cause, cause_id) WHERE released_at IS NULL DO NOTHING
"""
# What could not be written, or was rejected, may go once something it was written from has changed.
MENDED = """
UPDATE claim_hold h SET released_at = :now, released_by = 'assemble'
FROM claim_submission s JOIN claim c ON c.id = s.claim_id JOIN encounter e ON e.id = c.encounter_id
WHERE h.cause IN ('content', 'rejection') AND h.released_at IS NULL AND h.claim_id = c.id AND s.id = h.cause_id
  AND c.state = 'open'
  AND (s.version <> e.current_version
       OR EXISTS (SELECT FROM patient p WHERE p.id = s.patient_row AND p.superseded_at IS NOT NULL)
       OR EXISTS (SELECT FROM coverage k WHERE k.id = s.coverage_row AND k.superseded_at IS NOT NULL)
       OR h.cause = 'content' AND (
           EXISTS (SELECT FROM provider x WHERE x.recorded_at > h.recorded_at)
           OR EXISTS (SELECT FROM facility x WHERE x.recorded_at > h.recorded_at)
           OR EXISTS (SELECT FROM billing_provider x WHERE x.recorded_at > h.recorded_at)
           OR EXISTS (SELECT FROM trading_partner x WHERE x.recorded_at > h.recorded_at)
           OR EXISTS (SELECT FROM payer_rule x WHERE x.payer = c.payer AND x.recorded_at > h.recorded_at)))
"""
HELD = "SELECT count(DISTINCT claim_id) FROM claim_hold WHERE released_at IS NULL"


def match(connection: Connection, *, day: date, now: datetime, run_id: int) -> None:
    """Make the open holds of open claims be exactly what their causes say; `day` judges filing limits."""
    asked: dict[str, Any] = {"day": day, "now": now, "run_id": run_id, "causes": list(FOLLOWING)}
    connection.execute(text(ASKING))
    analyze(connection, "asking")
    connection.execute(text(WANTED), asked)
    _add_late(connection, day)
    connection.execute(text(RELEASE), asked)
    connection.execute(text(OPEN), asked)
    connection.execute(text(MENDED), asked)


def held(connection: Connection) -> int:
    """Claims with at least one open hold."""
    return int(connection.execute(text(HELD)).scalar_one())


def _add_late(connection: Connection, day: date) -> None:
    """Claims of which a line can no longer be filed. The calendar's rules count; exceptions add to them."""
    limits = stored_limits(connection)
    exceptions = [one for one in stored_extensions(connection) if one.until >= day]
    late: set[int] = set()
    for payer in {limit.payer for limit in limits}:
        mine = [limit for limit in limits if limit.payer == payer]
        excepted = [one for one in exceptions if one.payer == payer]
        for row in connection.execute(text(SERVICES), {"payer": payer}):
            starts = [(limit, limit.start(row.date_from, row.date_to)) for limit in mine]
            if any(limit.covers(start) and due_on(limit, start) < day for limit, start in starts) and not any(
                one.claim in ("", row.claim_number) and one.covers(row.date_from) for one in excepted
            ):
                late.add(row.claim_id)
    if late:
        connection.execute(text(LATE), [{"claim_id": claim} for claim in sorted(late)])
