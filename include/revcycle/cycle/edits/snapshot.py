"""Some patients' encounters as they stand in the database, fetched once into an in-memory DuckDB.

Whole tables are scanned and joined here rather than in PostgreSQL: a million lines come over in a second, and DuckDB
joins them on all cores.

encounter (encounter_id, version, patient_id, status, entered_on, name, source_system)   the current version of each
current_line, current_diagnosis                                                           of what is not cancelled
patient   (patient_id, birth_date), coverage (patient_id, payer, first, last)             primary coverage only
result    (encounter_id, version, edit_set, context)
sent      (encounter_id, version)                   versions that are billed: their findings stay as they were
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from revcycle.cycle.edits.relations import connect
from revcycle.foundation.store.bulk import Reader

ENCOUNTERS = """
SELECT e.id AS encounter_id, e.current_version AS version, v.patient_id, v.status, v.entered_on,
       e.source_encounter_id AS name, e.source_system
FROM encounter e JOIN encounter_version v ON v.encounter_id = e.id AND v.version = e.current_version
WHERE {versions}
"""
LINES = """
SELECT encounter_id, version, line, patient_id, rendering_npi AS npi, date_from AS day, date_to,
       place_of_service AS place, procedure, modifiers, pointers, units::text AS units,
       referring_npi, supervising_npi, ordering_npi, facility_npi
FROM charge_line WHERE {lines}
"""
DIAGNOSES = "SELECT encounter_id, version, position, code FROM diagnosis WHERE {diagnoses}"
PATIENTS = "SELECT patient_id, birth_date FROM patient WHERE superseded_at IS NULL AND {patients}"
COVERAGES = """
SELECT patient_id, payer, valid_from AS first, coalesce(valid_to, date '9999-12-31') AS last FROM coverage
WHERE superseded_at IS NULL AND responsibility = 'P' AND {patients}
"""
RESULTS = """
SELECT encounter_id, version, edit_set::text AS edit_set, context FROM sweep_result WHERE {diagnoses}
"""
SENT = """
SELECT s.encounter_id, s.version FROM claim_submission s JOIN claim c ON c.id = s.claim_id
WHERE s.interchange_id IS NOT NULL AND c.state IN ('submitted', 'adjudicated', 'closed') AND {sent}
"""
FETCHED = {
    "encounter": ENCOUNTERS,
    "line_version": LINES,
    "diagnosis_version": DIAGNOSES,
    "patient": PATIENTS,
    "coverage": COVERAGES,
    "result": RESULTS,
    "sent": SENT,
}
CURRENT = """
CREATE TABLE current_line AS SELECT l.* FROM line_version l SEMI JOIN encounter e
    ON e.encounter_id = l.encounter_id AND e.version = l.version AND e.status = '';
CREATE VIEW current_diagnosis AS SELECT d.* FROM diagnosis_version d SEMI JOIN encounter e
    ON e.encounter_id = d.encounter_id AND e.version = d.version AND e.status = '';
"""


@dataclass(frozen=True)
class Scope:
    """Some patients: those whose id leaves `index` on division by `of`, or those named."""

    index: int = 0
    of: int = 1
    patients: tuple[int, ...] = ()

    def where(self, column: str) -> str:
        """The scope as a condition on a column of patient ids."""
        if self.patients:
            return f"{column} = ANY ('{{{','.join(str(int(patient)) for patient in self.patients)}}}'::bigint[])"
        return f"{column} % {int(self.of)} = {int(self.index)}" if self.of > 1 else "true"

    def where_encounter(self, column: str = "encounter_id") -> str:
        """The scope as a condition on a column of encounter ids."""
        if self.of == 1 and not self.patients:
            return "true"
        return f"{column} IN (SELECT encounter_id FROM encounter_version WHERE {self.where('patient_id')})"


@contextmanager
def snapshot(reader: Reader, scope: Scope, spill: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The scope's tables in a DuckDB connection that lives as long as the `with` block."""
    conditions = {
        "versions": scope.where("v.patient_id"),
        "lines": scope.where("patient_id"),
        "patients": scope.where("patient_id"),
        "diagnoses": scope.where_encounter(),
        "sent": scope.where_encounter("s.encounter_id"),
    }
    with connect(spill) as db:
        for name, query in FETCHED.items():
            db.register(name, reader.fetch(query.format(**conditions)))
        db.execute(CURRENT)
        db.unregister("line_version")  # DuckDB's own copy is smaller, and quicker to scan again and again
        yield db
