"""Which encounters still need a judgement: those whose result is missing, or was made under other edits or neighbours.

A result counts only while its edit set and its context are the current ones. The context of an encounter is the
current versions of all encounters that share a same-day group (patient, rendering NPI, date of service) with it, the
patient's birth date and primary coverage. So the final state does not depend on the order in which encounters arrive.
"""

from dataclasses import dataclass
from datetime import date

import duckdb
import pyarrow as pa

from revcycle.foundation.store.bulk import Reader

MEMBERS = """
SELECT e.id AS encounter_id, e.current_version AS version, v.patient_id, v.status, v.entered_on,
       coalesce(l.rendering_npi, '') AS npi, l.date_from AS day
FROM encounter e
JOIN encounter_version v ON v.encounter_id = e.id AND v.version = e.current_version
LEFT JOIN charge_line l ON l.encounter_id = e.id AND l.version = e.current_version AND v.status = ''
WHERE {scope}
"""
PATIENTS = """
SELECT p.patient_id, p.birth_date::text || coalesce(string_agg(
           concat_ws('/', c.payer, c.valid_from, c.valid_to), ';' ORDER BY c.valid_from), '') AS facts
FROM patient p LEFT JOIN coverage c
     ON c.patient_id = p.patient_id AND c.responsibility = 'P' AND c.superseded_at IS NULL
WHERE p.superseded_at IS NULL AND {patients}
GROUP BY p.patient_id, p.birth_date
"""
RESULTS = """
SELECT r.encounter_id, r.version, r.edit_set, r.context FROM sweep_result r
JOIN encounter e ON e.id = r.encounter_id AND e.current_version = r.version
JOIN encounter_version v ON v.encounter_id = r.encounter_id AND v.version = r.version
WHERE {scope}
"""
CONTEXT = """
CREATE TABLE member AS SELECT DISTINCT * FROM members_in;
CREATE TABLE same_day AS
    SELECT patient_id, npi, day, md5(string_agg(encounter_id || '.' || version, ',' ORDER BY encounter_id)) AS digest
    FROM member WHERE day IS NOT NULL GROUP BY ALL;
CREATE TABLE context AS
    SELECT encounter_id, version, any_value(entered_on) AS entered_on,
           md5(coalesce(string_agg(digest, ',' ORDER BY npi, day), '') || any_value(facts)) AS context
    FROM member JOIN patients_in USING (patient_id) LEFT JOIN same_day USING (patient_id, npi, day)
    GROUP BY encounter_id, version;
"""
DUE = """
CREATE TABLE due AS
    SELECT c.encounter_id, c.version, c.entered_on, c.context FROM context c
    LEFT JOIN results_in r ON r.encounter_id = c.encounter_id AND r.version = c.version
         AND r.edit_set = $edit_set AND r.context = c.context
    WHERE r.encounter_id IS NULL AND c.entered_on <= $through
"""
NEIGHBOURS = """
SELECT DISTINCT other.encounter_id FROM due
JOIN member mine USING (encounter_id)
JOIN member other ON other.patient_id = mine.patient_id AND other.npi = mine.npi AND other.day = mine.day
UNION SELECT encounter_id FROM due
"""


@dataclass(frozen=True)
class Scope:
    """Some patients: those whose id leaves `index` on division by `of`, or those named."""

    index: int = 0
    of: int = 1
    patients: tuple[int, ...] = ()

    def where(self, column: str) -> str:
        if self.patients:
            return f"{column} = ANY ('{{{','.join(str(int(patient)) for patient in self.patients)}}}'::bigint[])"
        return f"{column} % {int(self.of)} = {int(self.index)}" if self.of > 1 else "true"


@dataclass(frozen=True)
class Standing:
    """`due`: encounter_id, version, entered_on, context. `needed`: encounter_id of the due and their neighbours."""

    due: pa.Table
    needed: pa.Table


def standing(reader: Reader, scope: Scope, *, edit_set: str, through: date) -> Standing:
    """What of the scope belongs to `through` or earlier and has no result that counts."""
    versions = scope.where("v.patient_id")
    with duckdb.connect() as db:
        db.register("members_in", reader.fetch(MEMBERS.format(scope=versions)))
        db.register("patients_in", reader.fetch(PATIENTS.format(patients=scope.where("p.patient_id"))))
        db.register("results_in", reader.fetch(RESULTS.format(scope=versions)))
        db.execute(CONTEXT)
        db.execute(DUE, {"edit_set": edit_set, "through": through})
        return Standing(db.table("due").to_arrow_table(), db.sql(NEIGHBOURS).to_arrow_table())
