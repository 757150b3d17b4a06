"""Claims for what may be billed, and a frozen submission of each that nothing holds."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection, Engine, text

from revcycle.cycle.claims.changes import MOST_LINES
from revcycle.foundation.register import LINE_NUMBER, NUMBER, SAME_LINES
from revcycle.foundation.store.numbers import raise_numbers
from revcycle.foundation.store.runs import Step
from revcycle.foundation.x12.claim_numbers import claim_number

MISSING = """
CREATE TEMP TABLE missing ON COMMIT DROP AS
SELECT b.encounter_id, split, b.payer FROM bill b, generate_series(1, (b.lines - 1) / :most + 1) AS split
WHERE b.swept AND NOT EXISTS (
    SELECT FROM claim c WHERE c.encounter_id = b.encounter_id AND c.responsibility = 'P' AND c.split = split.split
    AND c.state <> 'void')
ORDER BY b.encounter_id, split
"""
CLAIMS = """
INSERT INTO claim (claim_number, encounter_id, responsibility, split, payer, state, run_id)
SELECT n.number, m.encounter_id, 'P', m.split, m.payer, 'open', :run_id
FROM (SELECT *, row_number() OVER (ORDER BY encounter_id, split) AS at FROM missing) m
JOIN unnest(CAST(:numbers AS text[])) WITH ORDINALITY AS n (number, at) USING (at)
"""
MAY_GO = """c.state = 'open'
  AND NOT EXISTS (SELECT FROM claim_hold h WHERE h.claim_id = c.id AND h.released_at IS NULL)
  AND NOT EXISTS (SELECT FROM claim_submission s WHERE s.claim_id = c.id AND s.closed_at IS NULL)"""
NEXT = "coalesce((SELECT max(s.ordinal) FROM claim_submission s WHERE s.claim_id = c.id), 0) + 1 AS ordinal"
READY = f"""
CREATE TEMP TABLE ready ON COMMIT DROP AS
SELECT c.id AS claim_id, c.claim_number, c.split, c.next_frequency, c.payer_claim_number, b.*, {NEXT}
FROM claim c JOIN bill b ON b.encounter_id = c.encounter_id AND b.payer = c.payer
WHERE c.next_frequency <> '8' AND b.swept AND {MAY_GO}
"""
# A void has the contents that were sent last, whatever became of the encounter.
TO_VOID = f"""
CREATE TEMP TABLE to_void ON COMMIT DROP AS
SELECT c.id AS claim_id, c.claim_number, c.payer_claim_number, l.id AS last, {NEXT}
FROM claim c JOIN LATERAL (
    SELECT s.id, s.encounter_id, s.version FROM claim_submission s
    WHERE s.claim_id = c.id AND s.interchange_id IS NOT NULL ORDER BY s.ordinal DESC LIMIT 1) l ON true
JOIN encounter_version v ON v.encounter_id = l.encounter_id AND v.version = l.version
WHERE c.next_frequency = '8' AND v.entered_on <= :through AND (:payers = '{{}}'::text[] OR c.payer = ANY (:payers))
  AND {MAY_GO}
"""
SUBMISSIONS = f"""
INSERT INTO claim_submission (claim_id, ordinal, encounter_id, version, patient_row, coverage_row,
    patient_control_number, frequency, payer_claim_number, amount_cents, run_id)
SELECT r.claim_id, r.ordinal, r.encounter_id, r.version, r.patient_row, r.coverage_row,
       {NUMBER.format("r")}, r.next_frequency,
       CASE r.next_frequency WHEN '1' THEN '' ELSE r.payer_claim_number END, a.cents, :run_id
FROM ready r JOIN (
    SELECT encounter_id, version, split, sum(charge_cents) AS cents FROM part GROUP BY encounter_id, version, split
) a USING (encounter_id, version, split)
"""
PART = """
CREATE TEMP TABLE part ON COMMIT DROP AS
SELECT l.*, (place - 1) / :most + 1 AS split, (place - 1) % :most + 1 AS number FROM (
    SELECT l.encounter_id, l.version, l.line, l.procedure, l.modifiers, l.units, l.charge_cents,
           row_number() OVER (PARTITION BY l.encounter_id ORDER BY l.line) AS place
    FROM charge_line l JOIN (SELECT DISTINCT encounter_id, version FROM ready) r USING (encounter_id, version)) l
"""
LINES = f"""
INSERT INTO submission_line (submission_id, line, line_control_number, charge_line, procedure, modifiers, units,
    charge_cents, run_id)
SELECT s.id, p.number, {LINE_NUMBER.format("s", "p.number")}, p.line, p.procedure, p.modifiers, p.units, p.charge_cents,
       :run_id
FROM ready r JOIN claim_submission s ON s.claim_id = r.claim_id AND s.ordinal = r.ordinal
JOIN part p ON p.encounter_id = r.encounter_id AND p.version = r.version AND p.split = r.split
"""
VOIDS = f"""
INSERT INTO claim_submission (claim_id, ordinal, encounter_id, version, patient_row, coverage_row,
    patient_control_number, frequency, payer_claim_number, amount_cents, run_id)
SELECT t.claim_id, t.ordinal, s.encounter_id, s.version, s.patient_row, s.coverage_row, {NUMBER.format("t")}, '8',
       t.payer_claim_number, s.amount_cents, :run_id
FROM to_void t JOIN claim_submission s ON s.id = t.last
"""
LINES_OF_VOIDS = SAME_LINES.format("to_void")


def make_claims(connection: Connection, engine: Engine, *, step: Step, run_id: int) -> int:
    """A claim for every encounter and split that has none; its number is raised first, so a gap may be left."""
    connection.execute(text(MISSING), {"most": MOST_LINES})
    count = connection.execute(text("SELECT count(*) FROM missing")).scalar_one()
    if not count:
        return 0
    numbers = [claim_number(n) for n in raise_numbers(engine, "claim", count, step=step)]
    return connection.execute(text(CLAIMS), {"numbers": numbers, "run_id": run_id}).rowcount


def freeze(connection: Connection, *, through: date, payers: Sequence[str], run_id: int) -> int:
    """A live submission with its lines for each open claim that has no hold and none live."""
    connection.execute(text(TO_VOID), {"through": through, "payers": list(payers)})
    connection.execute(text(READY))
    connection.execute(text(PART), {"most": MOST_LINES})
    made = connection.execute(text(SUBMISSIONS), {"run_id": run_id}).rowcount
    connection.execute(text(LINES), {"run_id": run_id})
    void = connection.execute(text(VOIDS), {"run_id": run_id}).rowcount
    connection.execute(text(LINES_OF_VOIDS), {"run_id": run_id})
    return made + void
