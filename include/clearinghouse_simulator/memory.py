"""What the simulator remembers, in a small SQLite file of its own: a restart forgets nothing."""

import sqlite3
import threading
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clearinghouse_simulator.answers import Prepared
from clearinghouse_simulator.payments.memory import PaymentMemory
from clearinghouse_simulator.payments.steps import Promise

_SCHEMA = """
CREATE TABLE IF NOT EXISTS file (
    id INTEGER PRIMARY KEY, stored TEXT UNIQUE NOT NULL, name TEXT NOT NULL, sha256 TEXT NOT NULL,
    size INTEGER NOT NULL, sender TEXT NOT NULL, isa13 TEXT NOT NULL, usage TEXT NOT NULL, claims INTEGER NOT NULL,
    verdict TEXT NOT NULL, taken INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS claim (
    id INTEGER PRIMARY KEY, file_id INTEGER NOT NULL REFERENCES file, number TEXT NOT NULL, accepted INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS answer (
    id INTEGER PRIMARY KEY, file_id INTEGER NOT NULL REFERENCES file, kind TEXT NOT NULL, name TEXT NOT NULL,
    body BLOB NOT NULL, due REAL NOT NULL, delivered INTEGER NOT NULL DEFAULT 0
);
"""


@dataclass(frozen=True)
class ReceivedFile:
    """A file that was picked up. `verdict`: accepted, partial, refused or unreadable."""

    name: str
    sha256: str
    size: int
    isa13: str
    usage: str
    claims: int
    verdict: str
    path: Path


@dataclass(frozen=True)
class Answer:
    """An answer, delivered or waiting; `isa13` is of the interchange it answers."""

    id: int
    kind: str
    name: str
    isa13: str
    delivered: bool


@dataclass(frozen=True)
class FileRecord:
    """What is kept of a file; `taken`: its ISA13 counts as seen (it was not refused by a TA1)."""

    stored: str
    name: str
    sha256: str
    size: int
    sender: str
    isa13: str
    usage: str
    verdict: str
    taken: bool
    claims: list[tuple[str, bool]]


class Memory:
    """Safe from several threads; each file is remembered with its claims and answers in one transaction."""

    def __init__(self, path: Path, received: Path) -> None:
        self._received = received
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(path, check_same_thread=False)
        self._connection.executescript(_SCHEMA)
        self.payments = PaymentMemory(self._connection, self._lock)

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def knows(self, stored: str) -> bool:
        """Whether the file of that stored name was answered already."""
        return self._number("SELECT count(*) FROM file WHERE stored = ?", stored) > 0

    def seen(self, sender: str, isa13: str) -> bool:
        """Whether an interchange of that number was taken from that sender."""
        return self._number("SELECT count(*) FROM file WHERE taken AND sender = ? AND isa13 = ?", sender, isa13) > 0

    def files_so_far(self) -> int:
        return self._number("SELECT count(*) FROM file")

    def claims_so_far(self) -> int:
        return self._number("SELECT count(*) FROM claim")

    def numbers_so_far(self) -> int:
        """The highest number of an answer or a payment: of its file and its interchange."""
        used = "SELECT id FROM answer UNION ALL SELECT id FROM remittance"
        return self._number(f"SELECT coalesce(max(id), 0) FROM ({used})")

    def record(
        self, file: FileRecord, answers: Iterable[Prepared], now: float, promises: Iterable[Promise] = ()
    ) -> int:
        """Keep a file, what will be answered, and what will be paid; gives its number.

        `now`: seconds of the clock, for the delays.
        """
        with self._lock, self._connection:
            file_id = self._connection.execute(
                "INSERT INTO file (stored, name, sha256, size, sender, isa13, usage, claims, verdict, taken)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    file.stored,
                    file.name,
                    file.sha256,
                    file.size,
                    file.sender,
                    file.isa13,
                    file.usage,
                    len(file.claims),
                    file.verdict,
                    file.taken,
                ),
            ).lastrowid
            self._connection.executemany(
                "INSERT INTO claim (file_id, number, accepted) VALUES (?, ?, ?)",
                [(file_id, number, accepted) for number, accepted in file.claims],
            )
            self._connection.executemany(
                "INSERT INTO answer (id, file_id, kind, name, body, due) VALUES (?, ?, ?, ?, ?, ?)",
                [(one.id, file_id, one.kind, one.name, one.body, now + one.delay) for one in answers],
            )
            self.payments.promise(promises)
        return int(file_id or 0)

    def due(self, now: float) -> list[tuple[int, str, bytes]]:
        """Answers whose time has come: id, name, bytes; first those due first."""
        return self._rows("SELECT id, name, body FROM answer WHERE NOT delivered AND due <= ? ORDER BY due, id", now)

    def next_due(self) -> float | None:
        """When the next waiting answer is due."""
        due: float | None = self._rows("SELECT min(due) FROM answer WHERE NOT delivered")[0][0]
        return due

    def delivered(self, answer: int) -> None:
        with self._lock, self._connection:
            self._connection.execute("UPDATE answer SET delivered = 1 WHERE id = ?", (answer,))

    def make_due(self) -> None:
        """Let every waiting answer be due now."""
        with self._lock, self._connection:
            self._connection.execute("UPDATE answer SET due = 0 WHERE NOT delivered")

    def claims(self, *, accepted: bool) -> Counter[str]:
        """How often each claim number was taken into adjudication, or was refused."""
        rows = self._rows("SELECT number, count(*) FROM claim WHERE accepted = ? GROUP BY number", accepted)
        return Counter(dict(rows))

    def files(self) -> list[ReceivedFile]:
        rows = self._rows("SELECT name, sha256, size, isa13, usage, claims, verdict, stored FROM file ORDER BY id")
        return [
            ReceivedFile(name, digest, size, isa13, usage, claims, verdict, self._received / stored)
            for name, digest, size, isa13, usage, claims, verdict, stored in rows
        ]

    def answers(self) -> list[Answer]:
        rows = self._rows(
            "SELECT answer.id, kind, answer.name, isa13, delivered FROM answer JOIN file ON file.id = file_id"
            " ORDER BY answer.id"
        )
        return [Answer(id, kind, name, isa13, bool(delivered)) for id, kind, name, isa13, delivered in rows]

    def _rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._connection.execute(query, values).fetchall()

    def _number(self, query: str, *values: object) -> int:
        return int(self._rows(query, *values)[0][0])
