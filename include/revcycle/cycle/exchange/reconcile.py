"""The database brought up to what the archive proves was sent and received: after a restore of an older backup."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import reduce
from typing import Any

from sqlalchemy import Connection, Engine, select, text

from revcycle.cycle.exchange import manifests, register
from revcycle.cycle.exchange.attempts import open_doubt, write_attempt
from revcycle.foundation.archive import Archive
from revcycle.foundation.practice.partners import stored_partners
from revcycle.foundation.register import Delivered, Unknown, expect, unknown, unknown_deliveries
from revcycle.foundation.store.numbers import NumberKind, last_number, lift
from revcycle.foundation.store.runs import Step, begin
from revcycle.foundation.store.tables import received_file
from revcycle.foundation.x12.claim_numbers import ALPHABET, BASE, DIGITS

LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('reconcile', 0))"
REGISTERED = "SELECT partner, max(isa13) AS isa13 FROM interchange GROUP BY partner"
AGAIN = """
UPDATE received_file f SET state = 'registered'
WHERE f.state = 'applied' AND f.partner = ANY (:partners)
  AND EXISTS (SELECT FROM answer a
              WHERE a.file_id = f.id AND a.interchange_id IS NULL AND a.submission_id IS NULL)
"""


@dataclass(frozen=True)
class Lifted:
    """A counter and where it stands; `partner` is empty for those of the practice."""

    kind: NumberKind
    partner: str
    before: int
    after: int


@dataclass(frozen=True)
class Missing:
    """An encounter that was sent and is not here."""

    source_system: str
    source_encounter_id: str = field(repr=False)


@dataclass(frozen=True)
class ReconcileReport:
    """What the database lacked of the archive. With `missing` or `conflicts` sending stays refused.

    `bring`: the files to take in again, in this order, so that the encounters that are missing are here again.
    """

    applied: bool
    interchanges: tuple[str, ...]
    claims: int
    received: int
    again: int
    lifted: tuple[Lifted, ...]
    missing: tuple[Missing, ...]
    bring: tuple[Delivered, ...]
    conflicts: tuple[str, ...]


def reconcile(engine: Engine, archive: Archive, *, apply: bool, now: datetime, step: Step) -> ReconcileReport:
    """Register what the archive has and the database lacks; without `apply` only say what that would be.

    Interchanges come back in doubt, with their claims and numbers; received files come back to be applied, and those
    whose answers found nobody are applied again. An interchange with an encounter that is not here stays out, whole,
    until the files that bring it were taken in again and this is run again; until then sending stays refused.
    """
    with engine.connect() as connection, connection.begin() as transaction:
        connection.execute(text(LOCK))
        report = _reconcile(connection, archive, apply=apply, now=now, run_id=begin(connection, step))
        if not apply:
            transaction.rollback()
    return report


def _reconcile(connection: Connection, archive: Archive, *, apply: bool, now: datetime, run_id: int) -> ReconcileReport:
    lacking = unknown(connection, archive)
    manifests.stage(connection, lacking)
    absent, conflicts = manifests.missing(connection), manifests.conflicts(connection)
    whole = not absent and not conflicts
    lifted = _lift(connection, lacking, whole=whole, run_id=run_id)
    manifests.make_room(connection, run_id=run_id)
    rows = manifests.register(connection, archive, lacking, conflicts=conflicts, now=now, run_id=run_id)
    _follow_up(connection, rows, now=now, run_id=run_id)
    received = _receive(connection, archive, now=now, run_id=run_id)
    again = connection.execute(text(AGAIN), {"partners": sorted({row.partner for row in rows})}).rowcount
    return ReconcileReport(
        applied=apply,
        interchanges=tuple(f"{row.partner}-{row.isa13:09}" for row in rows),
        claims=sum(row.claims for row in rows),
        received=received,
        again=again,
        lifted=tuple(lifted),
        missing=tuple(Missing(*one) for one in absent),
        bring=tuple(_bring(connection, archive, {source for source, _ in absent})),
        conflicts=tuple(conflicts),
    )


def _follow_up(connection: Connection, rows: Sequence[Any], *, now: datetime, run_id: int) -> None:
    """What every interchange in doubt has: evidence, an item, and answers that are owed."""
    partners = stored_partners(connection)
    for row in rows:
        write_attempt(
            connection,
            row.id,
            found="in_doubt",
            reached="in_doubt",
            error_class="Reconciled",
            now=now,
            run_id=run_id,
        )
        if partner := partners.get(row.partner):
            open_doubt(connection, row, partner, since=now, now=now, run_id=run_id)
            expect(connection, row.id, partner, now=now, run_id=run_id)


def _receive(connection: Connection, archive: Archive, *, now: datetime, run_id: int) -> int:
    """Files that partners sent, by their labels."""
    known = {f"{row.partner}-{row.sha256}" for row in connection.execute(select(received_file))}
    count = 0
    for name, label in archive.labels(register.RECEIVED).items():
        if name in known:
            continue
        said = json.loads(archive.path(label).read_bytes())
        place = archive.path(said["sha256"])
        kind, reason = register.read_kind(place)
        at = datetime.fromisoformat(said["received_at"])
        file = register.Received(
            said["partner"], said["sha256"], place.stat().st_size, kind, said["first_name"], at, reason
        )
        register.register(connection, file, now=now, run_id=run_id)
        count += 1
    return count


def _lift(connection: Connection, lacking: Sequence[Unknown], *, whole: bool, run_id: int) -> list[Lifted]:
    """No number that the archive shows is given out again; ISA13 stays, and refuses, until nothing is missing.

    Then it is lifted over what an earlier run has registered, too.
    """
    highest: dict[tuple[NumberKind, str], int] = {}
    if whole:
        registered = connection.execute(text(REGISTERED))
        highest |= {("isa13", row.partner): row.isa13 for row in registered}
    for one in lacking:
        manifest = one.manifest
        used: dict[tuple[NumberKind, str], int] = {
            ("isa13", manifest.partner): manifest.isa13 if whole else 0,
            ("gs06", manifest.partner): manifest.gs06,
            ("bht03", ""): int(manifest.bht03.lstrip("B")),
            ("claim", ""): max(_count_of(claim.claim_number) for claim in manifest.claims),
        }
        for key, value in used.items():
            highest[key] = max(highest.get(key, 0), value)
    lifted = []
    for (kind, partner), value in sorted(highest.items()):
        before = last_number(connection, kind, partner=partner)
        if value > before:
            lift(connection, kind, value, partner=partner, run_id=run_id)
            lifted.append(Lifted(kind, partner, before, value))
    return lifted


def _count_of(claim_number: str) -> int:
    """The count that a claim number was made of."""
    return reduce(lambda count, sign: count * BASE + ALPHABET.index(sign), claim_number[:DIGITS], 0)


def _bring(connection: Connection, archive: Archive, sources: Collection[str]) -> list[Delivered]:
    """The deliveries of these sources that the database has lost, people and coverage with the charges."""
    columns = (received_file.c.partner, received_file.c.sha256)
    known = {(row.partner, row.sha256) for row in connection.execute(select(*columns))}
    return [one for one in unknown_deliveries(archive, known) if one.source in sources]
