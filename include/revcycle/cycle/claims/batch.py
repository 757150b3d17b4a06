"""Submissions -> interchanges: numbers first, then bytes in the archive, then rows.

Killed anywhere it leaves gaps in numbers and orphans in the archive, never a number used twice nor a row without bytes.
While one interchange is committed the next is rendered, and the rows of the one after it are fetched.
"""

import io
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa
from sqlalchemy import Connection, Engine, text

from revcycle.cycle.claims import closing
from revcycle.cycle.claims.assemble import CLAIMS_LOCK
from revcycle.cycle.claims.fetching import Fetching
from revcycle.cycle.claims.frames import BY_KEY, Rows, frames, left_over
from revcycle.cycle.claims.groups import Group, Practice, groups, practice_of
from revcycle.cycle.claims.manifest import manifest_of
from revcycle.cycle.claims.written import Archived, Unwritable, Written
from revcycle.foundation.archive import Archive
from revcycle.foundation.practice.partners import practice_zone
from revcycle.foundation.register import INTERCHANGE, SendingRefused, why_refused
from revcycle.foundation.store.bulk import reading
from revcycle.foundation.store.numbers import NumberKind, raise_numbers
from revcycle.foundation.store.runs import Step
from revcycle.foundation.x12.checks import Finding
from revcycle.foundation.x12.writer import Envelope837, write_837p


@dataclass(frozen=True)
class BatchCounts:
    """Interchanges written, the claims in them, and claims that cannot be written."""

    interchanges: int
    claims: int
    unwritable: int


def batch(
    engine: Engine, archive: Archive, *, now: datetime, step: Step, state_holds_sample: bool, payers: Sequence[str] = ()
) -> BatchCounts:
    """Write every submission that waits and nothing holds into 837 files of the archive.

    A claim with an element that cannot be written is held with the element's name, and the others are written without
    it; so are all claims of a billing provider or trading partner of which something cannot be. Safe to run twice and
    at once: one batch at a time, and each submission gets its place once. `payers` only narrows the run.
    Raises: SendingRefused.
    """
    total: Counter[str] = Counter()
    with _alone(engine) as connection, ThreadPoolExecutor(1) as committing:
        if behind := why_refused(connection, archive):
            raise SendingRefused(behind)
        local = now.astimezone(practice_zone(connection))
        practice = practice_of(connection, local.date(), payers)
        work = _Batch(engine, archive, practice, now, local, step)
        last: Future[Counter[str]] | None = None
        with reading(engine) as reader, ThreadPoolExecutor(1) as thread:
            waiting = list(groups(reader, practice, sample=state_holds_sample))
            reader.execute(BY_KEY)
            fetching = Fetching(reader, thread)
            fetched = fetching.each([group.submissions for group in waiting])
            for (group, envelope, bht03), rows in zip(work.numbered(waiting), fetched, strict=True):
                written = work.write(fetching, rows, group, envelope, bht03)
                if last is not None:
                    total += last.result()
                last = committing.submit(work.close, written)
        if last is not None:
            total += last.result()
    return BatchCounts(total["interchanges"], total["claims"], total["unwritable"])


@dataclass(frozen=True)
class _Batch:
    engine: Engine
    archive: Archive
    practice: Practice
    now: datetime
    local: datetime
    step: Step

    def numbered(self, waiting: Sequence[Group]) -> Iterator[tuple[Group, Envelope837, str]]:
        """Each interchange to come with its numbers, which are raised for all of them at once."""
        partners = Counter(group.partner.connection for group in waiting)
        isa13 = {partner: iter(self._raised("isa13", count, partner)) for partner, count in partners.items()}
        gs06 = {partner: iter(self._raised("gs06", count, partner)) for partner, count in partners.items()}
        for group, bht03 in zip(waiting, self._raised("bht03", len(waiting), ""), strict=True):
            partner = group.partner
            envelope = Envelope837(
                sender_qualifier=partner.sender_qualifier,
                sender_id=partner.sender_id,
                receiver_qualifier=partner.receiver_qualifier,
                receiver_id=partner.receiver_id,
                created=self.local,
                isa13=next(isa13[partner.connection]),
                gs06=next(gs06[partner.connection]),
                usage=group.usage,
            )
            yield group, envelope, f"B{bht03:010}"

    def _raised(self, kind: NumberKind, count: int, partner: str) -> range:
        return raise_numbers(self.engine, kind, count, partner=partner, step=self.step) if count else range(0)

    def write(self, fetching: Fetching, rows: Rows, group: Group, envelope: Envelope837, bht03: str) -> Written:
        """Render the group's rows, leaving out what cannot be written, until nothing is found."""
        header = self.practice.directory.header(group.partner, group.billing_npi, bht03)
        submissions = group.submissions
        unwritable: list[Unwritable] = []
        while True:
            tables = frames(rows, group.billing_npi, self.practice.directory)
            stream = io.BytesIO()
            findings = left_over(tables)
            if submissions and not findings:
                findings = write_837p(stream, {"set": header, **tables}, envelope)
            if not findings:
                return Written(group, envelope, bht03, tables["claim"], tables["line"], stream.getvalue(), unwritable)
            first = _first(findings, len(submissions))
            unwritable += [_unwritable(tables["claim"], row, finding) for row, finding in first.items()]
            submissions = [one for row, one in enumerate(submissions) if row not in first]
            rows = fetching.ask(submissions).result()

    def close(self, written: Written) -> Counter[str]:
        """Bytes, manifest and label into the archive, then one transaction over the interchange and its claims."""
        archived = self._archived(written) if written.data else None
        with self.engine.begin() as connection:
            return closing.close(connection, written, archived, now=self.now, step=self.step)

    def _archived(self, written: Written) -> Archived:
        manifest, encoded = manifest_of(written, self.archive.put(written.data), now=self.now)
        sha256 = self.archive.put(encoded)
        self.archive.label(INTERCHANGE, manifest.label, sha256)
        return Archived(manifest, sha256, len(encoded))


def _first(findings: Sequence[Finding], claims: int) -> dict[int, Finding]:
    """One finding a claim, by its row; a name that is missing says more than the address that is missing with it.

    What all claims share is of practice.yaml: none of them can be sent until it is mended there.
    """
    chosen: dict[int, Finding] = {}
    for finding in sorted(findings, key=lambda one: (one.claim, one.segment != "NM1", one)):
        for row in range(claims) if finding.claim < 0 else (finding.claim,):
            chosen.setdefault(row, finding)
    return chosen


def _unwritable(claims: pa.Table, row: int, finding: Finding) -> Unwritable:
    return Unwritable(
        submission=claims["submission_id"][row].as_py(),
        claim=claims["claim_id"][row].as_py(),
        segment=finding.segment,
        element=finding.element,
        column=finding.column,
        reason=finding.reason,
    )


@contextmanager
def _alone(engine: Engine) -> Iterator[Connection]:
    """No other batch and no assembly meanwhile; the lock goes with the connection."""
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": CLAIMS_LOCK})
        yield connection
