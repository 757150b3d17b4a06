"""What a remittance does to claims: adjudicated or taken back, and what is still expected.

Reversals and corrections may come in any order and in several files, so the state follows from all that was posted:
a claim is adjudicated when more of its CLPs decide on it than take a decision back.
"""

from datetime import datetime

from sqlalchemy import Connection, text

from revcycle.foundation.claim_states import before
from revcycle.foundation.register import expect_remittances
from revcycle.foundation.store.temporary import analyze
from revcycle.foundation.work.causes import close_items

EVENTS = """
INSERT INTO claim_event (claim_id, submission_id, source_kind, source_id, kind, party, at, detail, run_id)
SELECT b.claim_id, b.submission_id, 'remittance', b.source_id,
       CASE WHEN b.status = '22' THEN 'reversed' WHEN b.status = '23' THEN 'forwarded'
            WHEN b.status = '25' THEN 'predetermined' ELSE 'adjudicated' END,
       'payer', :now,
       jsonb_build_object('status', b.status, 'remittance', CAST(:remittance AS bigint), 'segment', b.segment), :run_id
FROM booked b WHERE b.claim_id IS NOT NULL
ON CONFLICT DO NOTHING
"""
# Over every posted CLP of the claims touched: how often they were decided on, and how often that was taken back. What
# the next payer decided on may be settled no longer, for its share follows the claim before.
FOLD = """
CREATE TEMP TABLE decided ON COMMIT DROP AS
SELECT t.claim_id, count(rc.id) FILTER (WHERE rc.status <> '22') AS decisions,
       count(rc.id) FILTER (WHERE rc.status = '22') AS reversals,
       max(rc.payer_claim_number) FILTER (WHERE rc.remittance_id = :remittance) AS payer_claim_number
FROM (SELECT claim_id FROM matched WHERE claim_id IS NOT NULL
      UNION SELECT n.id FROM matched m JOIN claim n ON n.prior_claim = m.claim_id
            AND n.state IN ('adjudicated', 'closed')) t
LEFT JOIN posted_claim rc ON rc.claim_id = t.claim_id AND rc.status IN ('1', '2', '3', '4', '19', '20', '21', '22')
GROUP BY t.claim_id
"""
UNDECIDED = "SELECT claim_id FROM decided WHERE decisions <= reversals ORDER BY claim_id"
VOIDED = """
UPDATE claim c SET state = 'void', run_id = :run_id FROM decided d, claim_submission s
WHERE c.id = ANY (:undecided) AND c.id = d.claim_id AND d.reversals > 0 AND c.state = ANY (:void_confirmed)
  AND s.claim_id = c.id AND s.closed_at IS NULL AND s.frequency = '8'
"""
# Paid, adjusted and moved on to the last cent, and no denial of it is open.
SETTLED = """
coalesce(b.open_cents, 0) = 0 AND NOT EXISTS (
    SELECT FROM denial x WHERE x.claim_id = c.id AND x.closed_at IS NULL)
"""
CLOSED = f"""
UPDATE claim c SET state = 'closed', run_id = :run_id FROM claim_balance b
WHERE c.id = :claim AND c.state = ANY (:states) AND b.claim_id = c.id AND {SETTLED}
"""
ADJUDICATED = f"""
UPDATE claim c SET run_id = :run_id,
       payer_claim_number = coalesce(nullif(d.payer_claim_number, ''), c.payer_claim_number),
       state = CASE WHEN {SETTLED} THEN 'closed' ELSE 'adjudicated' END
FROM decided d LEFT JOIN claim_balance b ON b.claim_id = d.claim_id
WHERE c.id = d.claim_id AND d.decisions > d.reversals AND c.state = ANY (:adjudicated)
  AND NOT (c.state = 'open' AND c.next_frequency <> '1')
"""
TAKEN_BACK = """
UPDATE claim c SET state = 'submitted', run_id = :run_id
WHERE c.id = ANY (:undecided) AND c.state = ANY (:taken_back)
"""
# A claim that was about to go again was paid after all: what waits is closed, and so are its holds of rejection.
NOT_AGAIN = """
UPDATE claim_submission s SET closed_at = :now, closed_because = 'paid' FROM decided d, claim c
WHERE c.id = d.claim_id AND c.state = ANY (:decided) AND s.claim_id = c.id AND s.closed_at IS NULL
  AND s.interchange_id IS NULL AND s.transport = 'electronic'
"""
NO_REJECTION = """
UPDATE claim_hold h SET released_at = :now, released_by = 'remittance' FROM decided d, claim c
WHERE c.id = d.claim_id AND c.state = ANY (:decided) AND h.claim_id = c.id AND h.cause = 'rejection'
  AND h.released_at IS NULL
"""
MET = """
UPDATE expected_answer e SET met_by = :remittance, met_at = :now FROM decided d, claim_submission s
WHERE s.claim_id = d.claim_id AND d.decisions > d.reversals AND e.subject_kind = 'submission' AND e.subject_id = s.id
  AND e.kind = '835' AND e.met_by IS NULL
"""
# A decision that was taken back: the payer owes another one, in as many days as it had for the first.
OWED_AGAIN = """
UPDATE expected_answer e SET met_by = NULL, met_at = NULL, alarmed_at = NULL,
       due_at = :now + (e.due_at - coalesce(i.published_at, i.prepared_at))
FROM claim_submission s JOIN interchange i ON i.id = s.interchange_id
WHERE s.claim_id = ANY (:undecided) AND s.closed_at IS NULL
  AND e.subject_kind = 'submission' AND e.subject_id = s.id AND e.kind = '835' AND e.met_by > 0
"""
CROSSOVERS_OWED_AGAIN = """
SELECT s.id FROM claim_submission s JOIN expected_answer e ON e.subject_kind = 'submission' AND e.subject_id = s.id
     AND e.kind = '835' AND e.met_by > 0
WHERE s.claim_id = ANY (:undecided) AND s.closed_at IS NULL AND s.transport = 'crossover' ORDER BY s.id
"""
NO_LONGER_WAITING = """
SELECT w.cause_id FROM work_item w JOIN decided d ON d.claim_id = w.cause_id AND d.decisions > d.reversals
WHERE w.cause_kind = 'further_payer' AND w.closed_at IS NULL
"""


