"""Claims that a payer forwarded to the next one (crossover): submitted by that, so no bill of ours goes there.

Source: guide 005010X221A1, CLP02 19, 20 and 21 (processed and forwarded), and NM1*TT, the crossover carrier.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, text

from revcycle.foundation.claim_states import before
from revcycle.foundation.register import NUMBER, SAME_LINES, expect_remittances
from revcycle.foundation.store.temporary import analyze
from revcycle.foundation.work.causes import Cause, close_items, decided, open_items

UNDONE = "posting undone"
"""Why a crossover's submission is closed when the remittance that told of it is taken back by a person."""

CARRIERS = """
CREATE TEMP TABLE carrier ON COMMIT DROP AS
SELECT claim_position, min(split_part(elements, E'\\t', 3)) AS name, min(split_part(elements, E'\\t', 9)) AS code
FROM remittance_detail
WHERE remittance_id = :remittance AND segment_id = 'NM1' AND starts_with(elements, E'TT\\t') GROUP BY claim_position
"""
FORWARDED = """
CREATE TEMP TABLE forwarded ON COMMIT DROP AS
SELECT r.position, coalesce(t.name, '') AS carrier, coalesce(t.code, '') AS carrier_code
FROM read_remittance_claim r LEFT JOIN carrier t ON t.claim_position = r.position
WHERE r.status IN ('19', '20', '21') OR t.claim_position IS NOT NULL AND r.status NOT IN ('22', '23', '25')
"""
# What a submission is frozen of: the patient and the coverage as they are now, and the contents that the payer before
# decided on. Of n, the next payer's claim, and b, the claim before with its submission.
FROZEN_OF = """
LEFT JOIN LATERAL (
    SELECT s.id FROM claim c JOIN claim_submission s ON s.claim_id = c.id
         AND (s.interchange_id > 0 OR s.transport <> 'electronic')
    WHERE c.encounter_id = n.encounter_id AND c.split = n.split AND c.id <> n.id
    ORDER BY s.id = b.submission_id DESC, c.id = n.prior_claim DESC, s.ordinal DESC LIMIT 1) last ON true
LEFT JOIN patient p ON p.patient_id = b.patient_id AND p.superseded_at IS NULL
LEFT JOIN coverage k ON k.patient_id = b.patient_id AND k.responsibility = n.responsibility AND k.payer = n.payer
     AND k.superseded_at IS NULL
     AND (SELECT min(l.date_from) FROM charge_line l JOIN encounter e ON e.id = l.encounter_id
               AND e.current_version = l.version WHERE e.id = n.encounter_id)
         BETWEEN k.valid_from AND coalesce(k.valid_to, 'infinity')
"""
# Of each claim that was forwarded: the next payer's, what was sent of it, and what is to be done about it.
CROSSED = f"""
CREATE TEMP TABLE crossed ON COMMIT DROP AS
SELECT DISTINCT ON (b.claim_id) b.claim_id AS prior_claim, b.encounter_id, b.source_id, b.status, b.segment,
       b.effective_date, f.carrier, n.id AS claim_id, n.claim_number, n.payer, k.id AS coverage_row,
       p.id AS patient_row, last.id AS last, coalesce(own.ordinal, 0) + 1 AS ordinal,
       CASE WHEN n.id IS NULL THEN 'uncovered'
            WHEN n.state IN ('open', 'submitted') AND f.carrier_code IN (SELECT value FROM known)
                 AND NOT EXISTS (SELECT FROM known WHERE value = f.carrier_code AND known.payer = n.payer)
                 THEN 'elsewhere'
            WHEN own.crossed THEN 'known'
            WHEN own.sent THEN 'twice'
            WHEN n.state = ANY (:states) AND n.next_frequency = '1' AND k.id > 0 AND p.id > 0 AND last.id > 0
                 THEN 'forwarded' END AS verdict
FROM booked b JOIN forwarded f USING (position)
LEFT JOIN claim n ON n.id = b.next_claim
LEFT JOIN LATERAL (
    SELECT max(s.ordinal) AS ordinal, bool_or(s.transport = 'crossover' AND s.closed_at IS NULL) AS crossed,
           bool_or((s.interchange_id > 0 OR s.transport <> 'electronic') AND s.closed_because <> :undone) AS sent
    FROM claim_submission s WHERE s.claim_id = n.id) own ON true
{FROZEN_OF}
WHERE b.encounter_id > 0 ORDER BY b.claim_id, b.position DESC
"""
EARLY = f"""
CREATE TEMP TABLE crossed ON COMMIT DROP AS
SELECT n.id AS claim_id, n.claim_number, k.id AS coverage_row, p.id AS patient_row, last.id AS last, 1 AS ordinal,
       'forwarded' AS verdict
FROM onward o JOIN claim n ON n.prior_claim = o.prior_claim AND n.state = ANY (:states)
     AND NOT EXISTS (SELECT FROM claim_submission s WHERE s.claim_id = n.id)
JOIN LATERAL (
    SELECT v.patient_id, NULL::bigint AS submission_id FROM encounter e
    JOIN encounter_version v ON v.encounter_id = e.id AND v.version = e.current_version
    WHERE e.id = n.encounter_id) b ON true
{FROZEN_OF}
"""
KNOWN = """
CREATE TEMP TABLE known ON COMMIT DROP AS
SELECT DISTINCT value, payer FROM payer_identifier WHERE superseded_at IS NULL
"""
SUPERSEDED = """
UPDATE claim_submission s SET closed_at = :now, closed_because = 'crossed over' FROM crossed t
WHERE t.verdict = 'forwarded' AND s.claim_id = t.claim_id AND s.closed_at IS NULL
"""
FREEZE = f"""
INSERT INTO claim_submission (claim_id, ordinal, encounter_id, version, patient_row, coverage_row,
    patient_control_number, frequency, transport, amount_cents, run_id)
SELECT t.claim_id, t.ordinal, s.encounter_id, s.version, t.patient_row, t.coverage_row, {NUMBER.format("t")}, '1',
       'crossover', s.amount_cents, :run_id
FROM crossed t JOIN claim_submission s ON s.id = t.last WHERE t.verdict = 'forwarded'
RETURNING id, claim_id
"""
LINES = SAME_LINES.format("crossed")
SUBMITTED = "UPDATE claim SET state = 'submitted', run_id = :run_id WHERE id = ANY (:claims) AND state = ANY (:states)"
# What an encounter's change holds back stays: the payer has it as it was.
FREE = """
UPDATE claim_hold SET released_at = :now, released_by = 'remittance'
WHERE claim_id = ANY (:claims) AND cause <> 'amendment' AND released_at IS NULL
"""
EVENTS = """
INSERT INTO claim_event (claim_id, submission_id, source_kind, source_id, kind, party, at, detail, run_id)
SELECT t.claim_id, s.id, 'remittance', t.source_id, 'crossed over', 'payer',
       CAST(t.effective_date AS timestamp) AT TIME ZONE 'UTC',
       jsonb_build_object('status', t.status, 'remittance', CAST(:remittance AS bigint), 'segment', t.segment), :run_id
FROM crossed t JOIN claim_submission s ON s.claim_id = t.claim_id AND s.closed_at IS NULL AND s.transport = 'crossover'
WHERE t.verdict IN ('forwarded', 'known')
ON CONFLICT DO NOTHING
"""
TOLD = """
SELECT t.*, r.payer AS by, r.trn02 AS trace, c.payer AS next_payer,
       (SELECT amount_cents FROM claim_submission s WHERE s.id = t.last) AS cents
FROM crossed t JOIN remittance r ON r.id = :remittance LEFT JOIN claim c ON c.id = t.claim_id
WHERE t.verdict IN ('uncovered', 'elsewhere', 'twice') ORDER BY t.source_id
"""
# Where another remittance that stands says the same, or the next payer has decided, nothing is taken back.
TAKE_BACK = """
WITH ended AS (
    UPDATE claim_submission s SET closed_at = :now, closed_because = :undone, run_id = :run_id
    FROM matched m JOIN claim c ON c.prior_claim = m.claim_id AND c.state = ANY (:states)
    WHERE s.claim_id = c.id AND s.closed_at IS NULL AND s.transport = 'crossover' AND (
        SELECT bool_or(r.id = :remittance) AND NOT bool_or(r.state IN ('posted', 'partly_matched', 'notification'))
        FROM claim_event v JOIN remittance_claim rc ON rc.id = v.source_id JOIN remittance r ON r.id = rc.remittance_id
        WHERE v.claim_id = c.id AND v.submission_id = s.id AND v.kind = 'crossed over')
    RETURNING s.id, s.claim_id
), owed AS (
    UPDATE expected_answer SET met_by = 0, met_at = :now
    WHERE subject_kind = 'submission' AND subject_id IN (SELECT id FROM ended) AND met_by IS NULL)
UPDATE claim SET state = 'open', run_id = :run_id WHERE id IN (SELECT claim_id FROM ended)
RETURNING id, encounter_id, payer, responsibility
"""


