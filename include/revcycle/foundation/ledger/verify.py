"""The ledger proven: every invariant asked of the database as it stands."""

from dataclasses import dataclass

from sqlalchemy import Connection, text

from revcycle.foundation.ledger.claim_invariants import CLAIM_INVARIANTS
from revcycle.foundation.ledger.conservation import CONSERVATION
from revcycle.foundation.ledger.encounter_invariants import ENCOUNTER_INVARIANTS
from revcycle.foundation.ledger.entry_invariants import ENTRY_INVARIANTS
from revcycle.foundation.ledger.invariant import Invariant
from revcycle.foundation.ledger.remittance_invariants import REMITTANCE_INVARIANTS

INVARIANTS = (*REMITTANCE_INVARIANTS, *CLAIM_INVARIANTS, *ENCOUNTER_INVARIANTS, *ENTRY_INVARIANTS, CONSERVATION)
SHOWN = 50
"""Offending rows that a proof shows; it counts them all."""
BROKEN_BY = "SELECT *, count(*) OVER () AS total FROM ({query}) broken ORDER BY 1 LIMIT :shown"


@dataclass(frozen=True)
class Proof:
    """Whether an invariant holds; `rows` are the first of `total` that break it, as ids and cents."""

    name: str
    sentence: str
    holds: bool
    total: int
    rows: tuple[dict[str, int], ...]


def verify(connection: Connection) -> list[Proof]:
    """Prove every invariant, each by one statement and so against one state of the database. Writes nothing."""
    return [_prove(connection, invariant) for invariant in INVARIANTS]


def _prove(connection: Connection, invariant: Invariant) -> Proof:
    statement = text(BROKEN_BY.format(query=invariant.query))
    rows = [dict(row) for row in connection.execute(statement, {"shown": SHOWN}).mappings()]
    total = rows[0]["total"] if rows else 0
    shown = tuple({name: value for name, value in row.items() if name != "total"} for row in rows)
    return Proof(invariant.name, invariant.sentence, not rows, total, shown)
