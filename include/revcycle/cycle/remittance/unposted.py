"""The oldest remittance of each payer that is not in the ledger: a file that waits, or a payment in quarantine."""

from datetime import datetime

from sqlalchemy import Connection, text

from revcycle.foundation.archive import Archive, ObjectMissing
from revcycle.foundation.x12.segments import UnreadableFile, delimiters_of

BEGINNING = 4096
WAITING = "SELECT sha256, recorded_at FROM received_file WHERE kind = '835' AND state = 'registered'"
QUARANTINED = """
SELECT coalesce(nullif(r.payer, ''), r.payer_trn03) AS payer, min(f.recorded_at) AS since
FROM remittance r JOIN received_file f ON f.id = r.file_id WHERE r.state = 'quarantined' GROUP BY 1
"""
NAMES = """
SELECT value, min(payer) AS payer FROM payer_identifier
WHERE qualifier = 'TRN03' AND superseded_at IS NULL GROUP BY value HAVING count(DISTINCT payer) = 1
"""


def oldest_unposted(connection: Connection, archive: Archive) -> dict[str, datetime]:
    """Since when, by the payer's code, or by TRN03 where practice.yaml does not know it."""
    names = {row.value: row.payer for row in connection.execute(text(NAMES))}
    oldest: dict[str, datetime] = {row.payer: row.since for row in connection.execute(text(QUARANTINED))}
    for sha256, since in connection.execute(text(WAITING)):
        trn03 = _payer_id(archive, sha256)
        payer = names.get(trn03, trn03)
        oldest[payer] = min(since, oldest.get(payer, since))
    return dict(sorted(oldest.items()))


def _payer_id(archive: Archive, sha256: str) -> str:
    """TRN03 of the first set; `unknown` where the beginning of the file does not tell."""
    try:
        with archive.open(sha256) as file:
            head = file.read(BEGINNING)
        signs = delimiters_of(head)
    except (UnreadableFile, ObjectMissing):
        return "unknown"
    for segment in head.split(signs.segment):
        elements = segment.strip().split(signs.element)
        if elements[0] == b"TRN" and len(elements) > 3:
            return elements[3].decode("latin-1")
    return "unknown"
