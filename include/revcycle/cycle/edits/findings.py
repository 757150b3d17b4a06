"""Judgements become rows: new findings open, vanished ones are fixed, overridden ones stay for the auditor."""

import duckdb
import pyarrow as pa
from sqlalchemy import Connection, text

from revcycle.cycle.edits.judge import Judgement
from revcycle.cycle.edits.read_store import Judged
from revcycle.foundation.store.bulk import copy_in

# Lists travel as PostgreSQL array literals: COPY reads no other form.
FINDINGS = """
WITH mine AS (
    SELECT row_number() OVER () AS id, f.*, d.encounter_id, d.version
    FROM findings f JOIN claims c USING (claim) JOIN due d USING (encounter_id)),
other AS (
    SELECT id, to_json(list({'claim': name, 'line': o.line} ORDER BY o.claim, o.line))::VARCHAR AS others
    FROM (SELECT id, unnest(others) AS o FROM mine WHERE len(others) > 0) JOIN claims ON claims.claim = o.claim
    GROUP BY id)
SELECT encounter_id, version, rule, place || '|' || array_to_string(codes, ',') AS fingerprint, severity,
       array_literal(lines) AS lines, text_array_literal(codes) AS codes, text_array_literal(details) AS details,
       coalesce(other.others, '[]') AS others, others_count, release
FROM mine LEFT JOIN other USING (id)
ORDER BY encounter_id, rule, fingerprint
"""
MACROS = r"""
CREATE MACRO array_literal(numbers) AS '{' || array_to_string(numbers, ',') || '}';
CREATE MACRO text_array_literal(words) AS
    '{' || array_to_string(list_transform(words, lambda w:
        '"' || replace(replace(w, '\', '\\'), '"', '\"') || '"'), ',') || '}';
"""
RESULTS = """
SELECT d.encounter_id, d.version, $edit_set AS edit_set, d.context, d.entered_on + 1 AS as_of,
       coalesce(w.worst, '') AS worst_severity, text_array_literal(coalesce(n.rules, [])) AS not_evaluated
FROM due d
LEFT JOIN claims c USING (encounter_id)
LEFT JOIN (SELECT claim, arg_min(severity, list_position(['block', 'review', 'info'], severity)) AS worst
           FROM findings GROUP BY claim) w USING (claim)
LEFT JOIN (SELECT claim, list(DISTINCT rule ORDER BY rule) AS rules FROM silent GROUP BY claim) n USING (claim)
ORDER BY d.encounter_id
"""
STAGE = """
CREATE TEMP TABLE staged_finding (encounter_id bigint, version int, rule text, fingerprint text, severity text,
    lines int[], codes text[], details text[], others jsonb, others_count bigint, release text) ON COMMIT DROP;
CREATE TEMP TABLE staged_result (encounter_id bigint, version int, edit_set text, context text, as_of date,
    worst_severity text, not_evaluated text[]) ON COMMIT DROP;
"""
STORE_RESULTS = """
INSERT INTO sweep_result (encounter_id, version, edit_set, context, as_of, worst_severity, not_evaluated, run_id)
SELECT encounter_id, version, edit_set, context, as_of, worst_severity, not_evaluated, :run_id FROM staged_result
ON CONFLICT (encounter_id, version) DO UPDATE SET edit_set = excluded.edit_set, context = excluded.context,
    as_of = excluded.as_of, worst_severity = excluded.worst_severity, not_evaluated = excluded.not_evaluated,
    run_id = excluded.run_id, recorded_at = now()
"""
OPEN_FINDINGS = """
INSERT INTO finding (encounter_id, version, rule, fingerprint, severity, lines, codes, details, others, others_count,
                     release, state, run_id)
SELECT encounter_id, version, rule, fingerprint, severity, lines, codes, details, others, others_count,
       release, 'open', :run_id
FROM staged_finding
ON CONFLICT (encounter_id, version, rule, fingerprint) DO UPDATE SET severity = excluded.severity,
    lines = excluded.lines, codes = excluded.codes, details = excluded.details, others = excluded.others,
    others_count = excluded.others_count, release = excluded.release,
    state = CASE finding.state WHEN 'overridden' THEN 'overridden' ELSE 'open' END, run_id = excluded.run_id
"""
FIX_FINDINGS = """
UPDATE finding SET state = 'fixed', run_id = :run_id
FROM staged_result r
WHERE finding.encounter_id = r.encounter_id AND finding.state = 'open' AND NOT EXISTS (
    SELECT FROM staged_finding s WHERE s.encounter_id = finding.encounter_id AND s.version = finding.version
       AND s.rule = finding.rule AND s.fingerprint = finding.fingerprint)
"""


def store(connection: Connection, judged: Judged, due: pa.Table, *, edit_set: str, run_id: int) -> None:
    """Write the results of the `due` encounters and their findings, in the connection's transaction."""
    with duckdb.connect() as db:
        db.execute(MACROS)
        db.register("findings", judged.judgement.findings)
        db.register("claims", judged.claims)
        db.register("due", due)
        db.register("silent", _silent(judged.judgement))
        findings = db.sql(FINDINGS).to_arrow_table()
        results = db.execute(RESULTS, {"edit_set": edit_set}).to_arrow_table()
    connection.execute(text(STAGE))
    copy_in(connection, "staged_result", results)
    copy_in(connection, "staged_finding", findings)
    connection.execute(text("ANALYZE staged_finding, staged_result"))
    for statement in (STORE_RESULTS, OPEN_FINDINGS, FIX_FINDINGS):
        connection.execute(text(statement), {"run_id": run_id})


def _silent(judgement: Judgement) -> pa.Table:
    """Which rules said nothing about which claims for want of a table: claim, rule."""
    parts = [
        pa.table({"claim": entry.claims, "rule": pa.array([rule] * len(entry.claims), pa.string())})
        for entry in judgement.not_evaluated
        for rule in entry.rules
    ]
    empty = pa.table({"claim": pa.array([], pa.int64()), "rule": pa.array([], pa.string())})
    return pa.concat_tables([empty, *parts])
