"""How much of the work was right at once: the clean-claim rate and the first-pass rate of each week."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, text

from revcycle.watch.review.weeks import WEEK

CLEAN = f"""
WITH {WEEK}, entered AS (
    SELECT w.monday, w.next_monday, v.encounter_id FROM week w
    JOIN encounter_version v ON v.version = 1 AND v.entered_on >= w.monday AND v.entered_on < w.next_monday
), judged AS (
    SELECT e.*, EXISTS (
            SELECT FROM finding f JOIN encounter_version v USING (encounter_id, version)
            WHERE f.encounter_id = e.encounter_id AND f.severity IN ('block', 'review') AND v.entered_on < e.next_monday
        ) AS stopped, (
            SELECT v.status FROM encounter_version v
            WHERE v.encounter_id = e.encounter_id AND v.entered_on < e.next_monday ORDER BY v.version DESC LIMIT 1
        ) AS status
    FROM entered e
)
SELECT monday, count(*) FILTER (WHERE NOT stopped) AS good, count(*) AS total FROM judged WHERE status = ''
GROUP BY monday
"""
# Of each claim the first decision: a reversal (22), a claim handed on (23) and a prediction (25) are none.
FIRST_PASS = f"""
WITH {WEEK}, matched AS (
    SELECT DISTINCT ON (m.remittance_id, m.claim_position) m.*
    FROM remittance_match m ORDER BY m.remittance_id, m.claim_position, m.ordinal DESC
), decided AS (
    SELECT DISTINCT ON (m.claim_id) m.claim_id, m.submission_id, m.remittance_id, m.claim_position, r.accounting_date
    FROM matched m JOIN remittance r ON r.id = m.remittance_id
    JOIN remittance_claim c ON c.remittance_id = m.remittance_id AND c.position = m.claim_position
    WHERE m.claim_id IS NOT NULL AND r.accounting_date < :next_monday
      AND c.status IN ('1', '2', '3', '4', '19', '20', '21')
    ORDER BY m.claim_id, r.accounting_date, m.remittance_id, m.claim_position
)
SELECT w.monday, count(*) AS total, count(*) FILTER (
           WHERE coalesce(s.ordinal, 1) = 1 AND NOT EXISTS (
               SELECT FROM denial n WHERE n.remittance_id = d.remittance_id AND n.claim_position = d.claim_position)
       ) AS good
FROM week w JOIN decided d ON d.accounting_date >= w.monday AND d.accounting_date < w.next_monday
LEFT JOIN claim_submission s ON s.id = d.submission_id GROUP BY w.monday
"""


@dataclass(frozen=True)
class Share:
    """`good` of `total`."""

    good: int = 0
    total: int = 0

    @property
    def per_mille(self) -> int | None:
        """Rounded down, so that 100 % means all of them; None of nothing."""
        return 1000 * self.good // self.total if self.total else None


def clean_claims(connection: Connection, asked: dict[str, Any]) -> dict[date, Share]:
    """Encounters that no edit stopped, of those first entered in the week and not cancelled by its end; by Monday.

    Source: HFMA MAP Key CL-1, clean claim rate: claims that pass edits requiring no manual intervention, of the claims
    accepted into the claims processing tool for billing. A finding that blocks or wants a review is such work.
    """
    return _shares(connection, CLEAN, asked)


def first_pass(connection: Connection, asked: dict[str, Any]) -> dict[date, Share]:
    """Claims whose first decision by the payer refused nothing and answered their first submission, of all claims
    first decided in the week; by Monday.

    Source: the industry's first-pass resolution rate (claims paid, or passed on to the patient, on the initial
    submission, of the claims adjudicated in the same time), as MGMA and the HFMA Claim Integrity Task Force use it.
    """
    return _shares(connection, FIRST_PASS, asked)


def _shares(connection: Connection, query: str, asked: dict[str, Any]) -> dict[date, Share]:
    return {row.monday: Share(row.good, row.total) for row in connection.execute(text(query), asked)}
