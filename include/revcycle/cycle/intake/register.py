"""The register of files: bytes in the archive first, then the rows that name them."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert

from revcycle.foundation.store.tables import archive_object, received_file


@dataclass(frozen=True)
class Receipt:
    """One registered file: whose ids it holds, when it came in, and under which of our keys.

    `intake_day` is the practice's date, `now` the instant that superseded rows get.
    """

    source: str
    intake_day: date
    now: datetime
    run_id: int
    file_id: int

    def named(self) -> dict[str, object]:
        """The parameters of the statements that write what the file says."""
        return {"source": self.source, "now": self.now, "run_id": self.run_id, "file_id": self.file_id}


def register(
    connection: Connection, *, source: str, sha256: str, size: int, kind: str, first_name: str, run_id: int
) -> int:
    """The id of the file's `received_file` row; a file seen before keeps its row and its first name."""
    stored = {"sha256": sha256, "bytes": size, "run_id": run_id}
    connection.execute(insert(archive_object).values(stored).on_conflict_do_nothing())
    seen = {"partner": source, "sha256": sha256, "kind": kind, "first_name": first_name, "run_id": run_id}
    connection.execute(insert(received_file).values(seen).on_conflict_do_nothing())
    found = select(received_file.c.id).where(received_file.c.partner == source, received_file.c.sha256 == sha256)
    return int(connection.execute(found).scalar_one())
