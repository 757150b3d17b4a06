"""Claims brought in line with what was said of them: opinions, submissions closed or reopened, holds.

All of it follows from the set of evidence and from what was sent since, so it may be done again at any time. A claim
goes again when its rejected submission is closed; a hold `rejection` (cause_id: the submission) keeps it until a
person releases it, and such a hold is not set a second time.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, Row, text

from revcycle.cycle.answers.fold import Evidence, highest, receipt
from revcycle.cycle.answers.reasons import reasons
from revcycle.foundation.claim_states import before
from revcycle.foundation.practice.claim_rule import ClaimRule
from revcycle.foundation.practice.partners import stored_claim_rules
from revcycle.foundation.store.temporary import analyze

REJECTED = "rejected"
HOLD_OF_SCOPE = {"claim": "own", "set": "set", "others": ""}

LOCK = """
SELECT s.id, c.payer, CAST(i.prepared_at AS date) AS sent_on
FROM claim_submission s JOIN claim c ON c.id = s.claim_id JOIN interchange i ON i.id = s.interchange_id
WHERE s.id = ANY (:submissions) ORDER BY c.id FOR NO KEY UPDATE OF c
"""
EVIDENCE = """
SELECT e.submission_id, split_part(e.kind, ' ', 1) AS kind, e.party, e.at, e.detail->>'verdict' AS verdict,
       e.detail->>'scope' AS scope, CAST(e.detail->>'received' AS timestamptz) AS received,
       coalesce(e.detail->>'payer_claim_number', '') AS payer_claim_number, e.id
FROM claim_event e
WHERE e.submission_id = ANY (:submissions) AND e.source_kind = 'answer' ORDER BY e.submission_id
"""
# What each submission comes to, as a table of this transaction that the statements below join.
STAGE = """
CREATE TEMPORARY TABLE standing ON COMMIT DROP AS
SELECT r.*, s.claim_id, s.ordinal FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(
    submission_id bigint, verdict text, party text, at timestamptz, payer_claim_number text, received_on timestamptz,
    event_id bigint, hold text, detail jsonb)
JOIN claim_submission s ON s.id = r.submission_id
"""
OPINIONS = """
INSERT INTO payer_opinion AS o
       (submission_id, verdict, party, at, payer_claim_number, received_on, event_id, run_id)
SELECT submission_id, verdict, party, at, payer_claim_number, received_on, event_id, :run_id FROM standing
ON CONFLICT (submission_id) DO UPDATE SET verdict = excluded.verdict, party = excluded.party, at = excluded.at,
    payer_claim_number = excluded.payer_claim_number, received_on = excluded.received_on,
    event_id = excluded.event_id, run_id = excluded.run_id
WHERE (o.verdict, o.party, o.at, o.payer_claim_number, o.received_on, o.event_id) IS DISTINCT FROM
      (excluded.verdict, excluded.party, excluded.at, excluded.payer_claim_number, excluded.received_on,
       excluded.event_id)
RETURNING verdict
"""
CLOSE = """
UPDATE claim_submission s SET closed_at = :now, closed_because = 'rejected'
FROM standing t JOIN claim c ON c.id = t.claim_id
WHERE s.id = t.submission_id AND t.verdict = 'rejected' AND s.closed_at IS NULL AND c.state IN ('open', 'submitted')
RETURNING s.id
"""
REOPEN_CLAIMS = """
UPDATE claim c SET state = 'open' FROM standing t
WHERE c.id = t.claim_id AND t.verdict = 'rejected' AND c.state = ANY (:rejected)
  AND NOT EXISTS (SELECT 1 FROM claim_submission s
                  WHERE s.claim_id = c.id AND s.closed_at IS NULL AND s.interchange_id IS NOT NULL)
"""
# A rejection that no longer stands, of a claim that did not go again meanwhile.
LIFTABLE = """
CREATE TEMPORARY TABLE lifted ON COMMIT DROP AS
SELECT s.id AS submission_id, s.claim_id FROM standing t
JOIN claim_submission s ON s.id = t.submission_id JOIN claim c ON c.id = s.claim_id
WHERE t.verdict <> 'rejected' AND s.closed_because = 'rejected' AND c.state IN ('open', 'submitted')
  AND NOT EXISTS (SELECT 1 FROM claim_submission n
                  WHERE n.claim_id = s.claim_id AND n.ordinal > s.ordinal AND n.interchange_id IS NOT NULL)
"""
CLOSE_UNBATCHED = """
UPDATE claim_submission n SET closed_at = :now, closed_because = 'lifted' FROM lifted l
WHERE n.claim_id = l.claim_id AND n.id <> l.submission_id AND n.closed_at IS NULL AND n.interchange_id IS NULL
"""
REOPEN = """
UPDATE claim_submission s SET closed_at = NULL, closed_because = '' FROM lifted l WHERE s.id = l.submission_id
RETURNING s.id
"""
SUBMITTED = """
UPDATE claim c SET state = 'submitted' FROM lifted l WHERE c.id = l.claim_id AND c.state = ANY (:lifted)
"""
# The holds that ought to be: of a claim that is open because of this rejection, and that did not go again.
HELD = """
CREATE TEMPORARY TABLE held ON COMMIT DROP AS
SELECT t.submission_id, t.claim_id, t.hold, t.detail FROM standing t
JOIN claim_submission s ON s.id = t.submission_id AND s.closed_because = 'rejected'
JOIN claim c ON c.id = t.claim_id AND c.state = 'open'
WHERE t.verdict = 'rejected' AND t.hold <> ''
  AND NOT EXISTS (SELECT 1 FROM claim_submission n
                  WHERE n.claim_id = t.claim_id AND n.ordinal > t.ordinal AND n.interchange_id IS NOT NULL)
