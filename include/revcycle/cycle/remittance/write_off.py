"""A denied or waiting amount given up: written off of its claim by a person's decision."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, text

from revcycle.cycle.remittance import claims
from revcycle.foundation.ledger.write_offs import write_off
from revcycle.foundation.work.decisions import PendingAction
from revcycle.foundation.work.denials import DENIAL, Outcome

# The item was closed where its cause is gone: taken back by the payer, undone, corrected.
DENIED = """
SELECT d.claim_id, d.amount_cents AS cents, d.remittance_id, a.segment
FROM denial d JOIN remittance_adjustment a USING (remittance_id, claim_position, service_position, ordinal)
JOIN work_item w ON w.id = :item AND w.closed_at IS NULL
WHERE d.id = :cause AND d.closed_at IS NULL FOR UPDATE OF d
"""
WAITING = """
SELECT w.claim_id, sum(a.amount_cents)::bigint AS cents, rc.remittance_id, rc.segment
FROM work_item w JOIN remittance_claim rc ON rc.id = w.cause_id
JOIN remittance_adjustment a ON a.remittance_id = rc.remittance_id AND a.claim_position = rc.position
     AND a.treatment = 'waiting'
WHERE w.id = :item AND w.cause_id = :cause AND w.closed_at IS NULL GROUP BY w.claim_id, rc.remittance_id, rc.segment
"""
OPEN = "SELECT open_cents FROM claim_balance WHERE claim_id = :claim FOR UPDATE"
END = "UPDATE denial SET outcome = :outcome, closed_at = :now, run_id = :run_id WHERE id = :cause"


def give_up(connection: Connection, action: PendingAction, *, day: date, now: datetime, run_id: int) -> bool:
    """Write the amount of the action's item off, and close the claim where nothing of it is open any more.

    False where the item is closed, or less than that is open of the claim: nobody is credited what was not owed.
    """
    asked: dict[str, Any] = {"item": action.item_id, "cause": action.cause_id, "now": now, "run_id": run_id}
    # The balance first, then the denial: as every posting locks them.
    owed = connection.execute(text(OPEN), {"claim": action.claim_id}).scalar() or 0
    found = connection.execute(text(DENIED if action.cause_kind == DENIAL else WAITING), asked).one_or_none()
    if found is None or not 0 < found.cents <= owed:
        return False
    write_off(
        connection,
        action=action.action_id,
        claim=found.claim_id,
        cents=found.cents,
        remittance=found.remittance_id,
        segment=found.segment,
        day=day,
        run_id=run_id,
    )
    if action.cause_kind == DENIAL:
        connection.execute(text(END), asked | {"outcome": Outcome.WRITTEN_OFF})
    claims.settle(connection, found.claim_id, run_id=run_id)
    return True
