"""What is owed for what was sent, by whom and by when: written when it is released, or is known to have arrived."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, text

from revcycle.foundation.practice.claim_rule import DAYS_TO_835, ClaimRule
from revcycle.foundation.practice.partner import TradingPartner
from revcycle.foundation.practice.partners import practice_zone, stored_claim_rules, stored_partners

STAGE = "CREATE TEMP TABLE owed_by (payer text, kind text, party text, due_at timestamptz) ON COMMIT DROP"
OWED_BY = text("INSERT INTO owed_by VALUES (:payer, :kind, :party, :due_at)")
# A second delivery of the same bytes puts off what was not yet answered; what was alarmed about stays as it was.
EXPECT = """
INSERT INTO expected_answer (subject_kind, subject_id, kind, party, due_at, run_id)
SELECT 'interchange', :interchange, kind, party, due_at, :run_id FROM owed_by WHERE payer = ''
UNION ALL
SELECT 'submission', s.id, o.kind, o.party, o.due_at, :run_id
FROM claim_submission s JOIN claim c ON c.id = s.claim_id JOIN owed_by o ON o.payer = c.payer
WHERE s.interchange_id = :interchange AND s.closed_at IS NULL
ON CONFLICT (subject_kind, subject_id, kind, party) DO UPDATE SET due_at = excluded.due_at
WHERE expected_answer.met_by IS NULL AND expected_answer.alarmed_at IS NULL
"""

OWED_NOTHING = """
SELECT i.id, i.partner FROM interchange i
WHERE i.id = ANY (:interchanges) AND NOT EXISTS (
    SELECT FROM expected_answer e WHERE e.subject_kind = 'interchange' AND e.subject_id = i.id)
"""
# What was met is owed anew: the payer took back what it had decided.
REMITTANCES = """
INSERT INTO expected_answer (subject_kind, subject_id, kind, party, due_at, run_id)
SELECT 'submission', s.id, '835', 'payer', :now + make_interval(days => coalesce(d.days, :otherwise)), :run_id
FROM claim_submission s JOIN claim c ON c.id = s.claim_id
LEFT JOIN jsonb_to_recordset(CAST(:days AS jsonb)) AS d (payer text, days int) ON d.payer = c.payer
WHERE s.id = ANY (:submissions)
ON CONFLICT (subject_kind, subject_id, kind, party) DO UPDATE
SET due_at = excluded.due_at, met_by = NULL, met_at = NULL, alarmed_at = NULL
"""


def expect_remittances(connection: Connection, submissions: Sequence[int], *, now: datetime, run_id: int) -> None:
    """Write the 835 owed for submissions that no interchange of ours carried, within their payers' answer times.

    A payer that gets no claims from the practice itself, and so has no rule for them, is given the usual time.
    """
    days = [{"payer": payer, "days": rule.days_to_835} for payer, rule in _rules(connection, now).items()]
    asked = {"submissions": list(submissions), "days": json.dumps(days), "otherwise": DAYS_TO_835}
    connection.execute(text(REMITTANCES), asked | {"now": now, "run_id": run_id})


def expect_once(connection: Connection, interchanges: Sequence[int], *, now: datetime, run_id: int) -> None:
    """Write what is owed for those of the interchanges that never passed through a release that we know of."""
    partners = stored_partners(connection)
    for row in connection.execute(text(OWED_NOTHING), {"interchanges": list(interchanges)}).all():
        if partner := partners.get(row.partner):
            expect(connection, row.id, partner, now=now, run_id=run_id)


def expect(connection: Connection, interchange: int, partner: TradingPartner, *, now: datetime, run_id: int) -> None:
    """Write the answers owed for the interchange and for each of its live submissions, due from `now` on."""
    owed = [("", kind, "clearinghouse", now + timedelta(hours=hours)) for kind, hours in _of_partner(partner)]
    for payer, rule in _rules(connection, now).items():
        owed += [(payer, kind, party, now + within) for kind, party, within in _of_payer(rule)]
    connection.execute(text(STAGE))
    names = ("payer", "kind", "party", "due_at")
    connection.execute(OWED_BY, [dict(zip(names, row, strict=True)) for row in owed])
    connection.execute(text(EXPECT), {"interchange": interchange, "run_id": run_id})
    connection.execute(text("DROP TABLE owed_by"))


def _of_partner(partner: TradingPartner) -> list[tuple[str, int]]:
    first = [("TA1", partner.hours_to_ta1)] if partner.sends_positive_ta1 else []
    return [*first, ("999", partner.hours_to_999)]


def _of_payer(rule: ClaimRule) -> list[tuple[str, str, timedelta]]:
    status, paid = timedelta(hours=rule.hours_to_277ca), timedelta(days=rule.days_to_835)
    by_payer = [("277CA", "payer", status)] if rule.sends_277ca else []
    return [("277CA", "clearinghouse", status), *by_payer, ("835", "payer", paid)]


def _rules(connection: Connection, now: datetime) -> dict[str, ClaimRule]:
    """Each payer's last rule that has begun on the practice's day of `now`."""
    today = now.astimezone(practice_zone(connection)).date()
    rules: dict[str, ClaimRule] = {}
    for payer, dated in stored_claim_rules(connection).items():
        for rule in dated:
            if rule.valid_from <= today:
                rules[payer] = rule
    return rules
