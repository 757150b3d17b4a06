"""Judgements become rows: new findings open, vanished ones are fixed, overridden ones stay for the auditor.

A finding that is fixed keeps who overrode it and why: where it comes back for its version, the override holds again.

What changed is worked out in DuckDB against the rows that are there, so that a first sweep writes by plain COPY and a
sweep that finds the same writes nothing but its results.
"""

import duckdb
import pyarrow as pa
from sqlalchemy import Connection, text

from revcycle.cycle.edits.judge import Judgement
from revcycle.cycle.edits.judge_store import Judged
from revcycle.foundation.store.bulk import Reader, copy_in

STANDING = """
SELECT f.id, f.encounter_id, f.version, f.rule, f.fingerprint, f.state
FROM finding f JOIN due USING (encounter_id)
"""
# Lists travel as PostgreSQL array literals: COPY reads no other form.
MACROS = r"""
CREATE MACRO number_array(numbers) AS '{' || array_to_string(numbers, ',') || '}';
CREATE MACRO text_array(words) AS
    '{' || array_to_string(list_transform(words, lambda w:
        '"' || replace(replace(w, '\', '\\'), '"', '\"') || '"'), ',') || '}';
"""
FOUND = """
CREATE TABLE found AS
    WITH mine AS (
        SELECT row_number() OVER () AS id, f.*, d.encounter_id, d.version
        FROM findings f JOIN claims USING (claim) JOIN due d USING (encounter_id)),
    other AS (
        SELECT id, to_json(list({'claim': name, 'line': o.line} ORDER BY o.claim, o.line))::VARCHAR AS others
        FROM (SELECT id, unnest(others) AS o FROM mine WHERE len(others) > 0) JOIN claims ON claims.claim = o.claim
        GROUP BY id)
    SELECT encounter_id, version, rule, place || '|' || array_to_string(codes, ',') AS fingerprint, severity,
           number_array(lines) AS lines, text_array(codes) AS codes, text_array(details) AS details,
           coalesce(other.others, '[]') AS others, others_count, release
    FROM mine LEFT JOIN other USING (id)
"""
NEW = """
SELECT *, 'open' AS state, $run_id AS run_id
FROM found ANTI JOIN standing USING (encounter_id, version, rule, fingerprint)
ORDER BY encounter_id, rule, fingerprint
"""
AGAIN = """
SELECT standing.id, found.severity, found.lines, found.codes, found.details, found.others, found.others_count,
       found.release
FROM found JOIN standing USING (encounter_id, version, rule, fingerprint) ORDER BY standing.id
"""
# An override lasts for its version: in the current one it is fixed with its cause, in those before it stays as it is.
VANISHED = """
SELECT id FROM standing ANTI JOIN found USING (encounter_id, version, rule, fingerprint)
LEFT JOIN due USING (encounter_id, version)
WHERE state = 'open' OR (state = 'overridden' AND due.entered_on IS NOT NULL) ORDER BY id
"""
RESULTS = """
SELECT d.encounter_id, d.version, $edit_set AS edit_set, d.context, d.entered_on + 1 AS as_of,
       coalesce(w.worst, '') AS worst_severity, text_array(coalesce(n.rules, [])) AS not_evaluated, $run_id AS run_id
FROM due d
LEFT JOIN claims c USING (encounter_id)
LEFT JOIN (SELECT claim, arg_min(severity, list_position(['block', 'review', 'info'], severity)) AS worst
           FROM findings GROUP BY claim) w USING (claim)
LEFT JOIN (SELECT claim, list(DISTINCT rule ORDER BY rule) AS rules FROM silent GROUP BY claim) n USING (claim)
ORDER BY d.encounter_id
"""
STAGE_AGAIN = """
CREATE TEMP TABLE staged_finding (id bigint, severity text, lines int[], codes text[], details text[], others jsonb,
                                  others_count bigint, release text) ON COMMIT DROP
"""
UPDATE_AGAIN = """
UPDATE finding f SET severity = s.severity, lines = s.lines, codes = s.codes, details = s.details, others = s.others,
    others_count = s.others_count, release = s.release, run_id = :run_id,
    state = CASE f.overridden_by WHEN '' THEN 'open' ELSE 'overridden' END
FROM staged_finding s WHERE f.id = s.id
  AND (f.state = 'fixed' OR (f.severity, f.lines, f.codes, f.details, f.others, f.others_count, f.release)
       IS DISTINCT FROM (s.severity, s.lines, s.codes, s.details, s.others, s.others_count, s.release))
"""
FIX = "UPDATE finding SET state = 'fixed', run_id = :run_id WHERE id = ANY (:ids)"
FORGET_RESULTS = "DELETE FROM sweep_result WHERE encounter_id = ANY (:ids)"


def store(
    db: duckdb.DuckDBPyConnection, connection: Connection, reader: Reader, judged: Judged, *, edit_set: str, run_id: int
) -> None:
    """Write the findings and results of the snapshot's `due` encounters, in the connection's transaction.

    The caller holds the lock of the sweep, so that no other sweep writes about these encounters meanwhile.
    """
    db.execute(MACROS)
    db.register("findings", judged.judgement.findings)
    db.register("claims", judged.claims)
    db.register("silent", _silent(judged.judgement))
    reader.stage("due", db.sql("SELECT encounter_id FROM due").to_arrow_table())
    db.register("standing", reader.fetch(STANDING))
    db.execute(FOUND)
    _store_findings(db, connection, run_id)
    swept_before = db.sql("SELECT DISTINCT encounter_id FROM due SEMI JOIN result USING (encounter_id)").fetchall()
    if swept_before:
        connection.execute(text(FORGET_RESULTS), {"ids": [row[0] for row in swept_before]})
    results = db.sql(RESULTS, params={"edit_set": edit_set, "run_id": run_id}).to_arrow_table()
    copy_in(connection, "sweep_result", results)


def _store_findings(db: duckdb.DuckDBPyConnection, connection: Connection, run_id: int) -> None:
    copy_in(connection, "finding", db.sql(NEW, params={"run_id": run_id}).to_arrow_table())
    again = db.sql(AGAIN).to_arrow_table()
    if again.num_rows:
        connection.execute(text(STAGE_AGAIN))
        copy_in(connection, "staged_finding", again)
        connection.execute(text(UPDATE_AGAIN), {"run_id": run_id})
    vanished = [row[0] for row in db.sql(VANISHED).fetchall()]
    if vanished:
        connection.execute(text(FIX), {"run_id": run_id, "ids": vanished})


def _silent(judgement: Judgement) -> pa.Table:
    """Which rules said nothing about which claims for want of a table: claim, rule."""
    parts = [
        pa.table({"claim": entry.claims, "rule": pa.array([rule] * len(entry.claims), pa.string())})
        for entry in judgement.not_evaluated
        for rule in entry.rules
    ]
    empty = pa.table({"claim": pa.array([], pa.int64()), "rule": pa.array([], pa.string())})
    return pa.concat_tables([empty, *parts])
