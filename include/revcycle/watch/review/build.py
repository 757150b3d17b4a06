"""Build the review of one week: figures from the tables, proofs, one page in the archive."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import Engine, select
from sqlalchemy.dialects.postgresql import insert

from revcycle.foundation.archive import Archive
from revcycle.foundation.errors import InputUnusable
from revcycle.foundation.practice.partners import practice_zone
from revcycle.foundation.store.runs import Step, begin
from revcycle.foundation.store.tables import archive_object, run
from revcycle.watch.review.figures import figures
from revcycle.watch.review.page import page
from revcycle.watch.review.proofs import Proof, proofs_of
from revcycle.watch.review.stored import registered_names, rehash
from revcycle.watch.review.weeks import Week

STEP = "review"
"""The step of every run that builds a review: by it an object of the archive is known to be a page."""


@dataclass(frozen=True)
class Review:
    """A week's review: where its page is in the archive, its headline figures, and what was proven.

    `objects` and `bytes` are what was hashed again. Money in `counts` is in cents.
    """

    week: date
    sha256: str
    counts: dict[str, int]
    objects: int
    bytes: int
    proofs: tuple[Proof, ...]

    @property
    def holds(self) -> bool:
        """Whether every proof holds."""
        return all(proof.holds for proof in self.proofs)


def build(
    engine: Engine, archive: Archive, *, week: date, now: datetime, step: Step, further: Sequence[Proof] = ()
) -> Review:
    """Put the page of the week that begins on the Monday `week` into the archive, and say what it came to.

    Figures are as of the week's end in the practice's zone, so the same tables give the same bytes: what is dated after
    the week does not count, and `now` only tells whether the week is over. Proofs are of what stands now; `further` are
    those made elsewhere. The page is written whether or not they hold. The run's row has the step `review`, Sunday as
    `as_of`, and the day after as its business date: so the page is no part of the archive of its own week.
    Raises: InputUnusable when `week` is no Monday or the week is not over.
    """
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        the_week = Week(week, practice_zone(connection))
        if now < the_week.ends_at:
            raise InputUnusable(f"The week of {week} is not over in {the_week.zone.key}; ask again after its Sunday.")
        found = figures(connection, the_week)
        registered = registered_names(connection)
    stored = rehash(archive, registered)
    proofs = (*proofs_of(found.receivable, stored), *further)
    content = page(found, proofs).encode()
    sha256 = archive.put(content)
    with engine.begin() as connection:
        about = replace(step, step=STEP, business_date=the_week.next_monday, as_of=the_week.sunday)
        values = {"sha256": sha256, "bytes": len(content), "run_id": begin(connection, about)}
        connection.execute(insert(archive_object).values(values).on_conflict_do_nothing())
    return Review(week, sha256, found.counts(), stored.objects, stored.bytes, proofs)


def read_page(engine: Engine, archive: Archive, sha256: str) -> str:
    """The page that a review put into the archive under this sha256, hashed again.

    Raises: InputUnusable for what is no page of a review; ObjectMissing, ObjectDamaged.
    """
    known = select(archive_object.c.sha256).join(run).where(archive_object.c.sha256 == sha256, run.c.step == STEP)
    with engine.connect() as connection:
        if connection.execute(known).scalar() is None:
            raise InputUnusable("No review has a page of this sha256; the log of its run names the right one.")
    archive.verify(sha256)
    with archive.open(sha256) as stored:
        return stored.read().decode()
