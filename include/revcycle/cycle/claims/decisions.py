"""What people decided about claims, carried out at the start of an assembly: release a hold, correct, void."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, text

from revcycle.cycle.claims import reopenings
from revcycle.foundation.claim_states import before
from revcycle.foundation.ledger.write_offs import take_write_offs_back
from revcycle.foundation.work.decisions import CORRECT, RELEASE, VOID, PendingAction, pending_actions, settle
from revcycle.foundation.work.denials import Outcome, end_denials

SET_FREE = {
    "amendment": """h.cause = 'amendment' AND h.claim_id IN
        (SELECT c.id FROM claim c JOIN claim one USING (encounter_id) WHERE one.id = :cause_id)""",
    "content": "h.cause = 'content' AND h.claim_id = :cause_id",
    "filing": "h.cause = 'filing' AND h.claim_id = :cause_id",
    "rejection": "h.cause = 'rejection' AND h.cause_id = :cause_id",
    "set_rejection": """h.cause = 'rejection' AND h.detail->>'set' = 'true' AND h.cause_id IN
        (SELECT id FROM claim_submission WHERE interchange_id = :cause_id)""",
}
FREE = "UPDATE claim_hold h SET released_at = :now, released_by = :who WHERE h.released_at IS NULL AND "
FREQUENCY = {CORRECT: "7", VOID: "8"}
OUTCOME = {CORRECT: Outcome.CORRECTED, VOID: Outcome.VOIDED}
# The number that the payer gave the claim it has: without one it could not tell which claim is meant.
AGAIN = """
UPDATE claim c SET state = 'open', next_frequency = :frequency, run_id = :run_id,
    payer_claim_number = coalesce(nullif(c.payer_claim_number, ''), o.payer_claim_number)
FROM claim_submission s LEFT JOIN payer_opinion o ON o.submission_id = s.id
WHERE c.id = :claim AND s.claim_id = c.id AND s.closed_at IS NULL AND c.state = ANY (:states)
  AND coalesce(nullif(c.payer_claim_number, ''), o.payer_claim_number, '') <> ''
"""
# With the submission ends what was owed for it.
END = """
WITH ended AS (
    UPDATE claim_submission SET closed_at = :now, closed_because = :why WHERE claim_id = :claim AND closed_at IS NULL
    RETURNING id)
UPDATE expected_answer SET met_by = 0, met_at = :now
WHERE subject_kind = 'submission' AND subject_id IN (SELECT id FROM ended) AND met_by IS NULL
"""


def carry_out(connection: Connection, *, day: date, now: datetime, run_id: int) -> int:
    """Everything decided and not yet done; returns how many decisions that were. `day` dates what is reversed."""
    waiting = pending_actions(connection, [RELEASE, CORRECT, VOID])
    for action in waiting:
        if action.kind == RELEASE:
            done, why = _release(connection, action, now), ""
        else:
            done, why = _correct(connection, action, day, now, run_id)
        settle(connection, action.action_id, "done" if done else "refused", now=now, run_id=run_id, why=why)
    reopenings.take_back(connection, now=now, run_id=run_id)
    return len(waiting)


def _release(connection: Connection, action: PendingAction, now: datetime) -> bool:
    """Whether anything was held; of a file refused in part, without saying which, no claim is."""
    if action.cause_kind not in SET_FREE:
        return False
    asked: dict[str, Any] = {"cause_id": action.cause_id, "now": now, "who": action.who}
    freed = connection.execute(text(FREE + SET_FREE[action.cause_kind]), asked).rowcount
    return freed > 0 or action.cause_kind == "set_rejection"


def _correct(connection: Connection, action: PendingAction, day: date, now: datetime, run_id: int) -> tuple[bool, str]:
    """The claim is sent again with frequency 7 or 8 and the payer's own number of it, or its payer asked to reopen it.

    What was denied of it ends with that, and what was written off is asked for again. Returns whether it was done, and
    the reason that its item then tells.
    """
    asked = {
        "claim": action.claim_id,
        "frequency": FREQUENCY[action.kind],
        "states": before("correct or void"),
        "run_id": run_id,
        "now": now,
        "why": action.kind,
    }
    if reopenings.ask_instead(connection, action, now=now, run_id=run_id):
        return True, "the payer takes no corrected claims: it is asked to reopen this one"
    if not connection.execute(text(AGAIN), asked).rowcount:
        return False, "the claim was not decided on by its payer, or the payer's number of it is not known"
    connection.execute(text(END), asked)
    if claim := action.claim_id:
        why = (
            "the claim goes to the payer again" if action.kind == CORRECT else "the claim is taken back from the payer"
        )
        take_write_offs_back(connection, [claim], day=day, run_id=run_id)
        end_denials(connection, claim, OUTCOME[action.kind], now=now, run_id=run_id, why=why)
    return True, ""
