"""Encounter versions of the database as the lines and diagnoses that `judge` reads."""

from dataclasses import dataclass
from datetime import date

import duckdb
import pyarrow as pa

from revcycle.cycle.edits.edit_set import EditSet
from revcycle.cycle.edits.judge import Judgement, judge
from revcycle.foundation.store.bulk import Reader

LINES = """
SELECT l.encounter_id, e.source_encounter_id, e.source_system, l.line::bigint AS line, l.patient_id,
       l.rendering_npi AS npi, p.birth_date, coalesce(c.payer, '') AS payer, l.date_from, l.date_to,
       l.place_of_service AS place, l.procedure, l.modifiers, l.pointers, l.units::float8 AS units, v.entered_on,
       l.referring_npi, l.supervising_npi, l.ordering_npi, l.facility_npi
FROM needed n
JOIN encounter e ON e.id = n.encounter_id
JOIN encounter_version v ON v.encounter_id = e.id AND v.version = e.current_version AND v.status = ''
JOIN charge_line l ON l.encounter_id = e.id AND l.version = e.current_version
LEFT JOIN patient p ON p.patient_id = l.patient_id AND p.superseded_at IS NULL
LEFT JOIN coverage c ON c.patient_id = l.patient_id AND c.responsibility = 'P' AND c.superseded_at IS NULL
     AND l.date_from BETWEEN c.valid_from AND coalesce(c.valid_to, 'infinity')
"""
DIAGNOSES = """
SELECT d.encounter_id, d.position::bigint AS position, d.code
FROM needed n
JOIN encounter e ON e.id = n.encounter_id
JOIN encounter_version v ON v.encounter_id = e.id AND v.version = e.current_version AND v.status = ''
JOIN diagnosis d ON d.encounter_id = e.id AND d.version = e.current_version
"""
# Claims are numbered in the order of their text, so that "the first in order of claim" holds for numbers too.
CLAIM = """
CREATE TABLE claim AS
    SELECT encounter_id, any_value(source_encounter_id) AS name,
           row_number() OVER (ORDER BY any_value(source_encounter_id), any_value(source_system)) AS claim
    FROM lines_read GROUP BY encounter_id
"""
LINES_IN = """
SELECT claim, line, patient_id AS patient, npi, birth_date, payer, date_from, date_to, place, procedure,
       list_filter(string_split(modifiers, ';'), lambda m: m <> '') AS modifiers, units,
       list_filter(string_split(pointers, ';'), lambda p: p <> '')::BIGINT[] AS pointers,
       coalesce($as_of, entered_on + 1) AS today
FROM lines_read JOIN claim USING (encounter_id)
"""
DIAGNOSES_IN = "SELECT claim, position, code FROM diagnoses_read JOIN claim USING (encounter_id)"
UNLISTED = """
SELECT DISTINCT claim, line, npi FROM (
    SELECT encounter_id, line, unnest([npi, referring_npi, supervising_npi, ordering_npi, facility_npi]) AS npi
    FROM lines_read)
JOIN claim USING (encounter_id)
WHERE npi <> '' AND npi NOT IN (SELECT npi FROM listed)
"""


@dataclass(frozen=True)
class Judged:
    """A judgement with the encounters its claim numbers stand for: claim, encounter_id, name."""

    judgement: Judgement
    claims: pa.Table


def judge_encounters(reader: Reader, needed: pa.Table, edits: EditSet, *, as_of: date | None = None) -> Judged:
    """Judge the current versions of the encounters `needed` (encounter_id), each as of the day after its `entered_on`.

    `as_of` judges all of them as of one day instead.
    """
    reader.stage("needed", needed)
    with duckdb.connect() as db:
        db.register("lines_read", reader.fetch(LINES))
        db.register("diagnoses_read", reader.fetch(DIAGNOSES))
        db.register("listed", pa.table({"npi": pa.array(sorted(edits.listed), pa.string())}))
        db.execute(CLAIM)
        lines = db.execute(LINES_IN, {"as_of": as_of}).to_arrow_table()
        diagnoses = db.sql(DIAGNOSES_IN).to_arrow_table()
        unlisted = db.sql(UNLISTED).to_arrow_table()
        claims = db.sql("SELECT claim, encounter_id, name FROM claim ORDER BY claim").to_arrow_table()
    judgement = judge(
        lines,
        diagnoses,
        releases=edits.releases,
        archive=edits.archive,
        limits=edits.limits,
        spill=edits.spill,
        unlisted=unlisted,
    )
    return Judged(judgement, claims)
