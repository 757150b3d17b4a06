"""What came back: claims that were rejected before a payer looked at them, and amounts that a payer denied."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, text

from revcycle.watch.review.weeks import WEEK

# A submission is rejected once, by the first answer that says so, at the answering party's own time.
REJECTED = """rejected AS (
    SELECT DISTINCT ON (e.submission_id) e.submission_id, e.at, e.source_id
    FROM claim_event e WHERE e.source_kind = 'answer' AND e.detail->>'verdict' = 'rejected' AND e.at < :ends_at
    ORDER BY e.submission_id, e.at, e.source_id)"""
REJECTIONS = f"""
WITH {REJECTED} SELECT c.payer, a.kind, coalesce(a.detail->'codes'->>0, '') AS code,
       coalesce(a.detail->>'element', a.detail->>'segment', '') AS place, coalesce(a.detail->>'edit', '') AS edit,
       count(*) AS claims, sum(s.amount_cents)::bigint AS cents
FROM rejected r JOIN answer a ON a.id = r.source_id
JOIN claim_submission s ON s.id = r.submission_id JOIN claim c ON c.id = s.claim_id
WHERE r.at >= :begins_at GROUP BY 1, 2, 3, 4, 5 ORDER BY claims DESC, cents DESC, 1, 2, 3, 4, 5
"""
REJECTED_BY_WEEK = f"""
WITH {WEEK}, {REJECTED} SELECT w.monday, count(*) AS claims
FROM week w JOIN rejected r ON r.at >= w.begins_at AND r.at < w.ends_at GROUP BY w.monday
"""
# A denial belongs to the accounting date of the remittance that says so.
DENIALS = """
SELECT c.payer, d.group_code, d.reason, d.category, d.owner, d.edit_rule AS edit,
       count(DISTINCT d.claim_id) AS claims, sum(d.amount_cents)::bigint AS cents
FROM denial d JOIN remittance r ON r.id = d.remittance_id JOIN claim c ON c.id = d.claim_id
WHERE r.accounting_date >= :monday AND r.accounting_date < :next_monday
GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY cents DESC, claims DESC, 1, 2, 3, 4, 5, 6
"""
DENIED_BY_WEEK = f"""
WITH {WEEK} SELECT w.monday, sum(d.amount_cents)::bigint AS cents
FROM week w JOIN remittance r ON r.accounting_date >= w.monday AND r.accounting_date < w.next_monday
JOIN denial d ON d.remittance_id = r.id GROUP BY w.monday
"""
CODE = re.compile(r"[A-Z]{0,3}[0-9]{0,3}(-[0-9]{1,2})?|[A-Z][0-9](:[A-Z]{0,3}[0-9]{0,4}){1,3}|[A-Z] [0-9]{1,3}")
UNREADABLE = "(no code)"


@dataclass(frozen=True)
class Refusal:
    """One cause of one payer. `edit` is the rule of ours that should have caught it, empty where there is none."""

    payer: str
    cause: str
    kind: str
    edit: str
    claims: int
    cents: int


@dataclass(frozen=True)
class Refusals:
    """The week's rejections and denials, largest first; and how each week went, by Monday."""

    rejections: list[Refusal]
    denials: list[Refusal]
    rejected: dict[date, int]
    denied: dict[date, int]


def refusals(connection: Connection, asked: dict[str, Any]) -> Refusals:
    """What came back in the last week: rejections by the answer's own time, denials by accounting date."""
    rejections = [
        Refusal(row.payer, _rejected_for(row), row.kind, row.edit, row.claims, row.cents)
        for row in connection.execute(text(REJECTIONS), asked)
    ]
    denials = [
        Refusal(row.payer, _denied_for(row), row.owner, row.edit, row.claims, row.cents)
        for row in connection.execute(text(DENIALS), asked)
    ]
    rejected = {row.monday: row.claims for row in connection.execute(text(REJECTED_BY_WEEK), asked)}
    denied = {row.monday: row.cents for row in connection.execute(text(DENIED_BY_WEEK), asked)}
    return Refusals(rejections, denials, rejected, denied)


def code(said: str) -> str:
    """A partner's code as the page may show it: what has not the form of one may be anything, a patient's name too."""
    return said if CODE.fullmatch(said) else UNREADABLE


def _rejected_for(row: Any) -> str:
    return f"{row.kind} {code(row.code)}" + (f" at {code(row.place)}" if row.place else "")


def _denied_for(row: Any) -> str:
    return f"{code(row.group_code)}-{code(row.reason)} {row.category}"
