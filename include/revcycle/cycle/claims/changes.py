"""What happened to encounters since their claims were made: cancelled, changed, moved to another payer."""

from sqlalchemy import Connection, text

from revcycle.cycle.claims.transitions import before

# A submission that was never batched holds nothing back: it is closed and made anew.
SUPERSEDE = """
UPDATE claim_submission s SET closed_at = :now, closed_because = 'superseded', run_id = :run_id
FROM claim c, encounter e
WHERE s.claim_id = c.id AND e.id = c.encounter_id AND s.closed_at IS NULL AND s.interchange_id IS NULL
  AND (e.cancelled_at IS NOT NULL OR s.version <> e.current_version
       OR EXISTS (SELECT FROM patient p WHERE p.id = s.patient_row AND p.superseded_at IS NOT NULL)
       OR EXISTS (SELECT FROM coverage k WHERE k.id = s.coverage_row AND k.superseded_at IS NOT NULL))
"""
LIVE = "EXISTS (SELECT FROM claim_submission s WHERE s.claim_id = c.id AND s.closed_at IS NULL)"
# Nothing of these is at a payer: their encounter is gone, or has another payer, or fewer lines than it had.
VOID = f"""
UPDATE claim c SET state = 'void', run_id = :run_id FROM encounter e
WHERE e.id = c.encounter_id AND c.state = ANY (:states) AND c.next_frequency = '1' AND NOT {LIVE}
  AND (e.cancelled_at IS NOT NULL
       OR EXISTS (SELECT FROM bill b WHERE b.encounter_id = e.id
                  AND (b.payer <> c.payer AND c.responsibility = 'P' OR (b.lines - 1) / :most + 1 < c.split)))
RETURNING c.id
"""
RELEASE_OF_VOID = """
UPDATE claim_hold SET released_at = :now, released_by = 'void' WHERE claim_id = ANY (:claims) AND released_at IS NULL
"""
# Sent as an older version: said once for each newer version, whatever becomes of the hold.
AMEND = """
INSERT INTO claim_hold (claim_id, cause, cause_id, reason, run_id)
SELECT c.id, 'amendment', e.current_version,
       CASE WHEN e.cancelled_at IS NULL THEN 'the encounter changed after it was sent'
            ELSE 'the encounter was cancelled after it was sent' END, :run_id
FROM claim c JOIN encounter e ON e.id = c.encounter_id
JOIN claim_submission s ON s.claim_id = c.id AND s.closed_at IS NULL AND s.interchange_id IS NOT NULL
WHERE c.state = ANY (:states) AND (s.version <> e.current_version OR e.cancelled_at IS NOT NULL)
  AND NOT EXISTS (SELECT FROM claim_hold h WHERE h.claim_id = c.id AND h.cause = 'amendment'
                  AND h.cause_id = e.current_version)
"""
# Nothing is out any more, so the newest version goes next; or what is out is what stands now.
AMENDED = """
UPDATE claim_hold h SET released_at = :now, released_by = 'assemble'
FROM claim c JOIN encounter e ON e.id = c.encounter_id
WHERE h.claim_id = c.id AND h.cause = 'amendment' AND h.released_at IS NULL
  AND (c.state IN ('open', 'void', 'closed')
       OR e.cancelled_at IS NULL AND EXISTS (SELECT FROM claim_submission s WHERE s.claim_id = c.id
           AND s.closed_at IS NULL AND s.version = e.current_version))
"""
MOST_LINES = 50  # LX of an 837P


def follow(connection: Connection, *, now: object, run_id: int) -> tuple[int, int, int]:
    """Close, void and hold what no longer fits its encounter; returns how many of each: superseded, void, amended."""
    asked = {"now": now, "run_id": run_id}
    superseded = connection.execute(text(SUPERSEDE), asked).rowcount
    states = list(before("encounter cancelled"))
    void = connection.scalars(text(VOID), asked | {"states": states, "most": MOST_LINES}).all()
    connection.execute(text(RELEASE_OF_VOID), asked | {"claims": list(void)})
    amended = connection.execute(text(AMEND), asked | {"states": list(before("encounter changed"))}).rowcount
    connection.execute(text(AMENDED), asked)
    return superseded, len(void), amended