def stage(connection: Connection, remittance: int) -> None:
    """Make `forwarded` (position, carrier, carrier_code) of the CLPs that say that the claim was forwarded."""
    connection.execute(text(CARRIERS), {"remittance": remittance})
    analyze(connection, "carrier")
    connection.execute(text(FORWARDED))
    connection.execute(text("DROP TABLE carrier"))


def submit(connection: Connection, *, remittance: int, now: datetime, run_id: int) -> dict[int, str]:
    """Submit the next payer's claim of each in `forwarded` of which nothing was sent, and tell of those that cannot be.

    Returns the claims whose bill went to another payer than theirs, with that payer's name.
    """
    if not connection.execute(text("SELECT EXISTS (SELECT FROM forwarded)")).scalar_one():
        return {}
    asked = {"remittance": remittance, "now": now, "run_id": run_id, "undone": UNDONE, "states": before("crossed over")}
    for statement in (KNOWN, CROSSED):
        connection.execute(text(statement), asked)
    _freeze(connection, asked, now=now, run_id=run_id)
    connection.execute(text(EVENTS), asked)
    elsewhere = _tell(connection, remittance, now=now, run_id=run_id)
    connection.execute(text("DROP TABLE crossed, known"))
    return elsewhere


def submit_early(connection: Connection, *, now: datetime, run_id: int) -> None:
    """Submit the claims of `onward`: their payer decided on them before the one before said that it forwarded them."""
    asked = {"now": now, "run_id": run_id, "states": before("crossed over")}
    connection.execute(text(EARLY), asked)
    _freeze(connection, asked, now=now, run_id=run_id)
    connection.execute(text("DROP TABLE crossed"))


