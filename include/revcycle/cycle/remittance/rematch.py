"""One CLP matched by a person: its suspense reversed, its payment and adjustments booked to the claim."""

from collections.abc import Mapping

from sqlalchemy import Connection, text

from revcycle.cycle.remittance import booking, claims, denials, facts, matching, onward, staging, to_do
from revcycle.cycle.remittance.desk import Desk
from revcycle.foundation.ledger import reverse
from revcycle.foundation.practice.remittance_rule import safe_reasons

FOUND = """
SELECT r.id, r.payer, rc.position, c.id AS claim_id,
       (SELECT s.id FROM claim_submission s
        WHERE s.claim_id = c.id AND (s.interchange_id IS NOT NULL OR s.transport <> 'electronic')
        ORDER BY s.patient_control_number = :number DESC, s.ordinal DESC LIMIT 1) AS submission_id
FROM remittance_claim rc JOIN remittance r ON r.id = rc.remittance_id AND r.state = 'partly_matched'
JOIN claim c ON c.claim_number = left(:number, 10)
WHERE rc.id = :remittance_claim FOR UPDATE OF r
"""
AGAIN = """
INSERT INTO read_{table} ({columns}) SELECT {columns} FROM {table}
WHERE remittance_id = :remittance AND {place} = :position
"""
MATCHED = """
CREATE TEMP TABLE matched ON COMMIT DROP AS
SELECT CAST(:position AS int) AS position, CAST(:claim AS bigint) AS claim_id, CAST(:submission AS bigint)
           AS submission_id, 'person' AS method,
       (SELECT max(ordinal) + 1 FROM remittance_match WHERE remittance_id = :remittance AND claim_position = :position)
           AS ordinal
"""
SUSPENSE = """
CREATE TEMP TABLE entry_to_reverse ON COMMIT DROP AS
SELECT id AS entry_id FROM journal_entry
WHERE kind = 'unapplied' AND source_kind = 'remittance_claim' AND source_id = :remittance_claim
"""
WRITE = """
INSERT INTO remittance_match (remittance_id, claim_position, ordinal, claim_id, submission_id, method, staff, run_id)
SELECT :remittance, position, ordinal, claim_id, submission_id, method, :staff, :run_id FROM matched
"""
ALL_MATCHED = """
UPDATE remittance r SET state = CASE amount_cents WHEN 0 THEN 'notification' ELSE 'posted' END
WHERE r.id = :remittance AND NOT EXISTS (
    SELECT FROM remittance_claim rc WHERE rc.remittance_id = r.id AND rc.status NOT IN ('23', '25')
    AND NOT EXISTS (SELECT FROM remittance_match m WHERE m.remittance_id = r.id AND m.claim_position = rc.position
                    AND m.claim_id IS NOT NULL))
"""
DONE = "DROP TABLE matched, matched_service, entry_to_reverse, booked, decided, forwarded, onward"


def match_by_person(
    connection: Connection, desk: Desk, remittance_claim: int, number: str, *, staff: str, run_id: int
) -> bool:
    """Take a CLP in suspense for the claim of this number; False where there is no such claim or nothing suspended."""
    now, day = desk.now, desk.day
    asked = {"remittance_claim": remittance_claim, "number": number.strip().upper(), "staff": staff, "run_id": run_id}
    found = connection.execute(text(FOUND), asked).one_or_none()
    if found is None:
        return False
    asked |= {"remittance": found.id, "position": found.position, "claim": found.claim_id}
    asked |= {"submission": found.submission_id}
    _stage_again(connection, staging.prepare(connection), asked)
    connection.execute(text(MATCHED), asked)
    connection.execute(text(SUSPENSE), asked)
    reverse(connection, day=day, run_id=run_id)
    connection.execute(text(WRITE), asked)
    matching.match_services(connection)
    facts.judge_again(connection, remittance=found.id, safe=safe_reasons(connection, found.payer, day))
    onward.make(connection, desk.engine, remittance=found.id, step=desk.step, run_id=run_id)
    booking.book(connection, remittance=found.id, day=day, run_id=run_id)
    connection.execute(text(ALL_MATCHED), asked)
    denials.deny(connection, remittance=found.id, day=day, now=now, run_id=run_id)
    onward.submit_or_hold(connection, remittance=found.id, now=now, run_id=run_id)
    claims.follow(connection, remittance=found.id, now=now, run_id=run_id)
    to_do.overpaid(connection, now=now, run_id=run_id)
    connection.execute(text(DONE))
    return True


def _stage_again(connection: Connection, columns: Mapping[str, str], asked: Mapping[str, object]) -> None:
    """The facts of one CLP back in the tables they were read to, so that it is matched and judged as the others are."""
    for table, names in columns.items():
        if table != "provider_adjustment":
            place = "position" if table == "remittance_claim" else "claim_position"
            connection.execute(text(AGAIN.format(table=table, columns=names, place=place)), asked)
