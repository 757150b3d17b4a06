"""An interchange to the partner, so that it arrives once: hidden first, then shown in one step.

Every state is committed before the step it allows. Whatever is killed, cut or refused, the next attempt finds out from
the state and from the names at the partner where it stood; where that cannot be found out, the interchange is in doubt
and nothing more is sent of it. The archive gets a mark before a file is shown: a database that knows less is older.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, select

from revcycle.cycle.exchange.alone import alone
from revcycle.cycle.exchange.attempts import Attempt
from revcycle.cycle.exchange.faults import PartnerAway, PartnerRefused
from revcycle.cycle.exchange.mailbox import Mailbox
from revcycle.cycle.exchange.names import Place, place
from revcycle.cycle.exchange.sending import refuse_unless_sendable
from revcycle.foundation.archive import Archive
from revcycle.foundation.errors import InputUnusable
from revcycle.foundation.practice.partners import stored_partners
from revcycle.foundation.register import Release, why_refused
from revcycle.foundation.store.runs import Step
from revcycle.foundation.store.tables import interchange

KILL_POINTS = (
    "locked",
    "connected",
    "uploading",
    "sent",
    "uploaded",
    "marked",
    "releasing",
    "renamed",
    "published",
)
"""Where `publish` calls `reach`: each lies between two steps of which the first is done and the second is not."""


@dataclass(frozen=True)
class PublishCounts:
    """What came of one interchange: exactly one of the first three is 1."""

    published: int = 0
    already: int = 0
    in_doubt: int = 0
    claims: int = 0
    bytes: int = 0


def publish(
    engine: Engine,
    archive: Archive,
    interchange_id: int,
    open_box: Callable[[], AbstractContextManager[Mailbox]],
    *,
    state_holds_sample: bool,
    now: datetime,
    step: Step,
    reach: Callable[[str], None] = lambda _: None,
) -> PublishCounts:
    """Send one interchange, or go on where an earlier attempt stopped.

    Safe to run twice, at the same moment (the second waits and finds it sent), and to be killed anywhere.
    Raises: SendingRefused; PartnerAway, PartnerFull, PartnerRefused, AuthenticationRefused, HostKeyChanged, after which
    running it again is safe.
    """
    with alone(engine, f"publish {interchange_id}") as connection:
        attempt = _look_up(connection, interchange_id, now=now, step=step)
        if attempt.over:
            return PublishCounts(already=int(attempt.published), in_doubt=int(not attempt.published))
        with connection.begin():
            behind = why_refused(connection, archive)
            refuse_unless_sendable(
                connection, attempt.row, attempt.partner, state_holds_sample=state_holds_sample, behind=behind
            )
        reach("locked")
        try:
            with open_box() as box:
                reach("connected")
                spot = place(attempt.partner.mailbox, attempt.row.remote_name)
                release = _release_of(attempt, archive)
                _Delivery(attempt, box, spot, release, reach).go_on(archive.path(attempt.row.sha256))
        except Exception as error:
            attempt.look_again()
            if not attempt.over:
                attempt.note(error)
                raise
        reach("published")
    if not attempt.published:
        return PublishCounts(in_doubt=1)
    return PublishCounts(published=1, claims=attempt.row.claims, bytes=attempt.row.bytes)


def _look_up(connection: Connection, interchange_id: int, *, now: datetime, step: Step) -> Attempt:
    """The interchange as it is now that nobody else works on it."""
    with connection.begin():
        row = connection.execute(select(interchange).where(interchange.c.id == interchange_id)).one_or_none()
        if row is None:
            raise InputUnusable(f"Interchange {interchange_id} does not exist.")
        partner = stored_partners(connection).get(row.partner)
    if partner is None:
        raise InputUnusable(f"practice.yaml no longer has the trading partner {row.partner}; put it back.")
    return Attempt(connection, row, partner, now, step, row.state)


def _release_of(attempt: Attempt, archive: Archive) -> Release:
    """The release that is to come."""
    row = attempt.row
    return Release(archive, row.partner, row.isa13, attempt.times_resent() + 1, row.manifest_sha256)


@dataclass(frozen=True)
class _Delivery:
    """One attempt with an open mailbox."""

    attempt: Attempt
    box: Mailbox
    spot: Place
    release: Release
    reach: Callable[[str], None]

    def go_on(self, source: Path) -> None:
        """From the state that was found to published or in_doubt; raises what stops it."""
        attempt = self.attempt
        if attempt.state != "releasing" and self.release.marked:
            self._recall()
        if attempt.state == "releasing":
            self._find_out()
        if attempt.state in ("prepared", "uploading"):
            self._upload(source)
        if attempt.state == "uploaded":
            self._release()

    def _recall(self) -> None:
        """The release has begun, and the database knows nothing of it; without a hidden name the upload was all of it.

        It was restored, or killed between the mark and its own commit.
        """
        shown_before_verified = self.spot.direct and self.attempt.state != "uploaded"
        self.attempt.move("cut" if shown_before_verified else "released")

    def _upload(self, source: Path) -> None:
        attempt, direct = self.attempt, self.spot.direct
        if direct and attempt.state == "uploading":
            if not attempt.sent_again():
                return attempt.move("cut")
            attempt.note()  # from here on another attempt knows that bytes may be there
        else:
            attempt.move("started")
        if direct:
            self.release.mark()
        self.reach("uploading")
        try:
            self.box.put(source, self.spot.temporary)
            self.reach("sent")
            whole = self._is_whole()
        except Exception as error:
            if not direct:
                raise
            return attempt.move("cut", error=error)
        attempt.move("verified" if whole else "cut")
        return self.reach("uploaded")

    def _is_whole(self) -> bool:
        """Whether all bytes stand there; a file that was taken under its final name had all of them.

        A hidden file that is gone may have been taken too, against the agreement: that is a doubt.
        """
        row, name = self.attempt.row, self.spot.temporary
        there = self.box.size(name)
        if there is None:
            return self.spot.direct and self.attempt.partner.mailbox.picks_up
        if there != row.bytes:
            raise PartnerAway(f"{row.partner}: {name} has {there} of {row.bytes} bytes; it is tried again.")
        if self.attempt.partner.mailbox.read_back and self.box.sha256(name) != row.sha256:
            raise PartnerAway(f"{row.partner}: {name} has other bytes than were sent; it is tried again.")
        return True

    def _release(self) -> None:
        """Show the file; where that is refused, the names at the partner say what is so."""
        attempt = self.attempt
        self.release.mark()
        self.reach("marked")
        attempt.move("released")
        self.reach("releasing")
        try:
            if not self.spot.direct:
                self.box.rename(self.spot.temporary, self.spot.final)
        except PartnerRefused:
            self._find_out()
            if attempt.state == "uploaded":
                raise
            return
        self.reach("renamed")
        attempt.move("renamed")

    def _find_out(self) -> None:
        """What became of a release that nobody saw the end of; a mailbox without rename had every byte before it."""
        attempt, spot = self.attempt, self.spot
        if spot.direct or self.box.size(spot.final) == attempt.row.bytes:
            attempt.move("renamed")
            if not spot.direct:  # left over when the same bytes were sent twice and the first had arrived
                with suppress(PartnerAway, PartnerRefused):
                    self.box.remove(spot.temporary)
        elif self.box.size(spot.temporary) is not None:
            attempt.move("temporary name there")
        else:
            attempt.move("neither name there")
