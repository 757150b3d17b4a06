"""The register of remittances: each payment once, each delivery as a sighting, each damaged set with its place."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Any, Literal

from sqlalchemy import Connection, insert, or_, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from revcycle.cycle.remittance.identity import Identity, Party
from revcycle.foundation.store.tables import problem, received_transaction, remittance, remittance_sighting
from revcycle.foundation.x12.remittance import RemittanceSet
from revcycle.foundation.x12.segments import Problem

Verdict = Literal["first", "duplicate", "conflict"]
SEEN = "SELECT remittance_id FROM remittance_sighting WHERE file_id = :file AND st_index = :index AND verdict = 'first'"


def seen_in(connection: Connection, file: int, one: RemittanceSet) -> int | None:
    """The remittance that this set of this file became when the file was read before."""
    return connection.execute(text(SEEN), {"file": file, "index": one.index}).scalar()


def enter(
    connection: Connection,
    file: int,
    one: RemittanceSet,
    key: Identity,
    party: Party,
    *,
    number: int,
    state: str,
    run_id: int,
) -> None:
    """Write the remittance of a set under the id reserved for it. A set that is posted counts its first posting."""
    effective = one.payment_date or one.production_date or one.gs04_date or date.min
    row = asdict(key) | {
        "id": number,
        "state": state,
        "posting": int(state == "received"),
        "payer": party.payer,
        "billing_npi": party.npi,
        "handling": one.handling,
        "method": one.method,
        "effective_date": effective,
        "claims": one.claims,
        "services": one.services,
        "paid_cents": one.paid_cents,
        "adjusted_cents": one.adjusted_cents,
        "patient_cents": one.patient_cents,
        "provider_adjustment_cents": one.provider_adjustment_cents,
        "file_id": file,
        "st_index": one.index,
        "body_sha256": one.body_sha256,
        "run_id": run_id,
    }
    connection.execute(insert(remittance).values(row))


def set_state(connection: Connection, number: int, state: str, **more: Any) -> None:
    """Move a remittance on."""
    connection.execute(update(remittance).where(remittance.c.id == number).values(state=state, **more))


def sight(connection: Connection, file: int, one: RemittanceSet, number: int, verdict: Verdict, *, run_id: int) -> None:
    """Write down that a payment was delivered by this set of this file; its first delivery stays the first."""
    row: dict[str, object] = {"file_id": file, "st_index": one.index, "remittance_id": number, "verdict": verdict}
    row |= {"body_sha256": one.body_sha256, "run_id": run_id}
    query = upsert(remittance_sighting).values(row)
    connection.execute(
        query.on_conflict_do_update(
            index_elements=["file_id", "st_index"],
            set_={"remittance_id": query.excluded.remittance_id, "verdict": query.excluded.verdict, "run_id": run_id},
            where=or_(
                remittance_sighting.c.verdict != "first",
                remittance_sighting.c.remittance_id != query.excluded.remittance_id,
            ),
        )
    )


def write_set(
    connection: Connection, file: int, one: RemittanceSet, problems: Sequence[Problem], *, usable: bool, run_id: int
) -> None:
    """The set as one of its file's, and what is wrong in it; the values stand in these tables only."""
    row = {
        "file_id": file,
        "st_index": one.index,
        "isa13": one.isa13,
        "gs06": one.gs06,
        "st02": one.st02,
        "kind": "835",
        "body_sha256": one.body_sha256,
        "state": "applied" if usable else "quarantined",
        "run_id": run_id,
    }
    query = upsert(received_transaction).values(row)
    connection.execute(
        query.on_conflict_do_update(
            index_elements=["file_id", "st_index"], set_={"state": query.excluded.state, "run_id": run_id}
        )
    )
    write_problems(connection, file, problems, run_id=run_id)


def write_problems(connection: Connection, file: int, problems: Sequence[Problem], *, run_id: int) -> None:
    """What is wrong in a file, each place and kind once."""
    rows = [
        {"file_id": file, "st_index": one.st_index, "position": one.segment, "code": one.code}
        | {"expected": one.expected, "found": one.found.replace("\x00", "\ufffd"), "reason": one.reason}
        | {"run_id": run_id}
        for one in problems
    ]
    if rows:
        connection.execute(upsert(problem).on_conflict_do_nothing(), rows)
