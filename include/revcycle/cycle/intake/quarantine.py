"""Problems of a file into the database, and which patients, coverages and encounters are held back by them."""

from collections.abc import Iterable

import pyarrow as pa
from sqlalchemy import Connection, text

from revcycle.cycle.intake.reading import Delivery
from revcycle.cycle.intake.register import Receipt
from revcycle.foundation.store.bulk import copy_in

_COLUMNS = ("position", "field", "code", "expected", "found", "reason", "subject")

_STAGE = f"CREATE TEMP TABLE read_problem ON COMMIT DROP AS SELECT {', '.join(_COLUMNS)} FROM problem LIMIT 0"
# A row has one problem for each code, so the code begins with the field.
_PROBLEMS = """
    INSERT INTO problem (file_id, position, field, code, expected, found, reason, subject_kind, subject, run_id)
    SELECT :file_id, position, field, field || '.' || code, expected, found, reason, :kind, subject, :run_id
    FROM read_problem
    ON CONFLICT DO NOTHING
"""
# The newest file is the one to look into; equal ones write nothing.
_HOLD = """
    INSERT INTO quarantine (source_system, subject_kind, subject, file_id, run_id)
    SELECT :source, :kind, subject, :file_id, :run_id FROM read_subject ORDER BY subject
    ON CONFLICT (source_system, subject_kind, subject) WHERE cleared_at IS NULL
    DO UPDATE SET file_id = excluded.file_id, run_id = excluded.run_id WHERE quarantine.file_id <> excluded.file_id
"""
_CLEAR = """
    UPDATE quarantine SET cleared_at = :now
    FROM read_subject
    WHERE source_system = :source AND subject_kind = :kind AND quarantine.subject = read_subject.subject
      AND cleared_at IS NULL
"""


def record(connection: Connection, delivery: Delivery, receipt: Receipt) -> None:
    """Write the file's problems, hold the subjects that failed, and free those that did not; twice is as once."""
    named = {**receipt.named(), "kind": delivery.kind.subject_kind}
    if delivery.problems:
        connection.execute(text(_STAGE))
        rows = {
            name: [problem.row if name == "position" else getattr(problem, name) for problem in delivery.problems]
            for name in _COLUMNS
        }
        copy_in(connection, "read_problem", pa.table(rows))
        connection.execute(text(_PROBLEMS), named)
    failed = delivery.failed()
    # A row without an id holds nothing back: nothing could ever free it.
    _with_subjects(connection, failed - {""}, _HOLD, named)
    _with_subjects(connection, delivery.rows[delivery.kind.subject].unique().to_pylist(), _CLEAR, named)


def _with_subjects(connection: Connection, subjects: Iterable[str], statement: str, named: dict[str, object]) -> None:
    rows = pa.table({"subject": pa.array(list(subjects), pa.string())})
    connection.execute(text("CREATE TEMP TABLE read_subject (subject text PRIMARY KEY) ON COMMIT DROP"))
    copy_in(connection, "read_subject", rows)
    connection.execute(text(statement), named)
    connection.execute(text("DROP TABLE read_subject"))
