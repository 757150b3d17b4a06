"""Judge charge lines by every rule whose reference tables are loaded.

One judge serves the file and the database: both hand in lines and diagnoses as Arrow and get findings back as Arrow.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import duckdb
import pyarrow as pa

from revcycle.cycle.edits.relations import prepare
from revcycle.cycle.edits.rule import Rule, rules
from revcycle.foundation.archive import Archive
from revcycle.foundation.calendar import FilingLimit, due_on
from revcycle.foundation.reference import ReleaseSet, attach

FILING_LIMIT = "filing_limit"
FILING_EXPIRED = "filing.expired"

UNLISTED = pa.schema([("claim", pa.int64()), ("line", pa.int64()), ("npi", pa.string())])
FILING_DUE = pa.schema([("payer", pa.string()), ("day", pa.date32()), ("due", pa.date32()), ("source", pa.string())])

JOIN_ORDER = "join_order,build_side_probe_side"

FINDING = """
CREATE TABLE finding (
    rule VARCHAR NOT NULL, severity VARCHAR, claim BIGINT NOT NULL, day DATE NOT NULL, lines BIGINT[] NOT NULL,
    codes VARCHAR[] DEFAULT [], place VARCHAR DEFAULT '', details VARCHAR[] DEFAULT [], setting VARCHAR DEFAULT '',
    others_of BIGINT, others_count BIGINT DEFAULT 0);
CREATE TABLE rule_default (rule VARCHAR, severity VARCHAR, source VARCHAR);
"""

# The release of a finding is the latest of its rule's first table that had begun on the day.
ORDERED = """
WITH asked AS (SELECT DISTINCT rule, day, setting FROM finding),
named AS (
    SELECT rule, day, asked.setting,
           arg_max(concat_ws(' ', source, nullif(release.setting, 'any'), version), first_day) AS release
    FROM asked JOIN rule_default USING (rule) JOIN release USING (source)
    WHERE first_day <= day AND asked.setting IN ('', release.setting)
    GROUP BY ALL)
SELECT rule, coalesce(finding.severity, rule_default.severity) AS severity, claim,
       coalesce(release, '') AS release, others_count, {columns}
