"""What of a remittance needs a person: money without a claim, adjustments without an account, overpaid claims."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, text

from revcycle.cycle.remittance.identity import Party
from revcycle.foundation.work.causes import Cause, close_items, open_items
from revcycle.foundation.x12.remittance import RemittanceSet

# Each query: id of the cause, claim and encounter where known, cents, segment, and what it is about.
UNMATCHED = """
SELECT rc.id, CAST(NULL AS bigint) AS claim_id, CAST(NULL AS bigint) AS encounter_id, rc.paid_cents AS cents,
       rc.segment, '' AS of
FROM remittance_claim rc JOIN matched m ON m.position = rc.position
WHERE rc.remittance_id = :remittance AND m.claim_id IS NULL AND rc.status NOT IN ('23', '25') ORDER BY rc.id
"""
SENT_ON = """
SELECT rc.id, m.claim_id, c.encounter_id, rc.paid_cents AS cents, rc.segment, coalesce((
           SELECT split_part(d.elements, E'\\t', 3) FROM remittance_detail d
           WHERE d.remittance_id = rc.remittance_id AND d.claim_position = rc.position AND d.service_position = 0
             AND d.segment_id = 'NM1' AND starts_with(d.elements, 'TT') LIMIT 1), '') AS of
FROM remittance_claim rc JOIN matched m ON m.position = rc.position LEFT JOIN claim c ON c.id = m.claim_id
WHERE rc.remittance_id = :remittance AND rc.status = '23' ORDER BY rc.id
"""
WAITING = """
SELECT rc.id, m.claim_id, c.encounter_id, sum(abs(a.amount_cents))::bigint AS cents, rc.segment,
       string_agg(DISTINCT a.group_code || '-' || a.reason, ' ') AS of
FROM remittance_adjustment a JOIN matched m ON m.position = a.claim_position AND m.claim_id IS NOT NULL
JOIN claim c ON c.id = m.claim_id
JOIN remittance_claim rc ON rc.remittance_id = a.remittance_id AND rc.position = a.claim_position AND rc.status <> '22'
WHERE a.remittance_id = :remittance AND a.treatment = 'waiting'
GROUP BY rc.id, m.claim_id, c.encounter_id, rc.segment ORDER BY rc.id
"""
OTHER_PROVIDER_ADJUSTMENTS = """
SELECT CAST(:remittance AS bigint) AS id, CAST(NULL AS bigint) AS claim_id, CAST(NULL AS bigint) AS encounter_id,
       sum(abs(amount_cents))::bigint AS cents, min(segment) AS segment, string_agg(DISTINCT reason, ' ') AS of
FROM provider_adjustment
WHERE remittance_id = :remittance AND reason NOT IN ('WO', 'FB', '72', 'L6') HAVING count(*) > 0
"""
# A reversal of something that was never posted: it may still come, for files arrive in any order.
REVERSED_NOTHING = """
SELECT rc.id, m.claim_id, c.encounter_id, rc.paid_cents AS cents, rc.segment, '' AS of
FROM remittance_claim rc JOIN matched m ON m.position = rc.position JOIN claim c ON c.id = m.claim_id
JOIN decided d ON d.claim_id = m.claim_id AND d.decisions < d.reversals
WHERE rc.remittance_id = :remittance AND rc.status = '22' ORDER BY rc.id
"""
# A reversal repeats the figures of the CLP that it takes back with the other sign; as many are gone as there are
# reversals of them.
POSTED_CLPS = "SELECT count(*) FROM posted_claim o WHERE o.claim_id = w.claim_id"
WAITS_NO_LONGER = f"""
SELECT rc.id FROM work_item w JOIN remittance_claim rc ON rc.id = w.cause_id
WHERE w.cause_kind = 'adjustment_waiting' AND w.closed_at IS NULL AND w.claim_id IN (SELECT claim_id FROM matched)
  AND ({POSTED_CLPS} AND o.status = '22' AND (o.charge_cents, o.paid_cents) = (-rc.charge_cents, -rc.paid_cents))
   >= ({POSTED_CLPS} AND o.status NOT IN ('22', '23', '25') AND o.id <= rc.id
       AND (o.charge_cents, o.paid_cents) = (rc.charge_cents, rc.paid_cents))
