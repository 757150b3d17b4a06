"""Sets that came before in another file: they were said once, at the earliest time that any delivery names.

The own time of a TA1 and a 999 stands in the envelope, which is new with every delivery; so the time of what was said
before is moved back where an earlier delivery comes late, and never forward. Then the order of the files plays no part.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Row, text

from revcycle.cycle.answers.file import Transaction

Key = tuple[str, str]
"""Kind and body of a set."""
Place = tuple[int, int]
"""File and index of a set."""

# The same set came in another file of this partner before, and something of ours was known to be meant by it.
KNOWN = """
SELECT t.kind, t.body_sha256, t.file_id, t.st_index
FROM received_transaction t JOIN received_file f ON f.id = t.file_id
WHERE f.partner = :partner AND t.file_id <> :file AND t.state = 'applied' AND t.body_sha256 = ANY (:bodies)
  AND EXISTS (SELECT 1 FROM answer a
              WHERE a.file_id = t.file_id AND a.st_index = t.st_index AND a.interchange_id IS NOT NULL)
ORDER BY t.file_id, t.st_index
"""
# The same body says the same things in the same order, whatever stands around it.
EARLIER = """
UPDATE answer a SET at = r.at
FROM (SELECT id, file_id, st_index, row_number() OVER (PARTITION BY file_id, st_index ORDER BY position, part) AS n
      FROM answer WHERE file_id = ANY (:files)) said
JOIN jsonb_to_recordset(CAST(:times AS jsonb)) AS r(file_id bigint, st_index int, n bigint, at timestamptz)
     USING (file_id, st_index, n)
WHERE a.id = said.id AND a.at > r.at RETURNING a.id, a.file_id
"""
EVENTS = """
UPDATE claim_event e SET at = a.at FROM answer a
WHERE a.id = ANY (:answers) AND e.source_kind = 'answer' AND e.source_id = a.id AND e.submission_id IN (
    SELECT s.id FROM claim_submission s JOIN answer moved ON moved.interchange_id = s.interchange_id
    WHERE moved.id = ANY (:answers))
"""


def known(connection: Connection, file: Row[Any], transactions: Iterable[Transaction]) -> dict[Key, list[Place]]:
    """Where each set of the file that came before was written down."""
    asked = {"partner": file.partner, "file": file.id, "bodies": [one.body_sha256 for one in transactions]}
    found: dict[Key, list[Place]] = {}
    for row in connection.execute(text(KNOWN), asked):
        found.setdefault((row.kind, row.body_sha256), []).append((row.file_id, row.st_index))
    return found


def move_back(
    connection: Connection, transactions: Iterable[Transaction], before: Mapping[Key, Collection[Place]]
) -> list[int]:
    """Say of what came before that it was said earlier, where it was; returns the files it had come in."""
    times: list[dict[str, Any]] = [
        {"file_id": file, "st_index": st_index, "n": n, "at": said.at.isoformat()}
        for one in transactions
        for file, st_index in before.get((one.kind, one.body_sha256), ())
        for n, said in enumerate(sorted(one.said, key=lambda said: (said.position, said.part)), 1)
    ]
    if not times:
        return []
    asked = {"times": json.dumps(times), "files": sorted({one["file_id"] for one in times})}
    moved = connection.execute(text(EARLIER), asked).all()
    if moved:
        connection.execute(text(EVENTS), {"answers": [row.id for row in moved]})
    return sorted({row.file_id for row in moved})