"""
RELEASE = """
UPDATE claim_hold h SET released_at = :now, released_by = 'answers' FROM standing t
WHERE h.claim_id = t.claim_id AND h.cause = 'rejection' AND h.cause_id = t.submission_id AND h.released_at IS NULL
  AND NOT EXISTS (SELECT 1 FROM held WHERE held.submission_id = t.submission_id)
"""
REFRESH = """
UPDATE claim_hold h SET detail = held.detail FROM held
WHERE h.claim_id = held.claim_id AND h.cause = 'rejection' AND h.cause_id = held.submission_id
  AND h.released_at IS NULL AND h.detail <> held.detail
"""
HOLD = """
INSERT INTO claim_hold (claim_id, cause, cause_id, detail, run_id)
SELECT held.claim_id, 'rejection', held.submission_id, held.detail, :run_id FROM held
WHERE NOT EXISTS (SELECT 1 FROM claim_hold h
                  WHERE h.claim_id = held.claim_id AND h.cause = 'rejection' AND h.cause_id = held.submission_id
                    AND (h.released_at IS NULL OR h.released_by <> 'answers'))
"""
DONE = "DROP TABLE held, lifted, standing"


@dataclass(frozen=True)
class Moved:
    """How many submissions changed: newly accepted, closed as rejected, reopened."""

    accepted: int = 0
    rejected: int = 0
    lifted: int = 0


def bring_in_line(connection: Connection, submissions: Sequence[int], *, now: datetime, run_id: int) -> Moved:
    """Fold the evidence of these submissions anew and make claims and holds follow; locks the claims in id order."""
    sent = {row.id: row for row in connection.execute(text(LOCK), {"submissions": list(submissions)})}
    rows = _folded(connection, sent)
    if not rows:
        return Moved()
    states = {"rejected": before("rejected"), "lifted": before("rejection lifted")}
    asked = {"now": now, "run_id": run_id, **states}
    connection.execute(text(STAGE), {"rows": json.dumps(rows)})
    analyze(connection, "standing")
    verdicts = connection.scalars(text(OPINIONS), asked).all()
    closed = connection.scalars(text(CLOSE), asked).all()
    connection.execute(text(REOPEN_CLAIMS), asked)
    connection.execute(text(LIFTABLE))
    connection.execute(text(CLOSE_UNBATCHED), asked)
    lifted = connection.scalars(text(REOPEN)).all()
    for statement in (SUBMITTED, HELD, RELEASE, REFRESH, HOLD, DONE):
        connection.execute(text(statement), asked)
    return Moved(verdicts.count("accepted"), len(closed), len(lifted))


def _folded(connection: Connection, sent: Mapping[int, Row[Any]]) -> list[dict[str, Any]]:
    """One row of STAGE for each submission of which something is known."""
    found = connection.execute(text(EVIDENCE), {"submissions": list(sent)})
    evidence = {
        one: [_evidence(event) for event in events] for one, events in groupby(found, key=attrgetter("submission_id"))
    }
    tops = {one: top for one, said in evidence.items() if (top := highest(said))}
    why = reasons(connection, {one: top for one, top in tops.items() if top.verdict == REJECTED})
    rules = stored_claim_rules(connection)
    rows = []
    for submission, top in tops.items():
        one = sent[submission]
        payer_answers = _payer_answers(rules.get(one.payer, ()), one.sent_on)
        received = receipt(evidence[submission], payer_answers=payer_answers)
        numbered = highest(said for said in evidence[submission] if said.payer_claim_number)
        rows.append(_row(submission, top, numbered, received, why.get(submission, {})))
    return rows


def _evidence(event: Row[Any]) -> Evidence:
    return Evidence(
        event.kind,
        event.party,
        event.at,
        event.verdict,
        event.scope,
        event.received,
        event.payer_claim_number,
        event.id,
    )


def _row(
    submission: int, top: Evidence, numbered: Evidence | None, received: datetime | None, why: Mapping[str, Any]
) -> dict[str, Any]:
    hold = HOLD_OF_SCOPE[top.scope] if top.verdict == REJECTED else ""
    return {
        "submission_id": submission,
        "verdict": top.verdict,
        "party": top.party,
        "at": top.at.isoformat(),
        "payer_claim_number": numbered.payer_claim_number if numbered else "",
        "received_on": received.isoformat() if received else None,
        "event_id": top.event,
        "hold": hold,
        "detail": {**why, "set": True} if hold == "set" else dict(why),
    }


def _payer_answers(rules: Iterable[ClaimRule], sent_on: date) -> bool:
    """Whether the payer itself sends a 277CA; where nothing is written, it is taken to."""
    return all(rule.sends_277ca for rule in rules if rule.covers(sent_on))
