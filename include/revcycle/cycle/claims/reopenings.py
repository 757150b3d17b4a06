"""Payers that take no corrected claims (`takes_corrections: false`): a person asks them to reopen the claim instead.

Source: Medicare Part B takes no frequency 7 or 8 of a professional claim, it reopens the one it decided on (42 CFR
405.980).
"""

from datetime import datetime

from sqlalchemy import Connection, text

from revcycle.foundation.claim_states import before
from revcycle.foundation.work.causes import Cause, open_items
from revcycle.foundation.work.decisions import PendingAction

TAKES_NONE = "EXISTS (SELECT FROM rule_now r WHERE r.payer = c.payer AND NOT r.takes_corrections)"
DECIDED_ON = f"SELECT c.id FROM claim c WHERE c.id = :claim AND c.state = ANY (:states) AND {TAKES_NONE}"
# What is to become of the change is decided, though nothing is sent.
NO_AMENDMENT = """
UPDATE claim_hold SET released_at = :now, released_by = :who
WHERE claim_id = :claim AND cause = 'amendment' AND released_at IS NULL
"""
# Corrections that wait, or were rejected, of payers of which this became known since.
WAITING = f"""
SELECT c.id FROM claim c WHERE c.state = ANY (:states) AND c.next_frequency <> '1' AND {TAKES_NONE}
  AND NOT EXISTS (SELECT FROM claim_submission s
                  WHERE s.claim_id = c.id AND s.closed_at IS NULL AND s.interchange_id IS NOT NULL)
ORDER BY c.id
"""
# What was denied when that correction was decided on is denied still.
TAKE_BACK = (
    """
UPDATE denial d SET outcome = '', closed_at = NULL, run_id = :run_id
FROM (SELECT DISTINCT ON (claim_id) claim_id, closed_at FROM claim_submission
      WHERE claim_id = ANY (:claims) AND closed_because IN ('correct', 'void') ORDER BY claim_id, ordinal DESC) s
WHERE d.claim_id = s.claim_id AND d.closed_at = s.closed_at
""",
    """
UPDATE claim_submission SET closed_at = :now, closed_because = 'correction not taken'
WHERE claim_id = ANY (:claims) AND closed_at IS NULL
""",
    """
UPDATE claim_submission SET closed_at = NULL, closed_because = ''
WHERE id IN (SELECT DISTINCT ON (claim_id) id FROM claim_submission
             WHERE claim_id = ANY (:claims) AND closed_because IN ('correct', 'void') ORDER BY claim_id, ordinal DESC)
""",
    "UPDATE claim_hold SET released_at = :now, released_by = 'assemble' WHERE claim_id = ANY (:claims) "
    "AND released_at IS NULL",
    "UPDATE claim SET state = 'adjudicated', next_frequency = '1', run_id = :run_id WHERE id = ANY (:claims)",
)
CAUSES = """
SELECT c.id, c.encounter_id, c.payer, s.amount_cents,
       (SELECT min(d.appeal_by) FROM denial d WHERE d.claim_id = c.id AND d.closed_at IS NULL) AS appeal_by
FROM claim c JOIN LATERAL (
    SELECT amount_cents FROM claim_submission WHERE claim_id = c.id ORDER BY ordinal DESC LIMIT 1) s ON true
WHERE c.id = ANY (:claims) ORDER BY c.id
"""


def ask_instead(connection: Connection, action: PendingAction, *, now: datetime, run_id: int) -> bool:
    """Where the claim's payer takes no corrections, open an item for its reopening; returns whether that is so."""
    asked = {"claim": action.claim_id, "states": before("correct or void"), "now": now, "who": action.who}
    claims = list(connection.scalars(text(DECIDED_ON), asked))
    if claims:
        connection.execute(text(NO_AMENDMENT), asked)
        _ask(connection, claims, now=now, run_id=run_id)
    return bool(claims)


def take_back(connection: Connection, *, now: datetime, run_id: int) -> None:
    """The claims whose correction or void may not go are adjudicated as they were, each with an item."""
    claims = list(connection.scalars(text(WAITING), {"states": before("correction not taken")}))
    if claims:
        for statement in TAKE_BACK:
            connection.execute(text(statement), {"claims": claims, "now": now, "run_id": run_id})
        _ask(connection, claims, now=now, run_id=run_id)


def _ask(connection: Connection, claims: list[int], *, now: datetime, run_id: int) -> None:
    causes = [
        Cause(
            "reopening",
            row.id,
            "biller",
            encounter_id=row.encounter_id,
            claim_id=row.id,
            amount_cents=row.amount_cents,
            due_on=row.appeal_by,
            detail={"payer": row.payer},
        )
        for row in connection.execute(text(CAUSES), {"claims": claims})
    ]
    open_items(connection, causes, now=now, run_id=run_id)
