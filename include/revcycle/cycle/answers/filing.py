"""What was sent of a claim and what was answered, read for its proof of filing."""

from collections.abc import Callable
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, text

from revcycle.foundation.archive import Archive
from revcycle.foundation.x12.envelope import take_apart
from revcycle.foundation.x12.segments import Segment, read_segments

CLAIM = """
SELECT DISTINCT c.id, c.claim_number, c.payer, c.state, c.responsibility, p.name AS payer_name, v.patient_id,
       e.source_encounter_id
FROM claim c JOIN encounter e ON e.id = c.encounter_id
JOIN encounter_version v ON v.encounter_id = e.id AND v.version = e.current_version
LEFT JOIN payer p ON p.code = c.payer AND p.superseded_at IS NULL
LEFT JOIN claim_submission s ON s.claim_id = c.id
WHERE c.claim_number = :number OR s.patient_control_number = :number
"""
SUBMISSIONS = """
SELECT s.id, s.ordinal, s.patient_control_number, s.frequency, s.amount_cents, s.closed_because, i.partner, i.isa13,
       i.gs06, i.bht03, i.usage, i.billing_npi, i.remote_name, i.sha256, i.prepared_at, i.published_at,
       i.id AS interchange_id, i.answered, p.last_name, p.first_name, p.birth_date, k.member_id,
       o.verdict, o.party, o.received_on, o.payer_claim_number, c.payer
FROM claim_submission s JOIN claim c ON c.id = s.claim_id JOIN interchange i ON i.id = s.interchange_id
LEFT JOIN patient p ON p.id = s.patient_row LEFT JOIN coverage k ON k.id = s.coverage_row
LEFT JOIN payer_opinion o ON o.submission_id = s.id
WHERE s.claim_id = :claim ORDER BY s.ordinal
"""
# What a payer forwarded to the next one, and the remittance that says so.
FORWARDED = """
SELECT s.id, s.patient_control_number, s.amount_cents, r.payer, rc.patient_control_number AS before, r.trn02 AS trace,
       r.effective_date, rc.status, rc.segment, f.first_name, f.sha256, f.recorded_at AS fetched_at, p.last_name,
       p.first_name AS given_name, p.birth_date, k.member_id,
       (SELECT d.segment FROM remittance_detail d WHERE d.remittance_id = r.id AND d.claim_position = rc.position
            AND d.segment_id = 'NM1' AND starts_with(d.elements, E'TT\\t') LIMIT 1) AS carrier_segment
FROM claim_submission s JOIN claim_event v ON v.submission_id = s.id AND v.claim_id = s.claim_id
     AND v.kind = 'crossed over'
JOIN remittance_claim rc ON rc.id = v.source_id
JOIN remittance r ON r.id = rc.remittance_id AND r.state IN ('posted', 'partly_matched', 'notification')
JOIN received_file f ON f.id = r.file_id
LEFT JOIN patient p ON p.id = s.patient_row LEFT JOIN coverage k ON k.id = s.coverage_row
WHERE s.claim_id = :claim ORDER BY r.effective_date, rc.id
"""
LINES = """
SELECT l.line, l.line_control_number, c.date_from, c.date_to, l.procedure, l.modifiers, l.units, l.charge_cents
FROM submission_line l JOIN claim_submission s ON s.id = l.submission_id
LEFT JOIN charge_line c ON c.encounter_id = s.encounter_id AND c.version = s.version AND c.line = l.charge_line
WHERE l.submission_id = :submission ORDER BY l.line
"""
ANSWERS = """
SELECT a.kind, a.level, a.code, a.party, a.party_id, a.at, a.position, a.detail, f.first_name, f.sha256,
       f.recorded_at AS fetched_at
FROM answer a JOIN received_file f ON f.id = a.file_id
WHERE a.submission_id = :submission
   OR (a.interchange_id = :interchange AND a.submission_id IS NULL AND a.level IN
       ('interchange', 'group', 'set', 'batch', 'provider')
       AND (a.party <> 'payer' OR :payer IN (SELECT n.payer FROM payer_identifier n WHERE n.value = a.party_id)))
ORDER BY a.at, a.kind, a.id
"""


def claim_called(connection: Connection, number: str) -> Row[Any] | None:
    """The claim of a claim number, or of the patient control number of one of its submissions."""
    return connection.execute(text(CLAIM), {"number": number}).one_or_none()


def submissions_of(connection: Connection, claim: int) -> list[Row[Any]]:
    """Every transmission of the claim that left in an interchange."""
    return list(connection.execute(text(SUBMISSIONS), {"claim": claim}))


def forwarded_by(connection: Connection, claim: int) -> list[Row[Any]]:
    """Each remittance of the payer before that says that it forwarded the claim, the earliest first."""
    return list(connection.execute(text(FORWARDED), {"claim": claim}))


def lines_of(connection: Connection, submission: int) -> list[Row[Any]]:
    """The service lines as sent."""
    return list(connection.execute(text(LINES), {"submission": submission}))


def answers_to(connection: Connection, submission: Row[Any]) -> list[Row[Any]]:
    """What was said of the submission, or of the whole interchange it was in, by the answering parties' own times.

    What another payer said of the same file is its own matter and left out.
    """
    asked = {"submission": submission.id, "interchange": submission.interchange_id, "payer": submission.payer}
    return list(connection.execute(text(ANSWERS), asked))


def claim_as_sent(data: bytes, pcn: str) -> list[str]:
    """The segments of one claim of an 837, from the HL of its subscriber to the next."""
    block: list[Segment] = []
    for segment in take_apart(data).sets[0].segments:
        if segment.id == "HL" and segment.e(3) == "22":
            if _is_of(block, pcn):
                break
            block = []
        block.append(segment)
    return [_written(segment) for segment in block] if _is_of(block, pcn) else []


def segment_reader(archive: Archive) -> Callable[[str, int], str]:
    """A reader of single segments of archived files, as they stand there; each file is read once."""

    @cache
    def segments(sha256: str) -> dict[int, str]:
        with archive.open(sha256) as stored:
            return {segment.number: _written(segment) for segment in read_segments(stored.read(), [])}

    return lambda sha256, position: segments(sha256).get(position, "")


def _is_of(block: list[Segment], pcn: str) -> bool:
    return any(segment.id == "CLM" and segment.e(1) == pcn for segment in block)


def _written(segment: Segment) -> str:
    return "*".join(segment.elements)
