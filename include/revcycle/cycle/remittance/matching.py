"""Which claim of ours each CLP pays, and which line each SVC: by our own numbers first, and never by a guess.

The exact patient control number is enough. Whatever else leads to a claim must also agree in the charge, or in the
member id and a date of service; two claims that both agree are none. A claim of another payer than the one who pays
is only taken for its sibling at this payer.
"""

from typing import Any

from sqlalchemy import Connection, text

from revcycle.foundation.store.temporary import analyze

# Every CLP whose number is a submission's own.
EXACT = """
CREATE TEMP TABLE candidate ON COMMIT DROP AS
SELECT r.position, c.id AS claim_id, s.id AS submission_id, 'exact' AS method, c.payer
FROM read_remittance_claim r JOIN claim_submission s ON s.patient_control_number = r.patient_control_number
JOIN claim c ON c.id = s.claim_id
WHERE s.interchange_id IS NOT NULL OR s.transport <> 'electronic'
"""
# The others: in other letters, with another ending than ours, cut off, or lost while the lines kept their numbers.
LEFT = """
CREATE TEMP TABLE unmatched ON COMMIT DROP AS
SELECT r.position, upper(trim(r.patient_control_number)) AS number, abs(r.charge_cents) AS charge_cents, r.member_id,
       coalesce(r.statement_from, s.date_from) AS served_on
FROM read_remittance_claim r
LEFT JOIN (SELECT claim_position, min(date_from) AS date_from FROM read_remittance_service GROUP BY claim_position) s
     ON s.claim_position = r.position
WHERE NOT EXISTS (SELECT FROM candidate c WHERE c.position = r.position)
"""
OTHERWISE = """
INSERT INTO candidate
WITH reached AS (
    SELECT u.position, c.id AS claim_id, 'folded' AS method, 1 AS rank
    FROM unmatched u JOIN claim_submission s ON s.patient_control_number = u.number JOIN claim c ON c.id = s.claim_id
    UNION ALL
    SELECT u.position, c.id, 'stem', 2 FROM unmatched u JOIN claim c ON c.claim_number = left(u.number, 10)
    UNION ALL
    SELECT u.position, c.id, 'cut', 3 FROM unmatched u
    JOIN generate_series(6, 9) AS kept ON length(u.number) = kept
    JOIN claim c ON left(c.claim_number, kept) = u.number
    UNION ALL
    SELECT u.position, s.claim_id, 'line', 4 FROM unmatched u
    JOIN read_remittance_service r ON r.claim_position = u.position AND r.line_control_number <> ''
    JOIN submission_line l ON l.line_control_number = r.line_control_number
    JOIN claim_submission s ON s.id = l.submission_id
), agreed AS (
    SELECT r.position, r.claim_id, s.id AS submission_id, r.method, r.rank,
           row_number() OVER (PARTITION BY r.position, r.claim_id ORDER BY r.rank, s.ordinal DESC) AS place
    FROM reached r JOIN unmatched u USING (position)
    JOIN claim_submission s ON s.claim_id = r.claim_id
         AND (s.interchange_id IS NOT NULL OR s.transport <> 'electronic')
    JOIN coverage k ON k.id = s.coverage_row
    WHERE s.amount_cents = u.charge_cents
       OR u.member_id <> '' AND k.member_id = u.member_id AND EXISTS (
              SELECT FROM charge_line l WHERE l.encounter_id = s.encounter_id AND l.version = s.version
              AND u.served_on BETWEEN l.date_from AND coalesce(l.date_to, l.date_from))
), one AS (
    SELECT position FROM agreed GROUP BY position HAVING count(DISTINCT claim_id) = 1)
SELECT position, claim_id, submission_id, method, payer FROM agreed JOIN one USING (position)
JOIN claim c ON c.id = claim_id WHERE place = 1
"""
# A payer's remittance is about its own claims; one that came by the number of another payer's claim (a crossover) is
# about the sibling at this payer, where there is exactly one.
MATCHED = """
CREATE TEMP TABLE matched ON COMMIT DROP AS
WITH of_payer AS (
    SELECT position, claim_id, submission_id, method FROM candidate WHERE payer = :payer
    UNION ALL
    SELECT k.position, min(mine.id), min(s.id), k.method
    FROM candidate k JOIN claim other ON other.id = k.claim_id
    JOIN claim mine ON mine.encounter_id = other.encounter_id AND mine.split = other.split
         AND mine.payer = :payer AND mine.state <> 'void'
    LEFT JOIN claim_submission s ON s.claim_id = mine.id AND s.closed_at IS NULL
    WHERE k.payer <> :payer
    GROUP BY k.position, k.method HAVING count(DISTINCT mine.id) = 1)
SELECT r.position, o.claim_id, o.submission_id, coalesce(o.method, 'none') AS method,
       coalesce((SELECT max(m.ordinal) FROM remittance_match m
                 WHERE m.remittance_id = :remittance AND m.claim_position = r.position), 0) + 1 AS ordinal
FROM read_remittance_claim r LEFT JOIN of_payer o USING (position)
"""
INDEX = "CREATE UNIQUE INDEX ON matched (position)"
# With those of the next payers, which what happens to these may change.
LOCK = """
SELECT count(*) FROM (
    SELECT FROM claim WHERE id IN (
        SELECT claim_id FROM matched UNION ALL
        SELECT n.id FROM matched m JOIN claim n ON n.prior_claim = m.claim_id) ORDER BY id FOR NO KEY UPDATE) one
"""
ANEW = "DROP TABLE matched, candidate, unmatched"

