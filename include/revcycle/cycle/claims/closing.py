"""The one transaction that makes an archived file an interchange: its rows, its submissions' places, their claims."""

import json
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, text
from sqlalchemy.dialects.postgresql import insert

from revcycle.cycle.claims.notices import of_whom
from revcycle.cycle.claims.written import Archived, Unwritable, Written
from revcycle.foundation.claim_states import before
from revcycle.foundation.errors import ServiceUnavailable
from revcycle.foundation.store.runs import Step, begin
from revcycle.foundation.store.tables import archive_object, interchange
from revcycle.foundation.work.causes import Cause, open_items

# The order in which everybody locks: claims by their id, then what hangs on them.
LOCK = "SELECT id FROM claim WHERE id = ANY (:claims) ORDER BY id FOR NO KEY UPDATE"
# The interchange is looked up here once: no foreign key does it for each submission.
PLACE = """
UPDATE claim_submission s SET interchange_id = i.id, position = g.position
FROM interchange i, unnest(CAST(:submissions AS bigint[])) WITH ORDINALITY AS g (id, position)
WHERE i.id = :interchange AND s.id = g.id AND s.interchange_id IS NULL AND s.closed_at IS NULL
"""
SUBMITTED = """
UPDATE claim c SET state = 'submitted', run_id = :run_id WHERE c.id = ANY (:claims) AND c.state = ANY (:states)
    AND NOT EXISTS (SELECT FROM claim_hold h WHERE h.claim_id = c.id AND h.released_at IS NULL)
"""
END = """
UPDATE claim_submission SET closed_at = :now, closed_because = 'content'
WHERE id = ANY (:submissions) AND closed_at IS NULL AND interchange_id IS NULL
"""
HOLD = """
INSERT INTO claim_hold (claim_id, cause, cause_id, reason, detail, run_id)
SELECT claim, 'content', submission, reason, CAST(detail AS jsonb), :run_id
FROM unnest(CAST(:claims AS bigint[]), CAST(:submissions AS bigint[]), CAST(:reasons AS text[]),
            CAST(:details AS text[])) AS u (claim, submission, reason, detail)
ON CONFLICT (claim_id, cause, cause_id) WHERE released_at IS NULL DO NOTHING
"""
OF_CLAIMS = """
SELECT c.id, c.encounter_id, c.payer, s.amount_cents FROM claim c JOIN claim_submission s ON s.claim_id = c.id
WHERE s.id = ANY (:submissions)
"""


def close(
    connection: Connection, written: Written, archived: Archived | None, *, now: datetime, step: Step
) -> Counter[str]:
    """Write the interchange `prepared`, give its submissions their places, hold what could not be written.

    Raises: ServiceUnavailable when a submission was closed by somebody else meanwhile; nothing is written then.
    """
    run_id = begin(connection, step)
    claims = written.claims["claim_id"].to_pylist()
    connection.execute(text(LOCK), {"claims": claims + [one.claim for one in written.unwritable]})
    _hold(connection, written.unwritable, now=now, run_id=run_id)
    done: Counter[str] = Counter(unwritable=len(written.unwritable))
    if archived is None:
        return done
    _register(connection, archived, run_id)
    submissions = written.claims["submission_id"].to_pylist()
    cents = sum(written.claims["charge"].to_pylist())
    number = _insert(connection, archived, len(claims), cents, now=now, run_id=run_id)
    placed = connection.execute(text(PLACE), {"interchange": number, "submissions": submissions}).rowcount
    asked = {"claims": claims, "states": before("batched"), "run_id": run_id}
    submitted = connection.execute(text(SUBMITTED), asked).rowcount
    if not placed == submitted == len(claims):
        raise ServiceUnavailable("Claims changed while their interchange was written; it is written anew.")
    return done + Counter(interchanges=1, claims=placed)


def _register(connection: Connection, archived: Archived, run_id: int) -> None:
    rows = [
        {"sha256": archived.manifest.sha256, "bytes": archived.manifest.size, "run_id": run_id},
        {"sha256": archived.sha256, "bytes": archived.size, "run_id": run_id},
    ]
    connection.execute(insert(archive_object).on_conflict_do_nothing(), rows)


def _insert(connection: Connection, archived: Archived, claims: int, cents: int, *, now: datetime, run_id: int) -> int:
    manifest = archived.manifest
    row = {
        "partner": manifest.partner,
        "isa13": manifest.isa13,
        "gs06": manifest.gs06,
        "bht03": manifest.bht03,
        "usage": manifest.usage,
        "billing_npi": manifest.billing_npi,
        "remote_name": manifest.remote_name,
        "sha256": manifest.sha256,
        "manifest_sha256": archived.sha256,
        "bytes": manifest.size,
        "claims": claims,
        "amount_cents": cents,
        "prepared_at": now,
        "state": "prepared",
        "run_id": run_id,
    }
    return int(connection.execute(insert(interchange).values(row).returning(interchange.c.id)).scalar_one())


def _hold(connection: Connection, unwritable: Sequence[Unwritable], *, now: datetime, run_id: int) -> None:
    if not unwritable:
        return
    submissions = [one.submission for one in unwritable]
    asked = {
        "claims": [one.claim for one in unwritable],
        "submissions": submissions,
        "reasons": [one.reason for one in unwritable],
        "details": [json.dumps(one.detail) for one in unwritable],
        "now": now,
        "run_id": run_id,
    }
    connection.execute(text(HOLD), asked)
    connection.execute(text(END), asked)
    found = {row.id: row for row in connection.execute(text(OF_CLAIMS), {"submissions": submissions})}
    causes = [
        Cause(
            "content",
            one.claim,
            of_whom(one.column),
            encounter_id=found[one.claim].encounter_id,
            claim_id=one.claim,
            amount_cents=found[one.claim].amount_cents,
            detail={"payer": found[one.claim].payer, "reason": one.reason, **one.detail},
        )
        for one in unwritable
    ]
    open_items(connection, causes, now=now, run_id=run_id)
