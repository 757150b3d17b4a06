"""What billers decided about money, carried out at the start of a posting run: match, take, reject, undo, write off.

Nothing is edited: a match reverses the suspense and books the claim, an undo reverses every entry of the payment, and
what is taken in its place is posted from its file as it was delivered.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, Engine, text

from revcycle.cycle.remittance.desk import Desk
from revcycle.cycle.remittance.post import post_set
from revcycle.cycle.remittance.register import set_state
from revcycle.cycle.remittance.rematch import match_by_person
from revcycle.cycle.remittance.undo import undo
from revcycle.cycle.remittance.write_off import give_up
from revcycle.foundation.archive import Archive
from revcycle.foundation.store.runs import Step, begin
from revcycle.foundation.work.causes import close_items
from revcycle.foundation.work.decisions import (
    MATCH,
    REJECT,
    TAKE,
    UNDO,
    WRITE_OFF,
    PendingAction,
    pending_actions,
    settle,
)

KINDS = (MATCH, TAKE, REJECT, UNDO, WRITE_OFF)
OF_REMITTANCE = ("provider_adjustment", "payment_conflict", "quarantined_remittance", "undone_remittance")
OF_DENIAL = "SELECT remittance_id FROM denial WHERE id = :cause"
OF_CLAIM = "SELECT remittance_id FROM remittance_claim WHERE id = :cause"
STATE = "SELECT state FROM remittance WHERE id = :remittance FOR UPDATE"
POSTED = ("posted", "partly_matched", "notification")
# The delivery whose body a person takes: the first of the payment, or one that was in conflict with it.
DELIVERY = """
SELECT s.file_id, s.st_index, s.body_sha256 = r.body_sha256 AS same
FROM remittance_sighting s JOIN remittance r ON r.id = s.remittance_id
WHERE s.remittance_id = :remittance AND starts_with(s.body_sha256, :body) AND s.verdict <> 'duplicate'
ORDER BY s.file_id, s.st_index LIMIT 1
"""


@dataclass(frozen=True)
class DecisionCounts:
    """Decisions carried out, and those that could not be: their items are open again."""

    done: int = 0
    refused: int = 0


def carry_out(engine: Engine, archive: Archive, *, day: date, now: datetime, step: Step) -> DecisionCounts:
    """Everything decided about money and not yet done, each in a transaction of its own. Safe to run twice."""
    desk = Desk(engine, archive, day, now, step)
    with engine.begin() as connection:
        waiting = [action.action_id for action in pending_actions(connection, KINDS)]
    outcomes = [_settle_one(desk, action_id) for action_id in waiting]
    return DecisionCounts(outcomes.count(True), outcomes.count(False))


def _settle_one(desk: Desk, action_id: int) -> bool | None:
    with desk.engine.begin() as connection:
        action = next((one for one in pending_actions(connection, KINDS) if one.action_id == action_id), None)
        if action is None:
            return None
        run_id = begin(connection, desk.step)
        done = _carry_out(connection, desk, action, run_id)
        settle(connection, action_id, "done" if done else "refused", now=desk.now, run_id=run_id)
        return done


def _carry_out(connection: Connection, desk: Desk, action: PendingAction, run_id: int) -> bool:
    if action.kind == MATCH:
        return match_by_person(connection, desk, action.cause_id, action.argument, staff=action.who, run_id=run_id)
    if action.kind == WRITE_OFF:
        return give_up(connection, action, day=desk.day, now=desk.now, run_id=run_id)
    remittance = _remittance(connection, action)
    state = connection.execute(text(STATE), {"remittance": remittance}).scalar()
    if action.kind == REJECT:
        set_state(connection, remittance, "rejected")
        return state in ("quarantined", "reversed")
    if action.kind == UNDO:
        if state in POSTED:
            undo(connection, desk, remittance, run_id=run_id)
        return state in POSTED
    return _take(connection, desk, remittance, action.argument, posted=state in POSTED, run_id=run_id)


def _remittance(connection: Connection, action: PendingAction) -> int:
    if action.cause_kind in OF_REMITTANCE:
        return action.cause_id
    query = OF_DENIAL if action.cause_kind == "denial" else OF_CLAIM
    return int(connection.execute(text(query), {"cause": action.cause_id}).scalar_one())


def _take(connection: Connection, desk: Desk, remittance: int, body: str, *, posted: bool, run_id: int) -> bool:
    """The body that a person chose counts: the other one is reversed, and this one posted as it was delivered."""
    chosen = connection.execute(text(DELIVERY), {"remittance": remittance, "body": body}).one_or_none()
    if chosen is None:
        return False
    if posted:
        if chosen.same:
            return True
        undo(connection, desk, remittance, run_id=run_id)
    set_state(connection, remittance, "superseded")
    why = "another body of the payment was taken"
    close_items(connection, "undone_remittance", [remittance], now=desk.now, run_id=run_id, why=why)
    post_set(connection, desk, chosen.file_id, chosen.st_index, run_id=run_id)
    return True
