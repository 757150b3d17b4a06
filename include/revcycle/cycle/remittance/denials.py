"""Denials: what a payer refused, by CAS, with its category, its owner and, for coders, the edit that looks at it.

The categories are ours. Which reasons belong to coders follows from what they are about: codes, modifiers, diagnoses,
units and the edits between them (claim adjustment reason codes as of November 2026).
"""

import json
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, text

from revcycle.foundation.calendar import due_on
from revcycle.foundation.ledger.write_offs import take_write_offs_back
from revcycle.foundation.practice.limits import stored_limits, unappealable
from revcycle.foundation.practice.time_rules import APPEAL
from revcycle.foundation.work.causes import close_items
from revcycle.foundation.work.denials import DENIAL, Outcome, raise_denials

CODING = {
    "4": "modifier",
    "5": "place of service",
    "6": "age",
    "7": "sex",
    "8": "provider type",
    "9": "age",
    "10": "sex",
    "11": "diagnosis",
    "12": "diagnosis",
    "97": "bundled",
    "107": "add-on",
    "146": "diagnosis",
    "167": "diagnosis",
    "181": "procedure code",
    "182": "modifier",
    "199": "revenue code",
    "222": "units",
    "231": "mutually exclusive",
    "234": "bundled",
    "236": "bundled",
    "B8": "alternative service",
    "B15": "add-on",
}
"""Claim adjustment reason code -> category, where a coder can tell whether the coding stands."""
BILLING = {
    "16": "information missing",
    "18": "duplicate",
    "22": "coordination of benefits",
    "24": "capitation",
    "26": "coverage",
    "27": "coverage",
    "29": "timely filing",
    "31": "patient not identified",
    "50": "medical necessity",
    "96": "not covered",
    "109": "wrong payer",
    "119": "benefit maximum",
    "140": "patient not identified",
    "151": "units",
    "197": "authorization",
    "204": "not covered",
    "252": "documentation",
    "B7": "provider not eligible",
}
EDITS = {
    "modifier": ("modifier.",),
    "place of service": ("place.",),
    "age": ("icd10.age",),
    "diagnosis": ("icd10.", "diagnosis.", "necessity."),
    "bundled": ("ncci.ptp",),
    "mutually exclusive": ("ncci.ptp",),
    "add-on": ("addon.",),
    "procedure code": ("procedure.",),
    "units": ("ncci.mue",),
}
"""Category -> the rules of the sweep that look at the same."""

DENIED = """
INSERT INTO denial (remittance_id, claim_position, service_position, ordinal, claim_id, group_code, reason, category,
                    owner, amount_cents, edit_rule, run_id)
SELECT a.remittance_id, a.claim_position, a.service_position, a.ordinal, m.claim_id, a.group_code, a.reason,
       coalesce(k.category, 'other'), coalesce(k.owner, 'biller'), a.amount_cents,
       coalesce((SELECT min(f.rule) FROM claim_submission s
                 JOIN finding f ON f.encounter_id = s.encounter_id AND f.version = s.version
                 WHERE s.id = m.submission_id AND k.owner = 'coder'
                   AND EXISTS (SELECT FROM jsonb_array_elements_text(k.edits) AS edit WHERE starts_with(f.rule, edit))),
                ''), :run_id
FROM remittance_adjustment a JOIN matched m ON m.position = a.claim_position
JOIN remittance_claim rc ON rc.remittance_id = a.remittance_id AND rc.position = a.claim_position
LEFT JOIN jsonb_to_recordset(CAST(:categories AS jsonb)) AS k (reason text, category text, owner text, edits jsonb)
     ON k.reason = a.reason
WHERE a.remittance_id = :remittance AND a.treatment = 'denied' AND rc.status <> '22'
ON CONFLICT DO NOTHING
"""
# The payer decides anew, on the whole amount: what was written off of it is open again.
REVERSED = """
SELECT DISTINCT m.claim_id FROM matched m
JOIN remittance_claim rc ON rc.remittance_id = :remittance AND rc.position = m.position AND rc.status = '22'
WHERE m.claim_id IS NOT NULL ORDER BY m.claim_id
"""
REOPEN = """
UPDATE denial SET outcome = '', closed_at = NULL, run_id = :run_id
WHERE claim_id = ANY (:reversed) AND outcome = :written_off
"""
# A reversal repeats the adjustments of what it takes back with the other sign. As many denials of a kind are closed as
# there are reversals of it over all that was posted, in whatever order it came; those that have ended already, because
# the claim was corrected, are the first that a reversal is taken for.
TAKEN_BACK = """
WITH back AS (
    SELECT t.claim_id, a.group_code, a.reason, -a.amount_cents AS amount_cents, count(*) AS times
    FROM (SELECT DISTINCT claim_id FROM matched WHERE claim_id IS NOT NULL) t
    JOIN posted_claim rc ON rc.claim_id = t.claim_id AND rc.status = '22'
    JOIN remittance_adjustment a ON a.remittance_id = rc.remittance_id AND a.claim_position = rc.position
    GROUP BY 1, 2, 3, 4
), ranked AS (
    SELECT d.id, d.claim_id, d.group_code, d.reason, d.amount_cents, d.closed_at, row_number() OVER (
        PARTITION BY d.claim_id, d.group_code, d.reason, d.amount_cents ORDER BY d.outcome = '', d.id) AS place
    FROM denial d JOIN back USING (claim_id, group_code, reason, amount_cents)
    WHERE d.outcome <> :undone)
UPDATE denial d SET outcome = :taken_back, closed_at = :now, run_id = :run_id
FROM ranked JOIN back USING (claim_id, group_code, reason, amount_cents)
WHERE d.id = ranked.id AND ranked.place <= back.times AND d.closed_at IS NULL
RETURNING d.id
"""
# Before what is left of the reversals is counted again.
STANDS_AGAIN = """
UPDATE denial d SET outcome = '', closed_at = NULL, run_id = :run_id
FROM remittance r WHERE r.id = d.remittance_id AND r.state IN ('posted', 'partly_matched', 'notification')
  AND d.claim_id = ANY (:reversed) AND d.outcome = :taken_back
"""
UNDATED = """
SELECT DISTINCT c.payer, d.reason, r.effective_date FROM denial d
JOIN claim c ON c.id = d.claim_id JOIN remittance r ON r.id = d.remittance_id
WHERE d.remittance_id = :remittance AND d.appeal_by IS NULL
"""
APPEAL_BY = """
UPDATE denial d SET appeal_by = :appeal_by FROM claim c
WHERE c.id = d.claim_id AND d.remittance_id = :remittance AND c.payer = :payer AND d.reason = :reason
"""
TOUCHED = "(d.remittance_id = :remittance OR d.claim_id = ANY (:reversed))"
CATEGORIES = json.dumps(
    [
        {"reason": reason, "category": category, "owner": "coder", "edits": EDITS.get(category, ())}
        for reason, category in CODING.items()
    ]
    + [{"reason": reason, "category": category, "owner": "biller", "edits": []} for reason, category in BILLING.items()]
)


