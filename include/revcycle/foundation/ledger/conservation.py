"""Where every encounter received is: in exactly one place, so that none is lost between two rooms."""

from sqlalchemy import Connection, text

from revcycle.foundation.ledger.self_pay import SELF_PAY

PLACES = ("quarantined", "held", "self-pay", "waiting to send", "live", "adjudicated", "closed", "void")
# A split encounter is where its least advanced claim is. One without a claim waits for the next assembly where a payer
# can be billed and no finding blocks it; what can be sent to nobody is held.
OF_ENCOUNTERS = f"""
WITH least AS (
    SELECT c.encounter_id, min(CASE c.state WHEN 'open' THEN CASE WHEN EXISTS (
               SELECT FROM claim_hold h WHERE h.claim_id = c.id AND h.released_at IS NULL) THEN 1 ELSE 2 END
           WHEN 'submitted' THEN 3 WHEN 'adjudicated' THEN 4 WHEN 'closed' THEN 5 END) AS stage
    FROM claim c WHERE c.state <> 'void' GROUP BY c.encounter_id)
SELECT e.id AS encounter_id, CASE
    WHEN least.stage IS NOT NULL
        THEN (ARRAY['held', 'waiting to send', 'live', 'adjudicated', 'closed'])[least.stage]
    WHEN v.encounter_id IS NULL OR lines.first IS NULL THEN NULL
    WHEN e.cancelled_at IS NOT NULL THEN 'void'
    WHEN EXISTS (SELECT FROM quarantine q WHERE q.source_system = e.source_system AND q.subject_kind = 'encounter'
                 AND q.subject = e.source_encounter_id AND q.cleared_at IS NULL) THEN 'quarantined'
    WHEN self_pay.encounter_id IS NOT NULL THEN 'self-pay'
    WHEN EXISTS (SELECT FROM finding f WHERE f.encounter_id = e.id AND f.version = e.current_version
                 AND f.state = 'open' AND f.severity = 'block') THEN 'held'
    WHEN EXISTS (SELECT FROM coverage k WHERE k.patient_id = v.patient_id AND k.responsibility = 'P'
                 AND k.superseded_at IS NULL
                 AND lines.first BETWEEN k.valid_from AND coalesce(k.valid_to, 'infinity')) THEN 'waiting to send'
    ELSE 'held' END AS place
FROM encounter e
LEFT JOIN least ON least.encounter_id = e.id
LEFT JOIN encounter_version v ON v.encounter_id = e.id AND v.version = e.current_version
LEFT JOIN (SELECT l.encounter_id, l.version, min(l.date_from) AS first FROM charge_line l GROUP BY 1, 2) lines
    ON lines.encounter_id = e.id AND lines.version = e.current_version
LEFT JOIN ({SELF_PAY}) self_pay ON self_pay.encounter_id = e.id
"""
COUNTS = f"""
SELECT place, count(*) FROM (
    SELECT place FROM ({OF_ENCOUNTERS}) here
    UNION ALL
    SELECT 'quarantined' FROM quarantine q
    WHERE q.subject_kind = 'encounter' AND q.cleared_at IS NULL AND NOT EXISTS (
        SELECT FROM encounter e WHERE e.source_system = q.source_system AND e.source_encounter_id = q.subject)
) received GROUP BY place
"""


def conservation(connection: Connection) -> dict[str, int]:
    """How many encounters were received, and how many of them are in each place; `lost` only where some are."""
    found = {place: int(count) for place, count in connection.execute(text(COUNTS))}
    lost = found.pop(None, 0)
    counts = {"received": sum(found.values()) + lost} | {place: found.get(place, 0) for place in PLACES}
    return counts | ({"lost": lost} if lost else {})
