"""What the payers remember, beside the clearinghouse's own memory: claims, steps to come, files, carried balances."""

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from clearinghouse_simulator.conditions import Part
from clearinghouse_simulator.payments.billed import BilledClaim, Payee
from clearinghouse_simulator.payments.plan import PayerTerms, PaymentRule
from clearinghouse_simulator.payments.steps import Action, Promise, Step

SCHEMA = """
CREATE TABLE IF NOT EXISTS adjudicated (
    id INTEGER PRIMARY KEY, number TEXT NOT NULL, payer TEXT NOT NULL, icn TEXT NOT NULL, claim TEXT NOT NULL,
    rule TEXT NOT NULL, terms TEXT NOT NULL, standing TEXT NOT NULL DEFAULT '', UNIQUE (payer, number)
);
CREATE INDEX IF NOT EXISTS adjudicated_icn ON adjudicated (payer, icn);
CREATE TABLE IF NOT EXISTS step (
    id INTEGER PRIMARY KEY, adjudicated_id INTEGER NOT NULL REFERENCES adjudicated, action TEXT NOT NULL,
    due TEXT NOT NULL, at REAL NOT NULL, place INTEGER NOT NULL, batch TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS step_at ON step (at);
CREATE TABLE IF NOT EXISTS remittance (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, body BLOB NOT NULL, truth TEXT NOT NULL, at REAL NOT NULL,
    first INTEGER NOT NULL, delivered INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS carried (
    payer TEXT NOT NULL, payee TEXT NOT NULL, cents INTEGER NOT NULL, reference TEXT NOT NULL,
    PRIMARY KEY (payer, payee)
);
"""


@dataclass
class Adjudicated:
    """A claim in a payer's books. `standing`: which decision on it counts now: first, corrected, or none."""

    id: int
    claim: BilledClaim
    rule: PaymentRule
    terms: PayerTerms
    standing: str


@dataclass(frozen=True)
class DueStep:
    """A step whose time has come."""

    id: int
    step: Step
    of: Adjudicated


@dataclass(frozen=True)
class Written:
    """An 835 file; `first` is false for the second file of a payment. `truth` is its line of truth.jsonl."""

    id: int
    name: str
    body: bytes
    truth: str
    at: float
    first: bool = True


@dataclass(frozen=True)
class Payment:
    """An 835 that appeared; `status` is what a correct reader makes of it."""

    name: str
    payer: str
    isa13: str
    trace: str
    amount: str
    payment_date: str
    status: str
    body: bytes


@dataclass(frozen=True)
class Carried:
    """What a payee owes a payer from an earlier payment, in cents, and under which reference."""

    cents: int
    reference: str


