"""Encounters into the database: a version for each content that differs from the current one, and nothing else."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection, text

from revcycle.cycle.intake.compared import Integers
from revcycle.cycle.intake.register import Receipt
from revcycle.foundation.store.bulk import copy_in
from revcycle.foundation.store.temporary import analyze

_VERSION = (
    "content_sha256",
    "billing_npi",
    "status",
    "entered_on",
    "charge_cents",
    "referral_number",
    "clia_number",
    "accident_cause",
    "accident_date",
    "accident_state",
    "onset_date",
    "admission_date",
)
_LINE = (
    "line",
    "rendering_npi",
    "date_from",
    "date_to",
    "place_of_service",
    "procedure",
    "modifiers",
    "pointers",
    "units",
    "unit_basis",
    "prior_authorization",
    "taxonomy",
    "referring_npi",
    "supervising_npi",
    "ordering_npi",
    "facility_npi",
    "note",
    "ndc",
    "ndc_units",
    "ndc_unit",
)

_STAGE = f"""
    CREATE TEMP TABLE delivered_encounter ON COMMIT DROP AS
    SELECT 0::bigint AS ordinal, ''::text AS source_encounter_id, ''::text AS source_patient_id, {", ".join(_VERSION)}
    FROM encounter_version LIMIT 0
"""
# Only what is new or different is placed; the rest of the transaction sees no other row.
_PLACE = """
    CREATE TEMP TABLE placed_encounter ON COMMIT DROP AS
    SELECT d.*, p.patient_id, e.id AS encounter_id, coalesce(e.current_version, 0) + 1 AS version
    FROM delivered_encounter AS d
    JOIN patient AS p ON p.source_system = :source AND p.source_patient_id = d.source_patient_id
                     AND p.superseded_at IS NULL
    LEFT JOIN encounter AS e ON e.source_system = :source AND e.source_encounter_id = d.source_encounter_id
    LEFT JOIN encounter_version AS v ON v.encounter_id = e.id AND v.version = e.current_version
    WHERE v.content_sha256 IS DISTINCT FROM d.content_sha256
"""
_LOCK = """
    SELECT id FROM encounter WHERE id IN (SELECT encounter_id FROM placed_encounter) ORDER BY id FOR UPDATE
"""
_RAISE = """
    UPDATE encounter SET current_version = placed.version, run_id = :run_id,
           cancelled_at = CASE WHEN placed.status = '' THEN NULL ELSE coalesce(cancelled_at, :now) END
    FROM placed_encounter AS placed WHERE placed.encounter_id = encounter.id
"""
_CREATE = """
    WITH created AS (
        INSERT INTO encounter (source_system, source_encounter_id, current_version, cancelled_at, run_id)
        SELECT :source, source_encounter_id, 1, CASE WHEN status <> '' THEN CAST(:now AS timestamptz) END, :run_id
        FROM placed_encounter WHERE encounter_id IS NULL ORDER BY ordinal
        RETURNING id, source_encounter_id
    )
    UPDATE placed_encounter SET encounter_id = created.id
    FROM created WHERE created.source_encounter_id = placed_encounter.source_encounter_id
"""
_INSERT = f"""
    INSERT INTO encounter_version (encounter_id, version, patient_id, file_id, run_id, {", ".join(_VERSION)})
    SELECT encounter_id, version, patient_id, :file_id, :run_id, {", ".join(_VERSION)}
    FROM placed_encounter ORDER BY encounter_id
"""
_PLACED = "SELECT ordinal, encounter_id, version, patient_id FROM placed_encounter ORDER BY ordinal"


def write(connection: Connection, heads: pa.Table, lines: pa.Table, receipt: Receipt) -> tuple[int, tuple[int, ...]]:
    """Bring in what differs from the current versions; `heads` and `lines` as `charges.Encounters` describes them.

    Returns how many encounters are new, and the ids (ours) of all that got a version. Rows are locked in ascending id.
    """
    named = receipt.named()
    connection.execute(text(_STAGE))
    copy_in(connection, "delivered_encounter", _delivered(heads))
    analyze(connection, "delivered_encounter")
    connection.execute(text(_PLACE), named)
    analyze(connection, "placed_encounter")
    connection.execute(text(_LOCK))
    connection.execute(text(_RAISE), named)
    connection.execute(text(_CREATE), named)
    connection.execute(text(_INSERT), named)
    placed = connection.execute(text(_PLACED)).all()
    fresh = _Fresh.of([tuple(row) for row in placed], heads.num_rows)
    copy_in(connection, "charge_line", _written_by(receipt, _charge_lines(lines, fresh)))
    copy_in(connection, "diagnosis", _written_by(receipt, _diagnoses(heads, fresh)))
    new = sum(1 for row in placed if row.version == 1)
    return new, tuple(sorted(row.encounter_id for row in placed))


@dataclass(frozen=True)
class _Fresh:
    """The versions that are new: `place` says for each encounter of the file which of `keys`, -1 for an equal one."""

    place: Integers
    keys: pa.Table

    @classmethod
    def of(cls, placed: list[tuple[int, ...]], encounters: int) -> "_Fresh":
        columns = np.array(placed, dtype=np.int64).reshape(-1, 4).T
        place = np.full(encounters, -1, dtype=np.int64)
        place[columns[0]] = np.arange(len(placed))
        return cls(place, pa.table(list(columns[1:]), ["encounter_id", "version", "patient_id"]))

    def of_rows(self, encounter: Integers) -> tuple[Integers, pa.Table]:
        """Of rows that belong to encounters of the file: the positions of those in a new version, and their keys."""
        places = self.place[encounter]
        kept = np.flatnonzero(places >= 0)
        return kept, self.keys.take(places[kept])


def _delivered(heads: pa.Table) -> pa.Table:
    names = ["ordinal", "source_encounter_id", "source_patient_id", *_VERSION]
    ordinal = pa.array(np.arange(heads.num_rows))
    return pa.table([ordinal, heads["encounter_id"], heads["patient_id"], *(heads[name] for name in _VERSION)], names)


def _charge_lines(lines: pa.Table, fresh: _Fresh) -> pa.Table:
    kept, keys = fresh.of_rows(lines["encounter"].to_numpy())
    content = lines.select([*_LINE, "charge"]).rename_columns([*_LINE, "charge_cents"]).take(kept)
    return pa.table([*keys.columns, *content.columns], [*keys.column_names, *content.column_names])


def _diagnoses(heads: pa.Table, fresh: _Fresh) -> pa.Table:
    texts = heads["diagnoses"].combine_chunks()
    codes = pc.split_pattern(pc.if_else(pc.equal(texts, ""), pa.scalar(None, pa.string()), texts), ";")
    encounter = np.asarray(pc.list_parent_indices(codes).to_numpy(), dtype=np.int64)
    kept, keys = fresh.of_rows(encounter)
    starts = np.flatnonzero(np.diff(encounter, prepend=-1))
    position = np.arange(len(encounter)) - np.repeat(starts, np.diff(np.append(starts, len(encounter)))) + 1
    columns = [keys["encounter_id"], keys["version"], pa.array(position[kept]), pc.list_flatten(codes).take(kept)]
    return pa.table(columns, ["encounter_id", "version", "position", "code"])


def _written_by(receipt: Receipt, rows: pa.Table) -> pa.Table:
    return rows.append_column("run_id", pa.array(np.full(rows.num_rows, receipt.run_id)))
