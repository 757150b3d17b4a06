"""Sending stands still: all of it, or one payer's claims."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, select, update
from sqlalchemy.dialects.postgresql import insert

from revcycle.foundation.errors import InputUnusable
from revcycle.foundation.store.runs import Step, begin
from revcycle.foundation.store.tables import outage
from revcycle.foundation.store.tables import payer as payer_table


@dataclass(frozen=True)
class PauseCounts:
    """What changed: 0 and 0 when it was so already."""

    paused: int = 0
    resumed: int = 0


def pause(engine: Engine, *, on: bool, payer: str = "", by: str, reason: str, now: datetime, step: Step) -> PauseCounts:
    """Stop sending, or go on: for every payer (''), or for one, whose claims are then held.

    Nothing else is asked of who pauses: it is the emergency stop. Raises: InputUnusable for an unknown payer.
    """
    with engine.begin() as connection:
        _known(connection, payer)
        run_id = begin(connection, step)
        if on:
            opened = {"payer": payer, "partner": "", "state": "open", "opened_at": now, "opened_by": by}
            written = insert(outage).values(reason=reason, run_id=run_id, **opened).on_conflict_do_nothing()
            return PauseCounts(paused=len(connection.scalars(written.returning(outage.c.id)).all()))
        ended = update(outage).where(outage.c.payer == payer, outage.c.partner == "", outage.c.closed_at.is_(None))
        ended = ended.values(state="closed", closed_at=now)
        return PauseCounts(resumed=connection.execute(ended).rowcount)


def _known(connection: Connection, payer: str) -> None:
    codes = select(payer_table.c.code).where(payer_table.c.superseded_at.is_(None)).order_by(payer_table.c.code)
    listed = connection.scalars(codes).all()
    if payer and payer not in listed:
        raise InputUnusable(f"--payer {payer} is not in practice.yaml; it has {', '.join(listed) or 'no payer'}.")