class PaymentMemory:
    """On the connection, and under the lock, of the clearinghouse's memory."""

    def __init__(self, connection: sqlite3.Connection, lock: threading.RLock) -> None:
        self._connection = connection
        self._lock = lock
        connection.executescript(SCHEMA)

    def promise(self, promises: Iterable[Promise]) -> None:
        """Remember accepted claims, inside the caller's transaction; a number the payer knows is not paid again."""
        for one in promises:
            claim = one.claim
            kept = (_kept(claim), _kept(one.rule), _kept(one.terms))
            added = self._connection.execute(
                "INSERT INTO adjudicated (number, payer, icn, claim, rule, terms) VALUES (?, ?, ?, ?, ?, ?)"
                " ON CONFLICT DO NOTHING",
                (claim.number, claim.payer_id, claim.icn, *kept),
            )
            if added.rowcount:
                self._add_steps(added.lastrowid or 0, one.steps)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All within is remembered together or not at all."""
        with self._lock, self._connection:
            yield

    def next_due(self) -> float | None:
        """When the next step or file is due, in seconds of the epoch."""
        waiting = "SELECT min(at) AS at FROM step UNION ALL SELECT min(at) FROM remittance WHERE NOT delivered"
        return self._first(f"SELECT min(at) FROM ({waiting})")

    def steps_of_next_day(self, until: float | None) -> list[DueStep]:
        """Of the steps whose time has come, or of all, those of the earliest day, in the order of the claims."""
        rows = self._rows(
            "WITH due AS (SELECT *, substr(due, 1, 10) AS day FROM step WHERE ? IS NULL OR at <= ?)"
            " SELECT due.id, action, due, place, batch, adjudicated.id, claim, rule, terms, standing"
            " FROM due JOIN adjudicated ON adjudicated.id = adjudicated_id"
            " WHERE day = (SELECT min(day) FROM due) ORDER BY number, place",
            *(until, until),
        )
        books: dict[int, Adjudicated] = {}
        return [
            DueStep(
                id,
                Step(action, datetime.fromisoformat(due), place, batch),
                books.setdefault(kept[0], _adjudicated(*kept)),
            )
            for id, action, due, place, batch, *kept in rows
        ]

    def original_of(self, claim: BilledClaim) -> Adjudicated | None:
        """The claim that this one replaces or voids, by the payer's number of it."""
        rows = self._rows(
            "SELECT id, claim, rule, terms, standing FROM adjudicated WHERE payer = ? AND icn = ?",
            *(claim.payer_id, claim.original),
        )
        return _adjudicated(*rows[0]) if rows else None

    def stand(self, adjudicated: Adjudicated, standing: str) -> None:
        """Which decision on the claim counts from now on."""
        adjudicated.standing = standing
        self._connection.execute("UPDATE adjudicated SET standing = ? WHERE id = ?", (standing, adjudicated.id))

    def drop_steps(self, adjudicated: Adjudicated, *, but: tuple[Action, ...]) -> None:
        """Nothing follows for the claim any more but what is named."""
        named = ", ".join("?" * len(but))
        self._connection.execute(
            f"DELETE FROM step WHERE adjudicated_id = ? AND action NOT IN ({named})", (adjudicated.id, *but)
        )

    def done(self, step: DueStep) -> bool:
        """Take a step off the list; whether it still stood there."""
        return self._connection.execute("DELETE FROM step WHERE id = ?", (step.id,)).rowcount > 0

    def add_step(self, of: Adjudicated, step: Step) -> None:
        self._add_steps(of.id, (step,))

    def payments_so_far(self) -> int:
        return int(self._first("SELECT count(*) FROM remittance WHERE first") or 0)

    def write(self, files: Iterable[Written]) -> None:
        """Keep files that are to appear."""
        self._connection.executemany(
            "INSERT INTO remittance (id, name, body, truth, at, first) VALUES (?, ?, ?, ?, ?, ?)",
            [(one.id, one.name, one.body, one.truth, one.at, one.first) for one in files],
        )

    def undelivered(self, at: float | None) -> list[Written]:
        """Files whose time has come, or all, those due first first."""
        rows = self._rows(
            "SELECT id, name, body, truth, at, first FROM remittance"
            " WHERE NOT delivered AND (? IS NULL OR at <= ?) ORDER BY at, id",
            *(at, at),
        )
        return [Written(*row) for row in rows]

    def delivered(self, file: Written) -> None:
        with self._lock, self._connection:
            self._connection.execute("UPDATE remittance SET delivered = 1 WHERE id = ?", (file.id,))

    def payments(self) -> list[Payment]:
        """The files that appeared, in that order."""
        rows = self._rows("SELECT name, truth, body FROM remittance WHERE delivered ORDER BY at, id")
        return [_payment(name, json.loads(truth), body) for name, truth, body in rows]

    def carried(self, payer: str, payee: Payee) -> Carried | None:
        """What the payee owes from an earlier payment."""
        rows = self._rows("SELECT cents, reference FROM carried WHERE payer = ? AND payee = ?", payer, _key(payee))
        return Carried(*rows[0]) if rows else None

    def carry(self, payer: str, payee: Payee, carried: Carried | None) -> None:
        """What the payee owes from now on."""
        self._connection.execute("DELETE FROM carried WHERE payer = ? AND payee = ?", (payer, _key(payee)))
        if carried:
            self._connection.execute(
                "INSERT INTO carried (payer, payee, cents, reference) VALUES (?, ?, ?, ?)",
                (payer, _key(payee), carried.cents, carried.reference),
            )

    def _add_steps(self, adjudicated: int, steps: Iterable[Step]) -> None:
        self._connection.executemany(
            "INSERT INTO step (adjudicated_id, action, due, at, place, batch) VALUES (?, ?, ?, ?, ?, ?)",
            [
                (adjudicated, one.action, one.due.isoformat(), one.due.timestamp(), one.place, one.batch)
                for one in steps
            ],
        )

    def _first(self, query: str) -> float | None:
        value: float | None = self._rows(query)[0][0]
        return value

    def _rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._connection.execute(query, values).fetchall()


def _payment(name: str, told: dict[str, str], body: bytes) -> Payment:
    return Payment(
        name=name,
        payer=told["payer"],
        isa13=told["isa13"],
        trace=told["trace"],
        amount=told["amount"],
        payment_date=told["payment_date"],
        status=told["status"],
        body=body,
    )


def _kept(part: Part) -> str:
    """As it was given: what was left out stays so, and may be judged again when it is read."""
    return part.model_dump_json(by_alias=True, exclude_unset=True)


def _adjudicated(id: int, claim: str, rule: str, terms: str, standing: str) -> Adjudicated:
    return Adjudicated(
        id,
        BilledClaim.model_validate_json(claim),
        PaymentRule.model_validate_json(rule),
        PayerTerms.model_validate_json(terms),
        standing,
    )


def _key(payee: Payee) -> str:
    return f"{payee.npi}|{payee.tax_id}"
