"""What a night did, in the figures of `up --json` and `night --json`."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import Engine, text

NO_MONEY = "0.00"
SWEPT = """
SELECT count(*) FROM sweep_result r JOIN run ON run.id = r.run_id
WHERE run.dag_id = 'code_validation' AND run.business_date = :day
"""
FINDINGS = """
SELECT f.severity, count(*) FROM finding f
JOIN encounter e ON e.id = f.encounter_id AND e.current_version = f.version
JOIN encounter_version v ON v.encounter_id = f.encounter_id AND v.version = f.version
WHERE f.state = 'open' AND v.entered_on <= :day GROUP BY f.severity
"""
OPEN_ITEMS = "SELECT count(*) FROM work_item WHERE closed_at IS NULL"
HELD = "SELECT count(DISTINCT claim_id) FROM claim_hold WHERE released_at IS NULL"
SENT = """
SELECT count(DISTINCT i.id) AS interchanges, count(*) AS claims, coalesce(sum(s.amount_cents), 0)::bigint AS billed,
       count(*) FILTER (WHERE o.verdict = 'accepted') AS accepted,
       count(*) FILTER (WHERE o.verdict = 'rejected') AS rejected
FROM interchange i JOIN run ON run.id = i.run_id AND run.business_date = :day
JOIN claim_submission s ON s.interchange_id = i.id LEFT JOIN payer_opinion o ON o.submission_id = s.id
WHERE i.state = 'published'
"""


@dataclass(frozen=True)
class Seconds:
    """How long each part took; null where it was not done."""

    install: float | None = None
    services: float | None = None
    night: float | None = None


@dataclass(frozen=True, kw_only=True)
class Summary:
    """One night, in the order that the shell's contract names. Figures of steps that do not exist yet are 0 or null."""

    business_date: str
    encounters_swept: int
    findings: dict[str, int]
    claims_held: int = 0
    claims_sent: int = 0
    interchanges: int = 0
    claims_accepted: int = 0
    claims_rejected: int = 0
    remittances_posted: int = 0
    remittances_quarantined: int = 0
    billed: str = NO_MONEY
    paid: str = NO_MONEY
    adjusted: str = NO_MONEY
    patient: str = NO_MONEY
    denied: str = NO_MONEY
    ledger_verified: bool | None = None
    work_items_open: int
    seconds: Seconds

    def as_json(self) -> dict[str, Any]:
        """The object of `--json`."""
        return asdict(self)


def summarize(engine: Engine, day: date, seconds: Seconds) -> Summary:
    """The figures of one business date: what its runs swept and sent, and what stands open of it and all before."""
    with engine.connect() as connection:
        found = {row[0]: row[1] for row in connection.execute(text(FINDINGS), {"day": day})}
        swept = connection.execute(text(SWEPT), {"day": day}).scalar_one()
        items = connection.execute(text(OPEN_ITEMS)).scalar_one()
        held = connection.execute(text(HELD)).scalar_one()
        sent = connection.execute(text(SENT), {"day": day}).one()
    findings = {severity: found.get(severity, 0) for severity in ("block", "review", "info")}
    return Summary(
        business_date=day.isoformat(),
        encounters_swept=swept,
        findings=findings,
        claims_held=held,
        claims_sent=sent.claims,
        interchanges=sent.interchanges,
        claims_accepted=sent.accepted,
        claims_rejected=sent.rejected,
        billed=f"{sent.billed // 100}.{sent.billed % 100:02}",
        work_items_open=items,
        seconds=seconds,
    )