def _freeze(connection: Connection, asked: Mapping[str, object], *, now: datetime, run_id: int) -> None:
    """A submission of each claim in `crossed` that was forwarded, with its lines; nothing holds it, its 835 is owed."""
    connection.execute(text(SUPERSEDED), asked)
    frozen = connection.execute(text(FREEZE), asked).all()
    claims = [row.claim_id for row in frozen]
    for statement in (LINES, SUBMITTED, FREE):
        connection.execute(text(statement), {**asked, "claims": claims})
    expect_remittances(connection, [row.id for row in frozen], now=now, run_id=run_id)
    why = "the payer before forwarded the claim"
    close_items(connection, "further_payer", claims, now=now, run_id=run_id, why=why)


def _tell(connection: Connection, remittance: int, *, now: datetime, run_id: int) -> dict[int, str]:
    """Items for what was forwarded without coverage, or is billed by us too; returns what went elsewhere."""
    rows = connection.execute(text(TOLD), {"remittance": remittance}).all()
    twice = {row.claim_id for row in rows if row.verdict == "twice"}
    twice -= decided(connection, "billed_twice", twice)
    causes = []
    for row in rows:
        if row.verdict == "uncovered":
            detail = {"payer": row.by, "trace": row.trace, "segment": str(row.segment), "of": row.carrier}
            causes.append(Cause("sent_on", row.source_id, "biller", row.encounter_id, row.prior_claim, detail=detail))
        elif row.claim_id in twice:
            detail = {"payer": row.next_payer}
            causes.append(
                Cause("billed_twice", row.claim_id, "biller", row.encounter_id, row.claim_id, row.cents, detail=detail)
            )
    open_items(connection, causes, now=now, run_id=run_id)
    return {row.claim_id: row.carrier for row in rows if row.verdict == "elsewhere"}


def take_back(connection: Connection, *, remittance: int, now: datetime, run_id: int) -> Sequence[Row[Any]]:
    """Open again the claims that only this remittance, which no longer stands, called forwarded; `matched` is of it."""
    asked = {
        "remittance": remittance,
        "now": now,
        "run_id": run_id,
        "undone": UNDONE,
        "states": before("crossing undone"),
    }
    return connection.execute(text(TAKE_BACK), asked).all()