FROM finding JOIN rule_default USING (rule) LEFT JOIN named USING (rule, day, setting) {neighbours}
ORDER BY claim, finding.lines[1], rule, finding.codes, finding.lines
"""
FINDINGS = ORDERED.format(
    columns="lines, codes, place, details, if(others_count = 0, [], elsewhere(found, claim)) AS others",
    neighbours="LEFT JOIN neighbours ON neighbours.key = others_of",
)
PRINTED_FINDINGS = ORDERED.format(
    columns="lines[1] AS first_line, others_of, "
    + ", ".join(f"to_json({name})::VARCHAR AS {name}" for name in ("lines", "codes", "details")),
    neighbours="",
)
"""The same for printing: lists as JSON, and instead of other claims' lines, which a patient's day of thousands of lines
repeats for each finding, the key of `neighbours`."""

# The stretches before each reign that none covers: the last day covered before, NULL for the first stretch, and the
# first day covered again. The newest release stays in force, so there is none at the end.
UNCOVERED = """
SELECT until, first_day AS since
FROM (SELECT first_day, lag(last_day) OVER (ORDER BY first_day) AS until FROM reign WHERE source = ?)
WHERE until IS NULL OR until + 1 < first_day ORDER BY since
"""


@dataclass(frozen=True)
class NotEvaluated:
    """Rules that say nothing about some lines because no release of a table covers their date."""

    rules: tuple[str, ...]
    source: str
    since: date | None
    """The first day covered after them; None: the table is not loaded (for filing limits: no rule for the payer)."""
    until: date | None
    """The last day covered before them, if any."""
    first: date
    last: date
    """First and last date of service concerned."""
    claims: pa.ChunkedArray
    """The claims concerned, int64, ascending."""


@dataclass(frozen=True)
class Judgement:
    """`findings`: rule, severity, claim, lines, codes, others, others_count, place, details, release.

    Ordered by claim, first line, rule, codes. `place` and `codes` identify a finding of a rule within its claim: the
    line number for rules of a line, empty for rules of a claim, "YYYY-MM-DD/npi" for sums over a day.
    """

    findings: pa.Table
    not_evaluated: tuple[NotEvaluated, ...]


def judge(
    db: duckdb.DuckDBPyConnection, *, releases: ReleaseSet, archive: Archive, limits: Sequence[FilingLimit]
) -> tuple[NotEvaluated, ...]:
    """Judge three relations of a connection: `lines_in` (claim, ranked by the claim's text, line, patient, npi,
    birth_date, payer, date_from, date_to, place, procedure, modifiers, units, pointers, today), `diagnoses_in` (claim,
    position, code) and `unlisted` (claim, line, npi), the NPIs that the practice does not know.

    Only birth_date and date_to may be NULL. What is found is read by `FINDINGS`, or by `PRINTED_FINDINGS` with
    `neighbours`. Raises what `attach` raises when a release's file is missing or damaged.
    """
    loaded = attach(db, releases, archive)
    prepare(db)
    db.register("filing_due", _filing_due(db, limits))
    db.execute(FINDING)
    for rule in rules():
        if loaded.issuperset(rule.needs):
            _run(db, rule)
    return tuple(_not_evaluated(db, loaded))


def _run(db: duckdb.DuckDBPyConnection, rule: Rule) -> None:
    source = rule.needs[0] if rule.needs else None
    db.executemany(
        "INSERT INTO rule_default SELECT ?, ?, ? WHERE NOT EXISTS (FROM rule_default WHERE rule = ?)",
        [[name, severity, source, name] for name, severity in rule.severities.items()],
    )
    for name, relation in rule.hits.items():
        db.execute("SET disabled_optimizers = ?", [JOIN_ORDER if name in rule.as_written else ""])
        db.execute(f"CREATE TEMP TABLE {name} AS {relation}")
    db.execute("RESET disabled_optimizers")
    db.execute(f"INSERT INTO finding BY NAME {rule.findings}")
    if rule.neighbours:
        db.execute(f"INSERT INTO neighbours SELECT key, found FROM {rule.neighbours}")
    for name in rule.hits:
        db.execute(f"DROP TABLE {name}")


def _filing_due(db: duckdb.DuckDBPyConnection, limits: Sequence[FilingLimit]) -> pa.Table:
    """The last day of filing for each payer and date of service that has a limit, by the calendar's one arithmetic."""
    by_payer: dict[str, list[FilingLimit]] = {}
    for limit in sorted(limits, key=lambda limit: limit.valid_from):
        by_payer.setdefault(limit.payer, []).append(limit)
    asked = db.execute("SELECT payer, day, max(today) FROM line GROUP BY payer, day").fetchall() if by_payer else ()
    rows = []
    for payer, day, today in asked:
        in_force = [limit for limit in by_payer.get(payer, ()) if limit.covers(day)]
        if in_force:
            # A service of the future cannot be late, and its last day may lie beyond the calendar's end.
            due = due_on(in_force[-1], day) if day <= today else date.max
            rows.append({"payer": payer, "day": day, "due": due, "source": in_force[-1].source})
    return pa.Table.from_pylist(rows, schema=FILING_DUE)


def _not_evaluated(db: duckdb.DuckDBPyConnection, loaded: frozenset[str]) -> list[NotEvaluated]:
    """One entry for each source that is missing, and for each stretch of some line's days that it does not cover."""
    asking: dict[str, set[str]] = {}
    for rule in rules():
        for source in rule.needs:
            asking.setdefault(source, set()).update(rule.ids)
    entries = []
    for source, ids in sorted(asking.items()):
        if source not in loaded:
            entries += _entry(db, ids, source, "FROM claim_day")
        for until, since in db.execute(UNCOVERED, [source]).fetchall():
            after = f"AND day > DATE '{until}'" if until else ""
            silent = f"FROM claim_day WHERE day < DATE '{since}' {after}"
            entries += [replace(entry, until=until, since=since) for entry in _entry(db, ids, source, silent)]
    return entries + _entry(db, {FILING_EXPIRED}, FILING_LIMIT, "FROM line ANTI JOIN filing_due USING (payer, day)")


def _entry(db: duckdb.DuckDBPyConnection, ids: set[str], source: str, silent: str) -> list[NotEvaluated]:
    first, last = db.execute(f"SELECT min(day), max(day) {silent}").fetchall()[0]
    if first is None:
        return []
    claims = db.sql(f"SELECT DISTINCT claim {silent} ORDER BY claim").to_arrow_table().column("claim")
    return [NotEvaluated(tuple(sorted(ids)), source, None, None, first, last, claims)]