def follow(connection: Connection, *, remittance: int, now: datetime, run_id: int) -> None:
    """Write down what was said of the claims in `booked`, and bring them in line with all that was posted for them."""
    connection.execute(text(EVENTS), {"remittance": remittance, "now": now, "run_id": run_id})
    fold(connection, remittance=remittance, now=now, run_id=run_id)


def fold(connection: Connection, *, remittance: int, now: datetime, run_id: int) -> None:
    """Bring the claims in `matched` in line with all that is posted for them; leaves `decided` behind."""
    states = {
        "void_confirmed": before("void confirmed"),
        "adjudicated": before("adjudicated") + before("settled"),
        "decided": ["adjudicated", "closed"],
        "taken_back": before("decision taken back"),
    }
    asked = {"remittance": remittance, "now": now, "run_id": run_id, **states}
    connection.execute(text(FOLD), asked)
    analyze(connection, "decided")
    for statement in (ADJUDICATED, NOT_AGAIN, NO_REJECTION, MET):
        connection.execute(text(statement), asked)
    if undecided := list(connection.scalars(text(UNDECIDED))):
        for statement in (VOIDED, TAKEN_BACK, OWED_AGAIN):
            connection.execute(text(statement), asked | {"undecided": undecided})
        again = connection.scalars(text(CROSSOVERS_OWED_AGAIN), {"undecided": undecided}).all()
        expect_remittances(connection, again, now=now, run_id=run_id)
    decided = connection.scalars(text(NO_LONGER_WAITING)).all()
    close_items(connection, "further_payer", decided, now=now, run_id=run_id, why="the payer has decided")


def settle(connection: Connection, claim: int, *, run_id: int) -> None:
    """Close a claim that is decided on, once nothing of it is open."""
    connection.execute(text(CLOSED), {"claim": claim, "states": before("settled"), "run_id": run_id})
