"""The sweep over the database: plan chunks of patients, judge what is due in each, store what was found."""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

import duckdb
from sqlalchemy import Connection, Engine, func, select, text

from revcycle.cycle.edits.edit_set import EditSet, edits_in_force
from revcycle.cycle.edits.findings import store
from revcycle.cycle.edits.judge import Judgement, NotEvaluated
from revcycle.cycle.edits.judge_store import Judged, judge_needed
from revcycle.cycle.edits.snapshot import Scope, snapshot
from revcycle.cycle.edits.standing import find_due
from revcycle.foundation.state import State
from revcycle.foundation.store.bulk import reading
from revcycle.foundation.store.runs import Step, begin
from revcycle.foundation.store.tables import encounter, encounter_version

ENCOUNTERS_A_CHUNK = 500  # small enough to show progress in the grid, large enough to pay for starting a task
SWEEP_LOCK = 7_203_002  # chunks share it, each with a lock of its own; whoever sweeps named patients has it alone
CHUNK_LOCK = 7_203_004
Told = Callable[[NotEvaluated], None]
"""Called with each entry of what could not be evaluated, which the counts give by rule only."""


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


def sweep(
    engine: Engine, *, chunk: Chunk, through: date, state: State, step: Step, told: Told = lambda _: None
) -> SweepCounts:
    """Judge every encounter version of the chunk that belongs to `through` or earlier and has no counting result.

    Safe to run twice and at once: one advisory lock for each chunk, findings keyed by their fingerprint.
    Raises: ObjectMissing or ObjectDamaged when a release's Parquet is not what was registered.
    """
    scope = Scope(index=chunk.index, of=chunk.of)
    return _sweep(engine, scope, edits_in_force(engine, state), through=through, step=step, told=told)


def sweep_patients(
    engine: Engine, patients: Sequence[int], *, through: date, state: State, step: Step, told: Told = lambda _: None
) -> SweepCounts:
    """Judge what is due of some patients at once: what an intake changed, with its same-day context."""
    if not patients:
        return SweepCounts()
    scope = Scope(patients=tuple(patients))
    return _sweep(engine, scope, edits_in_force(engine, state), through=through, step=step, told=told)


def preview(engine: Engine, *, first: date, last: date, state: State, as_of: date | None = None) -> Judged:
    """Judge the current versions with a date of service from `first` to `last`, and write nothing.

    Their same-day context is judged with them, but only what is said about them is returned.
    """
    edits = edits_in_force(engine, state)
    with reading(engine) as reader:
        named = reader.fetch(ASKED.format(first=first.isoformat(), last=last.isoformat())).column(0).to_pylist()
        with snapshot(reader, Scope(patients=tuple(named) or (0,)), edits.spill) as db:
            db.execute(SERVED, {"first": first, "last": last})
            db.execute(WITH_CONTEXT)
            judged = judge_needed(db, edits, as_of=as_of)
            db.register("findings", judged.judgement.findings)
            findings = db.sql("FROM findings SEMI JOIN (FROM claim SEMI JOIN asked USING (encounter_id)) USING (claim)")
            asked = Judgement(
                findings.order("claim, lines[1], rule, codes").to_arrow_table(), judged.judgement.not_evaluated
            )
    return Judged(asked, judged.claims)


ASKED = """
SELECT DISTINCT l.patient_id FROM charge_line l
JOIN encounter e ON e.id = l.encounter_id AND e.current_version = l.version
WHERE l.date_from BETWEEN '{first}' AND '{last}'
"""
SERVED = "CREATE TABLE asked AS SELECT DISTINCT encounter_id FROM current_line WHERE day BETWEEN $first AND $last"
WITH_CONTEXT = """
CREATE TABLE needed AS
    SELECT DISTINCT other.encounter_id FROM asked JOIN current_line mine USING (encounter_id)
    JOIN current_line other ON other.patient_id = mine.patient_id AND other.npi = mine.npi AND other.day = mine.day
"""


def _sweep(engine: Engine, scope: Scope, edits: EditSet, *, through: date, step: Step, told: Told) -> SweepCounts:
    edit_set = edits.digest
    with engine.begin() as connection:
        _lock(connection, scope)
        run_id = begin(connection, step)
        with reading(engine) as reader, snapshot(reader, scope, edits.spill) as db:
            due = find_due(db, edit_set=edit_set, through=through)
            if not due:
                return SweepCounts()
            judged = judge_needed(db, edits)
            store(db, connection, reader, judged, edit_set=edit_set, run_id=run_id)
            for entry in judged.judgement.not_evaluated:
                told(entry)
            return _counts(db, due)


def _lock(connection: Connection, scope: Scope) -> None:
    """Taken before the snapshot: what another sweep of these patients wrote is then in it."""
    if scope.patients:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": SWEEP_LOCK})
        return
    connection.execute(text("SELECT pg_advisory_xact_lock_shared(:lock)"), {"lock": SWEEP_LOCK})
    chunk = {"space": CHUNK_LOCK, "chunk": scope.of * 64 + scope.index}
    connection.execute(text("SELECT pg_advisory_xact_lock(:space, :chunk)"), chunk)


BY_RULE = """
SELECT rule, severity, count(*) FROM findings SEMI JOIN (FROM claim SEMI JOIN due USING (encounter_id)) USING (claim)
GROUP BY ALL
"""
SILENT = """
SELECT rule, count(DISTINCT claim) FROM silent
SEMI JOIN (FROM claim SEMI JOIN due USING (encounter_id)) USING (claim) GROUP BY rule
"""


def _counts(db: duckdb.DuckDBPyConnection, due: int) -> SweepCounts:
    """Count what was found about the due encounters; their neighbours were judged as context only."""
    by_rule: Counter[str] = Counter()
    by_severity: Counter[str] = Counter()
    for rule, severity, count in db.sql(BY_RULE).fetchall():
        by_rule[rule] += count
        by_severity[severity] += count
    return SweepCounts(
        encounters=due,
        block=by_severity["block"],
        review=by_severity["review"],
        info=by_severity["info"],
        by_rule=dict(sorted(by_rule.items())),
        not_evaluated=dict(sorted(db.sql(SILENT).fetchall())),
    )
