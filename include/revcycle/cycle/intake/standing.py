"""What stands in quarantine now, and why: for the person who can mend it."""

from typing import Any

from sqlalchemy import Engine, text

STANDING = """
SELECT q.source_system AS source, q.subject_kind AS kind, q.subject, f.first_name AS file,
       p.position AS row, p.field, p.found, p.expected, p.reason
FROM quarantine q
JOIN received_file f ON f.id = q.file_id
LEFT JOIN problem p ON p.file_id = q.file_id AND p.subject_kind = q.subject_kind AND p.subject = q.subject
WHERE q.cleared_at IS NULL
ORDER BY q.source_system, f.id, p.position, q.subject, p.field
"""


def quarantined(engine: Engine) -> list[dict[str, Any]]:
    """Each problem of each patient, coverage or encounter that is held back. Values are PHI: for a terminal only."""
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(text(STANDING)).mappings()]
