"""Remittance files that a person brings: into the archive and the register, then posted."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from revcycle.cycle.exchange.register import keep, label, register
from revcycle.cycle.remittance.outcome import Outcome
from revcycle.cycle.remittance.post import post
from revcycle.foundation.archive import Archive
from revcycle.foundation.practice.partners import practice_zone
from revcycle.foundation.state import State
from revcycle.foundation.store.runs import Step, begin
from revcycle.local.practice import existing_practice

BY_HAND = "by-hand"
"""The partner of a file that a person brings; a payment is known by what it is, not by who brought it."""


def post_by_hand(paths: Sequence[Path], state: State, *, now: datetime) -> Iterator[Outcome]:
    """One outcome a transaction set, in order of the files; entries are dated on the practice's day of `now`."""
    engine, archive = existing_practice(state), Archive(state.archive)
    with engine.connect() as connection:
        day = now.astimezone(practice_zone(connection)).date()
    for number, path in enumerate(paths):
        step = Step("shell", f"post-{now.isoformat()}", "post", shard=number, business_date=day)
        received = keep(archive, path, partner=BY_HAND, first_name=path.name, now=now)
        label(archive, received, {})
        with engine.begin() as connection:
            file, _ = register(connection, received, now=now, run_id=begin(connection, step))
        for result in post(engine, archive, file, day=day, now=now, step=step):
            yield Outcome(path.name, received.sha256, result.status, result.one, result.matched, result.problems)