# A service by our line number; else by what was billed: procedure, modifiers, day and charge. Equal lines pair off.
BY_NUMBER = """
CREATE TEMP TABLE matched_service ON COMMIT DROP AS
SELECT r.claim_position, r.position, l.submission_id, l.line
FROM read_remittance_service r JOIN matched m ON m.position = r.claim_position
JOIN submission_line l ON l.line_control_number = r.line_control_number
JOIN claim_submission s ON s.id = l.submission_id AND s.claim_id = m.claim_id
WHERE r.line_control_number <> ''
"""
# A payer that got the claim from the one before may name the lines by that one's numbers.
BY_NUMBER_BEFORE = """
INSERT INTO matched_service
SELECT r.claim_position, r.position, l.submission_id, l.line
FROM read_remittance_service r JOIN matched m ON m.position = r.claim_position
JOIN submission_line before ON before.line_control_number = r.line_control_number
JOIN claim_submission b ON b.id = before.submission_id AND b.claim_id <> m.claim_id
JOIN claim_submission s ON s.id = m.submission_id AND s.encounter_id = b.encounter_id AND s.version = b.version
JOIN submission_line l ON l.submission_id = s.id AND l.charge_line = before.charge_line
WHERE r.line_control_number <> ''
"""
BY_CONTENT = """
INSERT INTO matched_service
WITH left_over AS (
    SELECT r.claim_position, r.position, m.submission_id, coalesce(nullif(r.submitted_procedure, ''), r.procedure) AS p,
           CASE WHEN r.submitted_procedure <> '' THEN r.submitted_modifiers ELSE r.modifiers END AS modifiers,
           r.date_from, abs(r.charge_cents) AS charge_cents
    FROM read_remittance_service r JOIN matched m ON m.position = r.claim_position AND m.submission_id IS NOT NULL
    WHERE NOT EXISTS (SELECT FROM matched_service d
                      WHERE d.claim_position = r.claim_position AND d.position = r.position)
), asked AS (
    SELECT *, row_number() OVER (PARTITION BY claim_position, p, modifiers, date_from, charge_cents ORDER BY position)
        AS place FROM left_over
), billed AS (
    SELECT m.position AS claim_position, l.submission_id, l.line, l.procedure AS p, l.modifiers, c.date_from,
           l.charge_cents, row_number() OVER (
               PARTITION BY m.position, l.procedure, l.modifiers, c.date_from, l.charge_cents ORDER BY l.line) AS place
    FROM (SELECT DISTINCT claim_position AS position, submission_id FROM left_over) m
    JOIN submission_line l ON l.submission_id = m.submission_id
    JOIN claim_submission s ON s.id = l.submission_id
    JOIN charge_line c ON c.encounter_id = s.encounter_id AND c.version = s.version AND c.line = l.charge_line
    WHERE NOT EXISTS (SELECT FROM matched_service d WHERE d.claim_position = m.position
                      AND d.submission_id = l.submission_id AND d.line = l.line))
SELECT a.claim_position, a.position, b.submission_id, b.line
FROM asked a JOIN billed b USING (claim_position, p, modifiers, date_from, charge_cents, place)
"""


def match(connection: Connection, *, remittance: int, payer: str) -> None:
    """Make `matched` (position, claim_id, submission_id, method, ordinal) of the CLPs that were read.

    It has a row for every CLP, with method `none` where no claim of ours was found; the claims found stay locked, in
    the order of their ids. `candidate` (position, claim_id) has the claims that a CLP led to, another payer's too.
    """
    asked: dict[str, Any] = {"remittance": remittance, "payer": payer}
    connection.execute(text(EXACT))
    if connection.execute(text(LEFT)).rowcount:
        connection.execute(text(OTHERWISE))
    for statement in (MATCHED, INDEX, LOCK):
        connection.execute(text(statement), asked)
    analyze(connection, "matched")


def match_anew(connection: Connection, *, remittance: int, payer: str) -> None:
    """The same after claims were made for what was found to be meant."""
    connection.execute(text(ANEW))
    match(connection, remittance=remittance, payer=payer)


def match_services(connection: Connection) -> None:
    """Make `matched_service` (claim_position, position, submission_id, line) of the SVCs whose line is known."""
    by_number = connection.execute(text(BY_NUMBER)).rowcount
    if by_number < connection.execute(text("SELECT count(*) FROM read_remittance_service")).scalar_one():
        for statement in (BY_NUMBER_BEFORE, BY_CONTENT):
            connection.execute(text(statement))
    connection.execute(text("CREATE UNIQUE INDEX ON matched_service (claim_position, position)"))
    analyze(connection, "matched_service")
