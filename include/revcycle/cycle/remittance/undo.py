"""A posting undone: every entry reversed, its denials and work closed, its claims as if it had not come."""

from sqlalchemy import Connection, text

from revcycle.cycle.remittance import claims, crossover, denials, onward, to_do
from revcycle.cycle.remittance.desk import Desk
from revcycle.cycle.remittance.register import set_state
from revcycle.foundation.ledger import reverse
from revcycle.foundation.work.causes import Cause, close_items, open_items
from revcycle.foundation.work.denials import DENIAL, Outcome

ENTRIES = """
CREATE TEMP TABLE entry_to_reverse ON COMMIT DROP AS
SELECT e.id AS entry_id FROM journal_entry e
WHERE e.kind <> 'reversal' AND (
    e.source_kind = 'remittance' AND e.source_id = :remittance
    OR e.source_kind = 'remittance_claim'
       AND e.source_id IN (SELECT id FROM remittance_claim WHERE remittance_id = :remittance)
    OR e.kind = 'write_off' AND e.id IN (SELECT entry_id FROM transfer WHERE remittance_id = :remittance))
"""
MATCHED = """
CREATE TEMP TABLE matched ON COMMIT DROP AS
SELECT DISTINCT ON (claim_position) claim_position AS position, claim_id, submission_id, method, ordinal
FROM remittance_match WHERE remittance_id = :remittance ORDER BY claim_position, ordinal DESC
"""
DENIALS = """
UPDATE denial SET outcome = :undone, closed_at = :now, run_id = :run_id
WHERE remittance_id = :remittance AND (closed_at IS NULL OR outcome = :written_off) RETURNING id
"""
ITEMS_OF_CLAIMS = ("unmatched_payment", "sent_on", "adjustment_waiting", "reversal_unmatched")
NAMED = "SELECT payer, trn02 AS trace, amount_cents, body_sha256 FROM remittance WHERE id = :remittance"


def undo(connection: Connection, desk: Desk, remittance: int, *, run_id: int) -> None:
    """Reverse all that a remittance moved; a biller gets an item to post it again or to reject it for good."""
    now = desk.now
    asked = {"remittance": remittance, "now": now, "run_id": run_id}
    asked |= {"undone": Outcome.UNDONE, "written_off": Outcome.WRITTEN_OFF}
    connection.execute(text(ENTRIES), asked)
    reverse(connection, day=desk.day, run_id=run_id)
    set_state(connection, remittance, "reversed")
    connection.execute(text(MATCHED), asked)
    gone = connection.scalars(text(DENIALS), asked).all()
    why = "the posting was undone"
    close_items(connection, DENIAL, gone, now=now, run_id=run_id, why=why)
    of_claims = connection.scalars(
        text("SELECT id FROM remittance_claim WHERE remittance_id = :remittance"), asked
    ).all()
    for kind in ITEMS_OF_CLAIMS:
        close_items(connection, kind, of_claims, now=now, run_id=run_id, why=why)
    close_items(connection, "provider_adjustment", [remittance], now=now, run_id=run_id, why=why)
    again = crossover.take_back(connection, remittance=remittance, now=now, run_id=run_id)
    onward.hold(connection, again, {}, now=now, run_id=run_id)
    claims.fold(connection, remittance=remittance, now=now, run_id=run_id)
    denials.reversals_undone(connection, remittance=remittance, now=now, run_id=run_id)
    to_do.overpaid(connection, now=now, run_id=run_id)
    found = connection.execute(text(NAMED), asked).one()
    detail = {"payer": found.payer, "trace": found.trace, "body": found.body_sha256}
    cause = Cause("undone_remittance", remittance, "biller", amount_cents=abs(found.amount_cents), detail=detail)
    open_items(connection, [cause], now=now, run_id=run_id)
    connection.execute(text("DROP TABLE matched, entry_to_reverse, decided"))