"""
WORK = {
    "unmatched_payment": UNMATCHED,
    "sent_on": SENT_ON,
    "adjustment_waiting": WAITING,
    "provider_adjustment": OTHER_PROVIDER_ADJUSTMENTS,
    "reversal_unmatched": REVERSED_NOTHING,
}
# What a payer takes back of a share is taken from the next payer's claim, which has got it.
BALANCES = """
SELECT b.claim_id, c.encounter_id, b.open_cents
FROM (SELECT claim_id FROM matched
      UNION SELECT onward.id FROM matched m JOIN claim onward ON onward.prior_claim = m.claim_id) touched
JOIN claim_balance b ON b.claim_id = touched.claim_id JOIN claim c ON c.id = b.claim_id
WHERE b.open_cents < 0
   OR b.claim_id IN (SELECT cause_id FROM work_item WHERE cause_kind = 'overpayment' AND closed_at IS NULL)
ORDER BY b.claim_id
"""


def raise_work(
    connection: Connection, remittance: int, one: RemittanceSet, party: Party, *, now: datetime, run_id: int
) -> None:
    """Open an item for each thing in the remittance that a biller has to decide."""
    told = named(one, party)
    causes = [
        _cause(kind, row, told)
        for kind, query in WORK.items()
        for row in connection.execute(text(query), {"remittance": remittance})
    ]
    open_items(connection, causes, now=now, run_id=run_id)
    gone = connection.scalars(text(WAITS_NO_LONGER)).all()
    why = "the payer took its decision back"
    close_items(connection, "adjustment_waiting", gone, now=now, run_id=run_id, why=why)
    overpaid(connection, now=now, run_id=run_id)


def overpaid(connection: Connection, *, now: datetime, run_id: int) -> None:
    """An item for each claim in `matched`, or next to one, that is paid beyond what it was assigned, while it is."""
    rows = connection.execute(text(BALANCES)).all()
    over = [row for row in rows if row.open_cents < 0]
    causes = [
        Cause(
            "overpayment",
            row.claim_id,
            "biller",
            encounter_id=row.encounter_id,
            claim_id=row.claim_id,
            amount_cents=-row.open_cents,
        )
        for row in over
    ]
    open_items(connection, causes, now=now, run_id=run_id)
    settled = [row.claim_id for row in rows if row.open_cents >= 0]
    close_items(connection, "overpayment", settled, now=now, run_id=run_id, why="the claim is no longer overpaid")


def named(one: RemittanceSet, party: Party) -> dict[str, str]:
    """How a payment is named in an item: no value in it belongs to a patient."""
    paid_on = one.payment_date.isoformat() if one.payment_date else ""
    return {"payer": party.payer or one.payer_id, "trace": one.trace, "payment_date": paid_on}


def _cause(kind: str, row: Row[Any], told: dict[str, str]) -> Cause:
    detail = told | {"segment": str(row.segment)} | ({"of": row.of} if row.of else {})
    return Cause(
        kind,
        row.id,
        "biller",
        encounter_id=row.encounter_id,
        claim_id=row.claim_id,
        amount_cents=abs(row.cents),
        detail=detail,
    )


def quarantined(
    connection: Connection,
    remittance: int,
    one: RemittanceSet,
    party: Party,
    *,
    codes: Sequence[str],
    now: datetime,
    run_id: int,
) -> None:
    """An item for a set that was not posted."""
    told = named(one, party) | {"codes": " ".join(codes)}
    cause = Cause("quarantined_remittance", remittance, "biller", amount_cents=abs(one.amount_cents or 0), detail=told)
    open_items(connection, [cause], now=now, run_id=run_id)


def conflict(
    connection: Connection, remittance: int, one: RemittanceSet, party: Party, *, now: datetime, run_id: int
) -> None:
    """An item for a payment that came again with another body: a person takes one of the two."""
    told = named(one, party) | {"body": one.body_sha256}
    cause = Cause("payment_conflict", remittance, "biller", amount_cents=abs(one.amount_cents or 0), detail=told)
    open_items(connection, [cause], now=now, run_id=run_id)
