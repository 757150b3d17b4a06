"""Encounters in two forms, with and without a change to each charge: bringing the other form leaves all to be swept."""

import csv
import itertools
from datetime import date
from decimal import Decimal
from pathlib import Path

from sample_practice import write_sample
from tests.drills.running_state import RunningState


class Crowd:
    """Sample encounters under a source of their own.

    The digest each form belongs to is known from its sweep by `intake`, one process without Airflow.
    """

    def __init__(self, running: RunningState, folder: Path, *, encounters: int, through: date) -> None:
        self._running, self._source = running, f"crowd{encounters}"
        write_sample(folder, seed=2, encounters=encounters, through=through)
        others = folder / "others" / "charges.csv"
        _raise_charges(folder / "charges.csv", others)
        self._load(folder / "patients.csv", folder / "coverage.csv")
        forms = (folder / "charges.csv", others)
        self._forms = itertools.cycle([(form, self._swept_digest(form)) for form in forms])

    def bring_unswept(self) -> str:
        """Change every encounter and sweep none; returns the digest that its night must end with."""
        charges, digest = next(self._forms)
        self._load("--no-sweep", charges)
        assert self._running.coders_digest() != digest
        return digest

    def _swept_digest(self, charges: Path) -> str:
        self._load(charges)
        return self._running.coders_digest()

    def _load(self, *arguments: str | Path) -> None:
        self._running.command("intake", "--into-sample", "--source", self._source, *map(str, arguments))


def _raise_charges(charges: Path, others: Path) -> None:
    with charges.open(newline="") as file:
        rows = list(csv.DictReader(file))
    others.parent.mkdir()
    with others.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows({**row, "charge": str(Decimal(row["charge"]) + 1)} for row in rows)
