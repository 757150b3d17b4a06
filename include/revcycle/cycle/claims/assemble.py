"""From coded encounters to submissions that may go: one transaction, safe to repeat, to double and to kill."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Engine, text

from revcycle.cycle.claims import bookings, changes, decisions, holds, notices, staging, submissions
from revcycle.foundation.archive import Archive
from revcycle.foundation.practice.partners import practice_zone
from revcycle.foundation.register import SendingRefused, why_refused
from revcycle.foundation.store.runs import Step, begin
from revcycle.foundation.work.denials import raise_denials

CLAIMS_LOCK = 7_203_005

# Whatever may change below, in the order in which everybody locks: claims by their id, then what hangs on them.
LOCK = """
SELECT id FROM claim WHERE state = 'open' OR id IN (
    SELECT w.claim_id FROM action a JOIN work_item w ON w.id = a.item_id WHERE a.state = 'pending')
ORDER BY id FOR NO KEY UPDATE
"""


@dataclass(frozen=True)
class AssembleCounts:
    """What an assembly did; `held` are the claims that wait with a cause afterwards."""

    claims: int
    submissions: int
    held: int
    superseded: int
    void: int
    amended: int
    decisions: int


def assemble(
    engine: Engine, archive: Archive, *, through: date, now: datetime, step: Step, payers: Sequence[str] = ()
) -> AssembleCounts:
    """Make claims of what belongs to `through` or earlier, hold those with a cause, freeze the rest as submissions.

    An encounter needs a row in `sweep_result` for its current version: what no longer counts was taken away before.
    Filing limits and future dates are judged on the practice's day of `now`. `payers` only narrows the run.
    Raises: SendingRefused while the database is older than the archive, or claim numbers would be given out twice.
    """
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": CLAIMS_LOCK})
        if behind := why_refused(connection, archive):
            raise SendingRefused(behind)
        run_id = begin(connection, step)
        connection.execute(text(LOCK))
        day = now.astimezone(practice_zone(connection)).date()
        staging.stage(connection, through=through, day=day, payers=payers)
        decided = decisions.carry_out(connection, day=through, now=now, run_id=run_id)
        superseded, void = changes.follow(connection, now=now, run_id=run_id)
        claims = submissions.make_claims(connection, engine, step=step, run_id=run_id)
        amended = changes.amend(connection, now=now, run_id=run_id)
        holds.match(connection, day=day, now=now, run_id=run_id)
        frozen = submissions.freeze(connection, through=through, payers=payers, run_id=run_id)
        bookings.book(connection, through=through, run_id=run_id)
        notices.raise_notices(connection, now=now, run_id=run_id)
        raise_denials(connection, now=now, run_id=run_id)
        held = holds.held(connection)
    return AssembleCounts(claims, frozen, held, superseded, void, amended, decided)
