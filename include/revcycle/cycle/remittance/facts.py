"""What was read, written down once: facts of the remittance, never changed again."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, text

from revcycle.cycle.remittance.treatment import PATIENT, SAFE_NEGATIVE, TREATMENT

AS_READ = """
INSERT INTO {table} (remittance_id, run_id, {columns}) SELECT :remittance, :run_id, {columns} FROM read_{table}
"""
ADJUSTMENTS = f"""
INSERT INTO remittance_adjustment (remittance_id, run_id, {{columns}}, treatment, treatment_reason)
SELECT :remittance, :run_id, {{columns}}, split_part(verdict, ': ', 1), split_part(verdict, ': ', 2) FROM (
    SELECT a.*, {TREATMENT} AS verdict FROM read_remittance_adjustment a
    JOIN read_remittance_claim r ON r.position = a.claim_position
    JOIN matched m ON m.position = a.claim_position LEFT JOIN claim c ON c.id = m.claim_id) judged
"""
AGAIN = f"""
UPDATE remittance_adjustment t
SET treatment = split_part(verdict, ': ', 1), treatment_reason = split_part(verdict, ': ', 2)
FROM (SELECT a.claim_position, a.service_position, a.ordinal, {TREATMENT} AS verdict
      FROM read_remittance_adjustment a
      JOIN read_remittance_claim r ON r.position = a.claim_position
        JOIN matched m ON m.position = a.claim_position LEFT JOIN claim c ON c.id = m.claim_id) judged
WHERE t.remittance_id = :remittance AND t.claim_position = judged.claim_position
  AND t.service_position = judged.service_position AND t.ordinal = judged.ordinal
"""
MATCHES = """
INSERT INTO remittance_match (remittance_id, claim_position, ordinal, claim_id, submission_id, method, run_id)
SELECT :remittance, position, ordinal, claim_id, submission_id, method, :run_id FROM matched
"""


def write(
    connection: Connection,
    columns: Mapping[str, str],
    *,
    remittance: int,
    safe: Sequence[str],
    run_id: int,
) -> None:
    """Write all that was read of a set under its remittance, each adjustment with its treatment."""
    asked = {"remittance": remittance, "run_id": run_id}
    for table, names in columns.items():
        if table != "remittance_adjustment":
            connection.execute(text(AS_READ.format(table=table, columns=names)), asked)
    adjustments = ADJUSTMENTS.format(columns=columns["remittance_adjustment"])
    connection.execute(text(adjustments), asked | _reasons(safe))
    connection.execute(text(MATCHES), asked)


def judge_again(connection: Connection, *, remittance: int, safe: Sequence[str]) -> None:
    """The treatment of the adjustments that were staged again, now that their claim is known."""
    connection.execute(text(AGAIN), {"remittance": remittance} | _reasons(safe))


def _reasons(safe: Sequence[str]) -> dict[str, object]:
    return {"safe": list(safe), "patient": list(PATIENT), "safe_negative": SAFE_NEGATIVE}
