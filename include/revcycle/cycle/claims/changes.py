"""What happened to encounters since their claims were made: cancelled, changed, moved to another payer."""

from typing import Any

from sqlalchemy import Connection, text

from revcycle.foundation.claim_states import before

# A submission that was never batched holds nothing back: it is closed and made anew. One that went another way is out.
SUPERSEDE = """
UPDATE claim_submission s SET closed_at = :now, closed_because = 'superseded', run_id = :run_id
FROM claim c, encounter e
WHERE s.claim_id = c.id AND e.id = c.encounter_id AND s.closed_at IS NULL AND s.interchange_id IS NULL
  AND s.transport = 'electronic' AND s.frequency <> '8'
  AND (e.cancelled_at IS NOT NULL OR s.version <> e.current_version
       OR EXISTS (SELECT FROM patient p WHERE p.id = s.patient_row AND p.superseded_at IS NOT NULL)
       OR EXISTS (SELECT FROM coverage k WHERE k.id = s.coverage_row AND k.superseded_at IS NOT NULL))
"""
LIVE = "EXISTS (SELECT FROM claim_submission s WHERE s.claim_id = c.id AND s.closed_at IS NULL)"
# Nothing is left to ask of the payer: the encounter is gone, or has another payer, or fewer lines than it had.
NOTHING_LEFT = """(e.cancelled_at IS NOT NULL
       OR EXISTS (SELECT FROM bill b WHERE b.encounter_id = e.id
                  AND (b.payer <> c.payer AND c.responsibility = 'P' OR (b.lines - 1) / :most + 1 < c.split)))"""
VOID = f"""
UPDATE claim c SET state = 'void', run_id = :run_id FROM encounter e
WHERE e.id = c.encounter_id AND c.state = ANY (:states) AND c.next_frequency = '1' AND NOT {LIVE} AND {NOTHING_LEFT}
RETURNING c.id
"""
# What the payer has of it was to be corrected: it takes that back instead.
VOID_AT_PAYER = f"""
UPDATE claim c SET next_frequency = '8', run_id = :run_id FROM encounter e
WHERE e.id = c.encounter_id AND c.state = 'open' AND c.next_frequency = '7' AND NOT {LIVE} AND {NOTHING_LEFT}
"""
RELEASE_OF_VOID = """
UPDATE claim_hold SET released_at = :now, released_by = 'void' WHERE claim_id = ANY (:claims) AND released_at IS NULL
"""
# What is out with other contents than the encounter has now; and what of the encounter may not go beside it, until a
# payer has decided on it. A correction or a void was decided by a person, on a claim that the payer has decided on;
# a void that is out asks for nothing that could have changed.
AMENDED = """
CREATE TEMP TABLE amended ON COMMIT DROP AS
WITH out_of_date AS (
    SELECT c.id, c.encounter_id, c.state, e.current_version AS version,
           CASE WHEN e.cancelled_at IS NULL THEN 'the encounter changed after it was sent'
                ELSE 'the encounter was cancelled after it was sent' END AS reason
    FROM claim c JOIN encounter e ON e.id = c.encounter_id
    JOIN claim_submission s ON s.claim_id = c.id AND s.closed_at IS NULL AND s.frequency <> '8'
         AND (s.interchange_id IS NOT NULL OR s.transport <> 'electronic')
    JOIN encounter_version sent ON sent.encounter_id = s.encounter_id AND sent.version = s.version
    JOIN encounter_version v ON v.encounter_id = e.id AND v.version = e.current_version
    WHERE c.state = ANY (:states) AND (e.cancelled_at IS NOT NULL OR v.content_sha256 <> sent.content_sha256))
SELECT id AS claim_id, version, reason FROM out_of_date
UNION
SELECT c.id, o.version, 'the encounter changed after another claim of it was sent'
FROM claim c JOIN out_of_date o ON o.encounter_id = c.encounter_id AND o.state = ANY (:undecided)
WHERE c.state = 'open' AND c.next_frequency = '1'
"""
# Said once for each newer version, whatever a person makes of it.
AMEND = """
INSERT INTO claim_hold (claim_id, cause, cause_id, reason, run_id)
SELECT a.claim_id, 'amendment', a.version, a.reason, :run_id FROM amended a
WHERE NOT EXISTS (SELECT FROM claim_hold h WHERE h.claim_id = a.claim_id AND h.cause = 'amendment'
                  AND h.cause_id = a.version AND (h.released_at IS NULL OR h.released_by <> 'assemble'))
"""
# Nothing is out any more, so the newest version goes next; or what is out is what stands now.
AT_REST = """
UPDATE claim_hold h SET released_at = :now, released_by = 'assemble'
WHERE h.cause = 'amendment' AND h.released_at IS NULL AND NOT EXISTS (
    SELECT FROM amended a WHERE a.claim_id = h.claim_id)
"""
MOST_LINES = 50  # LX of an 837P


def follow(connection: Connection, *, now: object, run_id: int) -> tuple[int, int]:
    """Close and void what no longer fits its encounter and was not sent; returns how many of each."""
    asked: dict[str, Any] = {"now": now, "run_id": run_id}
    superseded = connection.execute(text(SUPERSEDE), asked).rowcount
    states = before("encounter cancelled")
    asked |= {"states": states, "most": MOST_LINES}
    void = connection.scalars(text(VOID), asked).all()
    connection.execute(text(VOID_AT_PAYER), asked)
    connection.execute(text(RELEASE_OF_VOID), asked | {"claims": list(void)})
    return superseded, len(void)


def amend(connection: Connection, *, now: object, run_id: int) -> int:
    """Hold what was sent before its encounter changed, with the encounter's open claims; returns how many newly.

    Every claim of the encounter has to be there already, so that none of them goes meanwhile.
    """
    states = {"states": before("encounter changed"), "undecided": before("rejected")}
    connection.execute(text(AMENDED), states)
    amended = connection.execute(text(AMEND), {"run_id": run_id}).rowcount
    connection.execute(text(AT_REST), {"now": now})
    return amended
