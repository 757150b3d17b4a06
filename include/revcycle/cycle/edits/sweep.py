"""The sweep over the database: plan chunks of patients, judge what is due in each, store what was found."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

import pyarrow as pa
from sqlalchemy import Engine, func, select, text

from revcycle.cycle.edits.edit_set import EditSet, edits_in_force
from revcycle.cycle.edits.findings import store
from revcycle.cycle.edits.read_store import Judged, judge_encounters
from revcycle.cycle.edits.standing import Scope, standing
from revcycle.foundation.state import State
from revcycle.foundation.store.bulk import reading
from revcycle.foundation.store.runs import Step, begin
from revcycle.foundation.store.tables import encounter, encounter_version

ENCOUNTERS_A_CHUNK = 500  # small enough to show progress in the grid, large enough to pay for starting a task
SWEEP_LOCK = 7_203_002  # first half of the advisory lock of a chunk


@dataclass(frozen=True)
class Chunk:
    """The patients whose id leaves `index` on division by `of`."""

    index: int
    of: int


@dataclass(frozen=True)
class SweepCounts:
    """What one sweep did: encounters judged and findings by severity and by rule."""

    encounters: int = 0
    block: int = 0
    review: int = 0
    info: int = 0
    by_rule: dict[str, int] = field(default_factory=dict)
    not_evaluated: dict[str, int] = field(default_factory=dict)
    """Encounters about which a rule said nothing for want of a table, by rule."""

    def __add__(self, other: "SweepCounts") -> "SweepCounts":
        return SweepCounts(
            self.encounters + other.encounters,
            self.block + other.block,
            self.review + other.review,
            self.info + other.info,
            dict(Counter(self.by_rule) + Counter(other.by_rule)),
            dict(Counter(self.not_evaluated) + Counter(other.not_evaluated)),
        )


def plan(engine: Engine, *, through: date, most: int = 32) -> list[Chunk]:
    """The chunks of a night, at least one and at most `most`, by the number of encounters that belong to it."""
    current = encounter_version.c.version == encounter.c.current_version
    versions = encounter_version.join(encounter, (encounter_version.c.encounter_id == encounter.c.id) & current)
    with engine.connect() as connection:
        counted = select(func.count()).select_from(versions).where(encounter_version.c.entered_on <= through)
        encounters = connection.execute(counted).scalar_one()
    of = max(1, min(most, math.ceil(encounters / ENCOUNTERS_A_CHUNK)))
    return [Chunk(index, of) for index in range(of)]


def sweep(engine: Engine, *, chunk: Chunk, through: date, state: State, step: Step) -> SweepCounts:
    """Judge every encounter version of the chunk that belongs to `through` or earlier and has no counting result.

    Safe to run twice and at once: one advisory lock for each chunk, findings keyed by their fingerprint.
    Raises: ObjectMissing or ObjectDamaged when a release's Parquet is not what was registered.
    """
    scope = Scope(index=chunk.index, of=chunk.of)
    return _sweep(engine, scope, edits_in_force(engine, state), through=through, step=step)


def sweep_patients(engine: Engine, patients: Sequence[int], *, through: date, state: State, step: Step) -> SweepCounts:
    """Judge what is due of some patients at once: what an intake changed, with its same-day context."""
    if not patients:
        return SweepCounts()
    return _sweep(engine, Scope(patients=tuple(patients)), edits_in_force(engine, state), through=through, step=step)


def preview(
    engine: Engine, *, first: date, last: date, state: State, as_of: date | None = None
) -> tuple[Judged, frozenset[int]]:
    """Judge the current versions with a date of service from `first` to `last`, and write nothing.

    Returns the judgement over them and their same-day context, and the claim numbers of those asked for.
    """
    with reading(engine) as reader:
        reader.stage("asked", reader.fetch(ASKED.format(first=first.isoformat(), last=last.isoformat())))
        judged = judge_encounters(reader, reader.fetch(WITH_CONTEXT), edits_in_force(engine, state), as_of=as_of)
        asked = set(reader.fetch("SELECT encounter_id FROM asked").column(0).to_pylist())
    numbered = judged.claims.to_pylist()
    return judged, frozenset(row["claim"] for row in numbered if row["encounter_id"] in asked)


ASKED = """
SELECT DISTINCT l.encounter_id FROM charge_line l
JOIN encounter e ON e.id = l.encounter_id AND e.current_version = l.version
WHERE l.date_from BETWEEN '{first}' AND '{last}'
"""
WITH_CONTEXT = """
SELECT DISTINCT other.encounter_id FROM asked
JOIN encounter e ON e.id = asked.encounter_id
JOIN charge_line mine ON mine.encounter_id = e.id AND mine.version = e.current_version
JOIN charge_line other ON other.patient_id = mine.patient_id AND other.rendering_npi = mine.rendering_npi
     AND other.date_from = mine.date_from
"""


def _sweep(engine: Engine, scope: Scope, edits: EditSet, *, through: date, step: Step) -> SweepCounts:
    edit_set = edits.digest
    with engine.begin() as connection:
        lock = {"space": SWEEP_LOCK, "chunk": scope.of * 64 + scope.index}
        connection.execute(text("SELECT pg_advisory_xact_lock(:space, :chunk)"), lock)
        run_id = begin(connection, step)
        with reading(engine) as reader:
            found = standing(reader, scope, edit_set=edit_set, through=through)
            if not found.due.num_rows:
                return SweepCounts()
            judged = judge_encounters(reader, found.needed, edits)
        store(connection, judged, found.due, edit_set=edit_set, run_id=run_id)
    return _counts(judged, found.due)


def _counts(judged: Judged, due: pa.Table) -> SweepCounts:
    """Count what was found about the due encounters; their neighbours were judged as context only."""
    encounters = set(due.column("encounter_id").to_pylist())
    rows = judged.claims.to_pylist()
    claims = {row["claim"] for row in rows if row["encounter_id"] in encounters}
    findings = judged.judgement.findings
    columns: Iterable[tuple[int, str, str]] = zip(
        *(findings.column(name).to_pylist() for name in ("claim", "rule", "severity")), strict=True
    )
    mine = [(rule, severity) for claim, rule, severity in columns if claim in claims]
    severities = Counter(severity for _, severity in mine)
    silent: Counter[str] = Counter()
    for entry in judged.judgement.not_evaluated:
        concerned = len(claims.intersection(entry.claims.to_pylist()))
        silent.update({rule: concerned for rule in entry.rules if concerned})
    return SweepCounts(
        encounters=len(encounters),
        block=severities["block"],
        review=severities["review"],
        info=severities["info"],
        by_rule=dict(Counter(rule for rule, _ in mine)),
        not_evaluated=dict(silent),
    )
