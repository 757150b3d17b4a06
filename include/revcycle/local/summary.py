"""What one night or several did, in the figures of `up --json` and `night --json`."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import Engine, text

from revcycle.foundation.ledger.verify import verify
from revcycle.foundation.x12.fixed_point import decimal

SWEPT = """
SELECT count(*) FROM sweep_result r JOIN run ON run.id = r.run_id
WHERE run.dag_id = 'code_validation' AND run.business_date = ANY (:days)
"""
FINDINGS = """
SELECT f.severity, count(*) FROM finding f
JOIN encounter e ON e.id = f.encounter_id AND e.current_version = f.version
JOIN encounter_version v ON v.encounter_id = f.encounter_id AND v.version = f.version
WHERE f.state = 'open' AND v.entered_on <= :last GROUP BY f.severity
"""
OPEN_ITEMS = "SELECT count(*) FROM work_item WHERE closed_at IS NULL"
HELD = "SELECT count(DISTINCT claim_id) FROM claim_hold WHERE released_at IS NULL"
SENT = """
SELECT count(DISTINCT i.id) AS interchanges, count(*) AS claims, coalesce(sum(s.amount_cents), 0)::bigint AS billed,
       count(*) FILTER (WHERE o.verdict = 'accepted') AS accepted,
       count(*) FILTER (WHERE o.verdict = 'rejected') AS rejected
FROM interchange i JOIN run ON run.id = i.run_id AND run.business_date = ANY (:days)
JOIN claim_submission s ON s.interchange_id = i.id LEFT JOIN payer_opinion o ON o.submission_id = s.id
WHERE i.state = 'published'
"""
REMITTANCES = """
SELECT count(*) FILTER (WHERE r.state IN ('posted', 'partly_matched', 'notification')) AS posted,
       count(*) FILTER (WHERE r.state IN ('quarantined', 'superseded')) AS quarantined,
       coalesce(sum(r.paid_cents) FILTER (WHERE r.state IN ('posted', 'partly_matched', 'notification')), 0)::bigint
           AS paid
FROM remittance r JOIN run ON run.id = r.run_id WHERE run.business_date = ANY (:days)
"""
MOVED = """
SELECT coalesce(sum(CASE WHEN t.debit_account::text LIKE :account THEN t.amount_cents ELSE 0 END)
              - sum(CASE WHEN t.credit_account::text LIKE :account THEN t.amount_cents ELSE 0 END), 0)::bigint
FROM transfer t JOIN run ON run.id = t.run_id WHERE t.remittance_id > 0 AND run.business_date = ANY (:days)
"""
DENIED = """
SELECT coalesce(sum(d.amount_cents), 0)::bigint FROM denial d
JOIN remittance r ON r.id = d.remittance_id JOIN run ON run.id = r.run_id
WHERE d.closed_at IS NULL AND run.business_date = ANY (:days)
"""


@dataclass(frozen=True)
class Seconds:
    """How long each part took; null where it was not done."""

    install: float | None = None
    services: float | None = None
    night: float | None = None


@dataclass(frozen=True, kw_only=True)
class Summary:
    """One night, or several together, in the order that the shell's contract names; `business_date` is the last."""

    business_date: str
    encounters_swept: int
    findings: dict[str, int]
    claims_held: int
    claims_sent: int
    interchanges: int
    claims_accepted: int
    claims_rejected: int
    remittances_posted: int
    remittances_quarantined: int
    billed: str
    paid: str
    adjusted: str
    patient: str
    denied: str
    ledger_verified: bool
    work_items_open: int
    seconds: Seconds

    def as_json(self) -> dict[str, Any]:
        """The object of `--json`."""
        return asdict(self)


def summarize(engine: Engine, days: Sequence[date], seconds: Seconds) -> Summary:
    """The figures of these business dates: what their runs did, and what stands open at the end of the last."""
    asked = {"days": list(days), "last": max(days)}
    with engine.connect() as connection:
        found = {row[0]: row[1] for row in connection.execute(text(FINDINGS), asked)}
        swept = connection.execute(text(SWEPT), asked).scalar_one()
        items = connection.execute(text(OPEN_ITEMS)).scalar_one()
        held = connection.execute(text(HELD)).scalar_one()
        sent = connection.execute(text(SENT), asked).one()
        remittances = connection.execute(text(REMITTANCES), asked).one()
        adjusted, patient = (
            connection.execute(text(MOVED), asked | {"account": account}).scalar_one()
            for account in ("adjustment.%", "receivable.patient")
        )
        denied = connection.execute(text(DENIED), asked).scalar_one()
        proven = all(proof.holds for proof in verify(connection))
    return Summary(
        business_date=max(days).isoformat(),
        encounters_swept=swept,
        findings={severity: found.get(severity, 0) for severity in ("block", "review", "info")},
        claims_held=held,
        claims_sent=sent.claims,
        interchanges=sent.interchanges,
        claims_accepted=sent.accepted,
        claims_rejected=sent.rejected,
        remittances_posted=remittances.posted,
        remittances_quarantined=remittances.quarantined,
        billed=decimal(sent.billed),
        paid=decimal(remittances.paid),
        adjusted=decimal(adjusted),
        patient=decimal(patient),
        denied=decimal(denied),
        ledger_verified=proven,
        work_items_open=items,
        seconds=seconds,
    )