def deny(connection: Connection, *, remittance: int, day: date, now: datetime, run_id: int) -> None:
    """Write the denials of a remittance and open their work; close those whose decision was taken back.

    `day` dates the reversal of what had been written off of a claim that the payer now decides on anew.
    """
    asked = _asked(connection, remittance, now=now, run_id=run_id)
    if asked["reversed"] and take_write_offs_back(connection, asked["reversed"], day=day, run_id=run_id):
        connection.execute(text(REOPEN), asked)
    connection.execute(text(DENIED), asked | {"categories": CATEGORIES})
    _date_appeals(connection, remittance)
    _follow(connection, asked)


def reversals_undone(connection: Connection, *, remittance: int, now: datetime, run_id: int) -> None:
    """The remittance counts no longer: what only its reversals had taken back is denied again."""
    asked = _asked(connection, remittance, now=now, run_id=run_id)
    if asked["reversed"]:
        connection.execute(text(STANDS_AGAIN), asked)
        _follow(connection, asked)


def _asked(connection: Connection, remittance: int, *, now: datetime, run_id: int) -> dict[str, Any]:
    """The parameters of the statements here; `reversed` are the claims whose decision the remittance takes back."""
    taken_back = connection.scalars(text(REVERSED), {"remittance": remittance}).all()
    outcomes = {outcome.name.lower(): outcome.value for outcome in Outcome}
    return {"remittance": remittance, "reversed": taken_back, "now": now, "run_id": run_id} | outcomes


def _follow(connection: Connection, asked: dict[str, Any]) -> None:
    """Close what reversals took back over all that is posted, and bring the work in line."""
    gone = connection.scalars(text(TAKEN_BACK), asked).all()
    now, run_id = asked["now"], asked["run_id"]
    close_items(connection, DENIAL, gone, now=now, run_id=run_id, why="the payer took its decision back")
    touched = {name: asked[name] for name in ("remittance", "reversed")}
    raise_denials(connection, which=TOUCHED, now=now, run_id=run_id, **touched)


def _date_appeals(connection: Connection, remittance: int) -> None:
    """The last day to appeal each new denial, by the payer's rule of the payment's day; without one, none is named."""
    limits, without = stored_limits(connection, APPEAL), unappealable(connection)
    dated = [
        {
            "remittance": remittance,
            "payer": payer,
            "reason": reason,
            "appeal_by": due_on(limit, paid_on),
        }
        for payer, reason, paid_on in connection.execute(text(UNDATED), {"remittance": remittance})
        for limit in limits
        if limit.payer == payer and limit.covers(paid_on) and reason not in without[payer, limit.valid_from]
    ]
    if dated:
        connection.execute(text(APPEAL_BY), dated)
