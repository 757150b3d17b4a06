"""Received answers applied: read, matched, written down as evidence, and the claims brought in line with it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, Engine, Row, text
from sqlalchemy.dialects.postgresql import insert

from revcycle.cycle.answers import again, evidence, interchanges, matching, to_do
from revcycle.cycle.answers.file import Read, read
from revcycle.cycle.answers.overdue import raise_overdue
from revcycle.cycle.answers.room import lock_room
from revcycle.cycle.answers.standing import Moved, bring_in_line
from revcycle.foundation.archive import Archive
from revcycle.foundation.practice.partners import stored_partners
from revcycle.foundation.store.runs import Step, begin
from revcycle.foundation.store.tables import problem, received_transaction

WAITING = "SELECT id FROM received_file WHERE state = 'registered' AND kind IN ('TA1', '999', '277CA') ORDER BY id"
TAKE = "SELECT * FROM received_file WHERE id = :file AND state = 'registered' FOR UPDATE"
DONE = "UPDATE received_file SET state = :state WHERE id = :file"


@dataclass(frozen=True)
class ApplyCounts:
    """What was read, and how many submissions moved: newly accepted, rejected, or reopened by later answers.

    `repeated` counts sets that came before in another file, `unmatched` sets that answer nothing of ours.
    """

    files: int = 0
    quarantined: int = 0
    repeated: int = 0
    answers: int = 0
    accepted: int = 0
    rejected: int = 0
    lifted: int = 0
    unmatched: int = 0
    doubts_ended: int = 0

    def __add__(self, other: "ApplyCounts") -> "ApplyCounts":
        return ApplyCounts(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))


def apply(
    engine: Engine, archive: Archive, *, now: datetime, step: Step, reach: Callable[[str], None] = lambda _: None
) -> ApplyCounts:
    """Apply every received TA1, 999 and 277CA file, one transaction each; 835 files are left for posting.

    The end is the same in any order of the files, however often each is applied: claims follow the fold of all that
    was said. Safe to run twice, at once, and to be killed anywhere; `reach` is called with `applied` after each file.
    A file that cannot be read is quarantined with an item, and the others go on.
    Raises: ObjectMissing or ObjectDamaged where the archive lacks a registered file.
    """
    with engine.begin() as connection:
        lock_room(connection)
        total = ApplyCounts(doubts_ended=interchanges.end_doubts(connection, now=now, run_id=begin(connection, step)))
        files = connection.scalars(text(WAITING)).all()
    for file in files:
        with engine.begin() as connection:
            lock_room(connection)
            taken = connection.execute(text(TAKE), {"file": file}).one_or_none()
            if taken is not None:
                total += _apply(connection, archive, taken, now=now, run_id=begin(connection, step))
        reach("applied")
    return total


def _apply(connection: Connection, archive: Archive, file: Row[Any], *, now: datetime, run_id: int) -> ApplyCounts:
    with archive.open(file.sha256) as stored:
        data = stored.read()
    partner = stored_partners(connection).get(file.partner)
    content = read(data, partner, partial(matching.claims_of_group, connection, archive, file.partner))
    _problems(connection, file, content, run_id=run_id)
    before = again.known(connection, file, content.transactions)
    meant = matching.match(
        connection,
        file.partner,
        [one for each in content.transactions if (each.kind, each.body_sha256) not in before for one in each.said],
    )
    matching.write(connection, file.id, meant, run_id=run_id)
    earlier = again.move_back(connection, content.transactions, before)
    moved, ended = _follow(connection, [file.id, *earlier], now=now, run_id=run_id)
    unmatched = to_do.unmatched(connection, file.id, now=now, run_id=run_id)
    _register(connection, file, content, now=now, run_id=run_id)
    return ApplyCounts(
        files=1,
        quarantined=int(content.unusable),
        repeated=sum((each.kind, each.body_sha256) in before for each in content.transactions),
        answers=len(meant),
        accepted=moved.accepted,
        rejected=moved.rejected,
        lifted=moved.lifted,
        unmatched=unmatched,
        doubts_ended=ended,
    )


def _follow(connection: Connection, files: Sequence[int], *, now: datetime, run_id: int) -> tuple[Moved, int]:
    """Bring all that the files speak of in line: claims, interchanges, answers owed, and items."""
    touched = evidence.record(connection, files, run_id=run_id)
    ended = interchanges.end_doubts(connection, now=now, run_id=run_id)
    moved = bring_in_line(connection, touched.submissions, now=now, run_id=run_id)
    interchanges.fold_answered(connection, touched.interchanges)
    interchanges.meet(connection, touched.interchanges, touched.submissions, now=now, run_id=run_id)
    to_do.rejections(connection, touched.submissions, now=now, run_id=run_id)
    to_do.set_rejections(connection, touched.interchanges, now=now, run_id=run_id)
    to_do.duplicates(connection, touched.interchanges, touched.submissions, now=now, run_id=run_id)
    raise_overdue(connection, touched.interchanges, now=now, run_id=run_id)
    return moved, ended


def _problems(connection: Connection, file: Row[Any], content: Read, *, run_id: int) -> None:
    """What could not be taken, with its segment; the values stand in this table only."""
    rows = [
        {"file_id": file.id, "st_index": one.st_index, "position": one.segment, "code": one.code}
        | {"expected": one.expected, "found": one.found, "reason": one.reason, "run_id": run_id}
        for one in content.problems
    ]
    if rows:
        connection.execute(insert(problem).on_conflict_do_nothing(), rows)


def _register(connection: Connection, file: Row[Any], content: Read, *, now: datetime, run_id: int) -> None:
    """The file's sets and their states; of a file that holds something unusable a person is told."""
    rows = [
        {"file_id": file.id, "st_index": one.st_index, "kind": one.kind, "body_sha256": one.body_sha256}
        | {"isa13": one.isa13, "gs06": one.gs06, "st02": one.st02, "run_id": run_id}
        | {"state": "applied" if one.usable else "quarantined"}
        for one in content.transactions
    ]
    if rows:
        query = insert(received_transaction)
        again = query.on_conflict_do_update(
            index_elements=["file_id", "st_index"], set_={"state": query.excluded.state, "run_id": run_id}
        )
        connection.execute(again, rows)
    fatal = sorted({one.code for one in content.problems if one.fatal})
    to_do.quarantined(connection, file, fatal if content.unusable else [], now=now, run_id=run_id)
    state = "quarantined" if content.unusable else "applied"
    connection.execute(text(DONE), {"file": file.id, "state": state})
