"""What has a last day: claims not decided yet, claims with an open denial, denials. Many share the terms of it."""

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, text

from revcycle.foundation.store.temporary import analyze
from revcycle.watch.followup.judging import Term

# A remittance decides about a claim unless it says that it is somebody else's (23) or no claim yet (25), or takes an
# earlier decision back (22).
DECIDED = """
CREATE TEMPORARY TABLE decided_on ON COMMIT DROP AS
SELECT claim_id, min(effective_date) AS day FROM posted_claim WHERE status NOT IN ('22', '23', '25') GROUP BY claim_id
"""
# A claim is being corrected from the decision to do so until the payer has decided again.
CLAIMS = """
CREATE TEMPORARY TABLE undecided ON COMMIT DROP AS
SELECT c.id, c.payer, CASE WHEN c.claim_number = ANY (:excepted) THEN c.claim_number ELSE '' END AS claim,
       c.prior_claim, c.state, c.encounter_id,
       c.next_frequency <> '1' OR EXISTS (
           SELECT FROM claim_submission s WHERE s.claim_id = c.id AND s.frequency <> '1') AS corrects
FROM claim c WHERE c.state IN ('open', 'submitted')
   OR c.state = 'adjudicated' AND EXISTS (SELECT FROM denial d WHERE d.claim_id = c.id AND d.closed_at IS NULL)
"""
# What the payer before forwarded is filed on the day of the remittance that says so, as long as that stands.
SUBJECTS = """
CREATE TEMPORARY TABLE subject ON COMMIT DROP AS
WITH forwarded AS (
    SELECT u.id AS claim_id, min(v.at) AS at
    FROM undecided u JOIN claim_event v ON v.claim_id = u.id AND v.kind = 'crossed over'
    JOIN claim_submission x ON x.id = v.submission_id AND x.closed_at IS NULL
    JOIN remittance_claim rc ON rc.id = v.source_id
    JOIN remittance r ON r.id = rc.remittance_id AND r.state IN ('posted', 'partly_matched', 'notification')
    WHERE u.prior_claim IS NOT NULL GROUP BY u.id
), service AS (
    SELECT DISTINCT u.id AS claim_id, l.date_from, coalesce(l.date_to, l.date_from) AS date_to
    FROM undecided u JOIN encounter e ON e.id = u.encounter_id
    JOIN charge_line l ON l.encounter_id = e.id AND l.version = e.current_version
), denied AS (
    SELECT d.claim_id, min(r.effective_date) AS day FROM denial d JOIN remittance r ON r.id = d.remittance_id
    JOIN undecided u ON u.id = d.claim_id WHERE d.closed_at IS NULL OR u.corrects GROUP BY d.claim_id
), due AS (
    SELECT 'claim' AS subject_kind, u.id AS subject_id, 'filing' AS rule_kind, u.payer, u.claim, s.date_from, s.date_to,
           before.day AS remitted_on, NULL::date AS appeal_by, '' AS reason,
           least((SELECT min(o.received_on) FROM payer_opinion o JOIN claim_submission x ON x.id = o.submission_id
                  WHERE x.claim_id = u.id AND x.frequency = '1'), f.at) AT TIME ZONE 'UTC' AS received_at
    FROM undecided u JOIN service s ON s.claim_id = u.id LEFT JOIN decided_on before ON before.claim_id = u.prior_claim
         LEFT JOIN forwarded f ON f.claim_id = u.id
    WHERE u.state IN ('open', 'submitted') AND NOT u.corrects
      AND NOT EXISTS (SELECT FROM decided_on own WHERE own.claim_id = u.id)
    UNION ALL
    SELECT 'claim', u.id, 'correction', u.payer, '', s.date_from, s.date_to, d.day, NULL, '',
           (SELECT min(o.received_on) FROM payer_opinion o JOIN claim_submission x ON x.id = o.submission_id
            WHERE x.claim_id = u.id AND x.frequency <> '1' AND o.received_on >= d.day) AT TIME ZONE 'UTC'
    FROM undecided u JOIN service s ON s.claim_id = u.id JOIN denied d ON d.claim_id = u.id
    UNION ALL
    SELECT 'denial', d.id, 'appeal', c.payer, '', NULL, NULL, r.effective_date, d.appeal_by, d.reason, NULL
    FROM denial d JOIN claim c ON c.id = d.claim_id JOIN remittance r ON r.id = d.remittance_id
    WHERE d.closed_at IS NULL AND c.state <> 'void'
)
SELECT due.*, dense_rank() OVER (
    ORDER BY rule_kind, payer, claim, date_from, date_to, remitted_on, appeal_by, reason, received_at) AS term
FROM due
"""
TERMS = """
SELECT DISTINCT term, rule_kind, payer, claim, date_from, date_to, remitted_on, appeal_by, reason, received_at
FROM subject ORDER BY term
"""


def stage(connection: Connection, *, excepted: Sequence[str]) -> None:
    """Write what has a last day into the temporary table `subject`, one row for each date of service of a claim.

    `excepted` are the numbers of claims that have an exception of their own: the terms of all others are shared.
    """
    connection.execute(text(DECIDED))
    connection.execute(text(CLAIMS), {"excepted": list(excepted)})
    analyze(connection, "undecided")
    connection.execute(text(SUBJECTS))


def terms(connection: Connection) -> Iterator[Term]:
    """What the last days of all subjects follow from, each once."""
    for row in connection.execute(text(TERMS)).mappings():
        yield Term(**row)
