"""Remittances posted: each transaction set of a file in a database transaction of its own, the small files first."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import groupby

from sqlalchemy import Connection, Engine, text

from revcycle.cycle.remittance import register, staging
from revcycle.cycle.remittance.ahead import ahead
from revcycle.cycle.remittance.desk import Desk
from revcycle.cycle.remittance.judge import Case, Posting, SetResult, judge
from revcycle.foundation.archive import Archive
from revcycle.foundation.store.runs import Step, begin
from revcycle.foundation.work.causes import Cause, open_items
from revcycle.foundation.x12.file_bytes import FileBytes
from revcycle.foundation.x12.remittance import Part, RemittanceReader, RemittanceSet
from revcycle.foundation.x12.segments import Problem, UnreadableFile

FILE = "SELECT id, partner, sha256, state FROM received_file WHERE id = :file"
DONE = "UPDATE received_file SET state = :state WHERE id = :file"
WAITING = """
SELECT f.id FROM received_file f JOIN archive_object o ON o.sha256 = f.sha256
WHERE f.kind = '835' AND f.state = 'registered' ORDER BY o.bytes, f.id
"""


def waiting(engine: Engine) -> list[int]:
    """Received 835 files that were not posted to their end, the smallest first."""
    with engine.connect() as connection:
        return list(connection.scalars(text(WAITING)))


def post(engine: Engine, archive: Archive, file: int, *, day: date, now: datetime, step: Step) -> list[SetResult]:
    """Post every transaction set of a received file; one result a set, and one of the file where it has problems.

    `day` dates the entries (or the first day of the next open month). A set whose money, identity or completeness is
    damaged is quarantined with an item and moves nothing; its neighbours are posted. Safe to run twice, at once, and to
    be killed anywhere: a set is one database transaction, and what stands is found again by the payment's identity.
    Raises: ObjectMissing where the archive lacks the file.
    """
    with engine.connect() as connection:
        row = connection.execute(text(FILE), {"file": file}).one()
    posting = Posting(Desk(engine, archive, day, now, step), file, row.partner, row.state == "registered")
    with FileBytes(archive.path(row.sha256)) as data:
        reader = RemittanceReader(data)
        try:
            results = list(_sets(posting, reader))
        except UnreadableFile as problem:
            return [_unreadable(posting, problem)]
    return results + _end(posting, reader, results)


def _sets(posting: Posting, reader: RemittanceReader) -> Iterator[SetResult]:
    with posting.desk.engine.connect() as connection:
        with connection.begin():
            columns = staging.prepare(connection)
        for _, parts in groupby(ahead(reader), key=lambda part: part.st.index):
            with connection.begin():
                run_id = begin(connection, posting.desk.step)
                number, one = _stage(connection, parts, run_id)
                problems = [problem for problem in reader.problems if problem.st_index == one.index]
                result = judge(Case(connection, posting, columns, number, one, problems, run_id))
                usable = result.status != "quarantined"
                register.write_set(connection, posting.file, one, problems, usable=usable, run_id=run_id)
            yield result


def post_set(connection: Connection, desk: Desk, file: int, index: int, *, run_id: int) -> SetResult:
    """Post one set of a received file within the caller's transaction, as if it had just been delivered."""
    row = connection.execute(text(FILE), {"file": file}).one()
    columns = staging.prepare(connection)
    posting = Posting(desk, file, row.partner, resumed=False)
    with FileBytes(desk.archive.path(row.sha256)) as data:
        reader = RemittanceReader(data)
        for found, parts in groupby(reader, key=lambda part: part.st.index):
            if found == index:
                number, one = _stage(connection, parts, run_id)
                problems = [problem for problem in reader.problems if problem.st_index == index]
                return judge(Case(connection, posting, columns, number, one, problems, run_id))
    raise LookupError(f"file {file} of the archive has no transaction set {index}")


def _stage(connection: Connection, parts: Iterator[Part], run_id: int) -> tuple[int, RemittanceSet]:
    """Copy a set in, for the id that it may get; one that is damaged already is only read on."""
    number = staging.reserve(connection)
    for part in parts:
        one = part.st
        if one.sound:
            staging.take_in(connection, part.tables, remittance=number, run_id=run_id)
    return number, one


def _unreadable(posting: Posting, problem: UnreadableFile) -> SetResult:
    """A file that cannot be taken apart is quarantined as a whole."""
    said = Problem(0, 1, problem.code, str(problem))
    with posting.desk.engine.begin() as connection:
        run_id = begin(connection, posting.desk.step)
        register.write_problems(connection, posting.file, [said], run_id=run_id)
        _finish(connection, posting, ["quarantined"], [said.code], run_id)
    return SetResult("quarantined", problems=[said])


def _end(posting: Posting, reader: RemittanceReader, results: Sequence[SetResult]) -> list[SetResult]:
    """Write down what is wrong with the envelope, and that the file was read to its end."""
    envelope = [problem for problem in reader.problems if problem.st_index == 0]
    statuses = [result.status for result in results]
    fatal = [problem.code for problem in envelope if problem.fatal]
    with posting.desk.engine.begin() as connection:
        run_id = begin(connection, posting.desk.step)
        register.write_problems(connection, posting.file, envelope, run_id=run_id)
        for result in results:
            if result.status == "quarantined" and not result.registered:
                fatal += [problem.code for problem in result.problems if problem.fatal]
        _finish(connection, posting, statuses, fatal, run_id)
    if not envelope:
        return []
    return [SetResult("file" if results else "quarantined", problems=envelope)]


def _finish(
    connection: Connection, posting: Posting, statuses: Sequence[str], codes: Sequence[str], run_id: int
) -> None:
    """The file's own state; of one in which something is damaged an item tells which codes and how many sets."""
    damaged = statuses.count("quarantined")
    state = "quarantined" if not statuses or damaged == len(statuses) else "applied"
    connection.execute(text(DONE), {"file": posting.file, "state": state})
    if codes:
        detail = {"codes": " ".join(sorted(set(codes))), "sets": str(damaged), "partner": posting.partner}
        cause = Cause("quarantined_file", posting.file, "biller", detail=detail)
        open_items(connection, [cause], now=posting.desk.now, run_id=run_id)
