"""The rows of the next interchange, fetched by a thread of their own while the one before it is rendered."""

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass

from revcycle.cycle.claims.frames import Rows, rows
from revcycle.foundation.store.bulk import Reader


@dataclass(frozen=True)
class Fetching:
    """Asks one snapshot for the rows of submissions; the thread takes one question at a time, as a reader must."""

    reader: Reader
    thread: Executor

    def ask(self, submissions: Sequence[int]) -> Future[Rows]:
        """The rows of these submissions, once they are there."""
        return self.thread.submit(rows, self.reader, submissions)

    def each(self, waiting: Sequence[Sequence[int]]) -> Iterator[Rows]:
        """The rows of every interchange to come; those of the next are asked for before one's are handed out."""
        asked: list[Future[Rows]] = []
        for submissions in waiting:
            asked.append(self.ask(submissions))
            if len(asked) > 1:
                yield asked.pop(0).result()
        for last in asked:
            yield last.result()
