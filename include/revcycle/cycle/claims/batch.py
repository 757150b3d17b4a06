"""Submissions -> interchanges: numbers first, then bytes in the archive, then rows.

Killed anywhere it leaves gaps in numbers and orphans in the archive, never a number used twice nor a row without bytes.
While one interchange is committed the next is rendered.
"""

import io
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import pyarrow as pa
from sqlalchemy import Connection, Engine, text

from revcycle.cycle.claims import closing
from revcycle.cycle.claims.frames import Going, header, with_payers, without
from revcycle.cycle.claims.groups import Group, Practice, groups, practice_of
from revcycle.cycle.claims.manifest import manifest_of
from revcycle.cycle.claims.staging import ZONE, practice_day
from revcycle.foundation.archive import Archive
from revcycle.foundation.errors import InputUnusable
from revcycle.foundation.register import INTERCHANGE, Manifest, numbers_behind
from revcycle.foundation.store.bulk import reading
from revcycle.foundation.store.numbers import raise_numbers
from revcycle.foundation.store.runs import Step
from revcycle.foundation.x12.checks import Finding
from revcycle.foundation.x12.writer import Envelope837, write_837p

BATCH_LOCK = 7_203_006


class SendingRefused(InputUnusable):
    """The database is older than the archive: a number or a claim might go out twice."""


@dataclass(frozen=True)
class BatchCounts:
    """Interchanges written, the claims in them, and claims that cannot be written."""

    interchanges: int
    claims: int
    unwritable: int


def batch(engine: Engine, archive: Archive, *, now: datetime, step: Step, state_holds_sample: bool) -> BatchCounts:
    """Write every submission that waits and nothing holds into 837 files of the archive.

    A claim with an element that cannot be written is held with the element's name, and the others are written without
    it. Safe to run twice and at once: one batch at a time, and each submission gets its place once.
    Raises: SendingRefused.
    """
    if behind := numbers_behind(engine, archive):
        raise SendingRefused(behind)
    total: Counter[str] = Counter()
    with _alone(engine) as connection, ThreadPoolExecutor(1) as committing:
        practice = practice_of(connection, practice_day(connection, now))
        zone = ZoneInfo(connection.execute(text(ZONE)).scalar() or "UTC")
        waiting = list(groups(connection, practice, sample=state_holds_sample))
        work = _Batch(engine, archive, practice, now, now.astimezone(zone), step)
        last: Future[Counter[str]] | None = None
        with reading(engine) as reader:
            going = Going(reader)
            for group in waiting:
                written = work.write(group, going)
                if last is not None:
                    total += last.result()
                last = committing.submit(work.close, written)
        if last is not None:
            total += last.result()
    return BatchCounts(total["interchanges"], total["claims"], total["unwritable"])


@dataclass(frozen=True)
class Written:
    """An interchange whose bytes are archived, and what could not be written into it. None: nothing could."""

    manifest: Manifest | None
    manifest_sha256: str
    manifest_bytes: int
    submissions: list[int]
    claims: list[int]
    unwritable: list[closing.Unwritable]


@dataclass(frozen=True)
class _Batch:
    engine: Engine
    archive: Archive
    practice: Practice
    now: datetime
    local: datetime
    step: Step

    def write(self, group: Group, going: Going) -> Written:
        """Render, leaving out what cannot be written, until nothing is found; then archive the bytes and manifest."""
        claims, lines = going.fetch(group.submissions)
        claims = with_payers(claims, self.practice.payers, self.practice.rules)
        envelope, bht03 = self._envelope(group)
        shared = header(group.partner, self.practice.billing[group.billing_npi], bht03)
        unwritable: list[closing.Unwritable] = []
        while claims.num_rows:
            stream = io.BytesIO()
            findings = write_837p(stream, {"set": shared, "claim": claims, "line": lines}, envelope)
            if not findings:
                data = stream.getvalue()
                manifest = manifest_of(group, envelope, data, bht03=bht03, claims=claims, lines=lines, now=self.now)
                return self._archived(manifest, data, claims, unwritable)
            _refuse_shared(findings)
            first = {finding.claim: finding for finding in reversed(findings)}
            unwritable += [_unwritable(claims, finding) for _, finding in sorted(first.items())]
            claims, lines = without(claims, lines, set(first))
        return Written(None, "", 0, [], [], unwritable)

    def close(self, written: Written) -> Counter[str]:
        """One transaction over an interchange and its submissions."""
        with self.engine.begin() as connection:
            return closing.close(connection, written, now=self.now, step=self.step)

    def _envelope(self, group: Group) -> tuple[Envelope837, str]:
        partner = group.partner
        isa13 = raise_numbers(self.engine, "isa13", 1, partner=partner.connection, step=self.step)[0]
        gs06 = raise_numbers(self.engine, "gs06", 1, partner=partner.connection, step=self.step)[0]
        bht03 = f"B{raise_numbers(self.engine, 'bht03', 1, step=self.step)[0]:010}"
        envelope = Envelope837(
            sender_qualifier=partner.sender_qualifier,
            sender_id=partner.sender_id,
            receiver_qualifier=partner.receiver_qualifier,
            receiver_id=partner.receiver_id,
            created=self.local,
            isa13=isa13,
            gs06=gs06,
            usage=group.usage,
        )
        return envelope, bht03

    def _archived(
        self, manifest: Manifest, data: bytes, claims: pa.Table, unwritable: list[closing.Unwritable]
    ) -> Written:
        self.archive.put(data)
        encoded = manifest.encode()
        sha256 = self.archive.put(encoded)
        self.archive.label(INTERCHANGE, manifest.label, sha256)
        return Written(
            manifest,
            sha256,
            len(encoded),
            claims["submission_id"].to_pylist(),
            claims["claim_id"].to_pylist(),
            unwritable,
        )


def _refuse_shared(findings: list[Finding]) -> None:
    """What all claims share is of practice.yaml: nothing can be sent until it is mended."""
    for finding in findings:
        if finding.claim < 0:
            raise InputUnusable(
                f"practice.yaml: {finding.column} {finding.reason} ({finding.segment}{finding.element} of every 837); "
                "mend the billing provider or trading partner there."
            )


def _unwritable(claims: pa.Table, finding: Finding) -> closing.Unwritable:
    return closing.Unwritable(
        submission=claims["submission_id"][finding.claim].as_py(),
        claim=claims["claim_id"][finding.claim].as_py(),
        segment=finding.segment,
        element=finding.element,
        column=finding.column,
        reason=finding.reason,
    )


@contextmanager
def _alone(engine: Engine) -> Iterator[Connection]:
    """One batch at a time; the lock goes with the connection."""
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": BATCH_LOCK})
        yield connection
