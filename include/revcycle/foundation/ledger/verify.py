"""The proof of the ledger: every invariant in one snapshot of the database, and where every encounter is."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, text

from revcycle.foundation.ledger.conservation import conservation
from revcycle.foundation.ledger.invariants import INVARIANTS, STAGE

ACCOUNTS = ("receivable.unbilled", "receivable.insurance", "receivable.patient")
MOST_ROWS = 50
BROKEN = f"SELECT count(*) OVER () AS of_all, broken.* FROM ({{rows}}) broken LIMIT {MOST_ROWS}"
RECEIVABLES = """
SELECT account::text AS account, sum(cents)::bigint AS cents
FROM transfer t CROSS JOIN LATERAL (
    VALUES (t.debit_account, t.amount_cents), (t.credit_account, -t.amount_cents)) AS side (account, cents)
WHERE account::text = ANY (:accounts) GROUP BY account
"""


@dataclass(frozen=True)
class Broken:
    """An invariant that does not hold: how many rows say so, and the first of them."""

    name: str
    sentence: str
    count: int
    rows: list[dict[str, Any]]


@dataclass(frozen=True)
class Proof:
    """What does not hold (nothing, in a sound ledger), the receivables in cents, and where the encounters are."""

    broken: tuple[Broken, ...]
    receivables: dict[str, int]
    encounters: dict[str, int]

    @property
    def holds(self) -> bool:
        """Whether every invariant does."""
        return not self.broken

    def as_json(self) -> dict[str, Any]:
        """Every invariant with the rows that break it; the receivables as text with two decimals."""
        broken = {one.name: one for one in self.broken}
        invariants = [
            {
                "name": name,
                "sentence": invariant.sentence,
                "holds": name not in broken,
                "count": broken[name].count if name in broken else 0,
                "rows": broken[name].rows if name in broken else [],
            }
            for name, invariant in INVARIANTS.items()
        ]
        receivables = {account: decimals(cents) for account, cents in self.receivables.items()}
        return {
            "proven": self.holds,
            "invariants": invariants,
            "receivables": receivables,
            "encounters": self.encounters,
        }


def decimals(cents: int) -> str:
    """Cents as text with two decimals."""
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02}"


def verify(engine: Engine) -> Proof:
    """Prove every invariant as of one instant; postings go on meanwhile. Writes nothing."""
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection, connection.begin() as one:
        proof = prove(connection)
        one.rollback()
    return proof


def prove(connection: Connection) -> Proof:
    """The same within a transaction of the caller, which sees its own changes; its temporary tables go with it."""
    for statement in STAGE:
        connection.execute(text(statement))
    broken = [_broken(connection, name) for name in INVARIANTS]
    owed = {row.account: row.cents for row in connection.execute(text(RECEIVABLES), {"accounts": list(ACCOUNTS)})}
    receivables = {
        f"receivable.{kind}": owed.get(f"receivable.{kind}", 0) for kind in ("unbilled", "insurance", "patient")
    }
    receivables["receivable"] = sum(receivables.values())
    return Proof(tuple(one for one in broken if one), receivables, conservation(connection))


def _broken(connection: Connection, name: str) -> Broken | None:
    invariant = INVARIANTS[name]
    found = connection.execute(text(BROKEN.format(rows=invariant.rows))).mappings().all()
    if not found:
        return None
    rows = [{column: value for column, value in row.items() if column != "of_all"} for row in found]
    return Broken(name, invariant.sentence, found[0]["of_all"], rows)
