"""Encounters of a snapshot as the lines and diagnoses that `judge` reads."""

from dataclasses import dataclass
from datetime import date

import duckdb
import pyarrow as pa

from revcycle.cycle.edits.edit_set import EditSet
from revcycle.cycle.edits.judge import FINDINGS, Judgement, judge

# Claims are numbered in the order of their text, so that "the first in order of claim" holds for numbers too.
CLAIM = """
CREATE TABLE claim AS
    SELECT encounter_id, name, entered_on, row_number() OVER (ORDER BY name, source_system) AS claim
    FROM encounter SEMI JOIN needed USING (encounter_id) WHERE status = '';
CREATE TABLE modifier_list AS
    SELECT modifiers, list_filter(string_split(modifiers, ';'), lambda m: m <> '') AS list
    FROM (SELECT DISTINCT modifiers FROM current_line);
CREATE TABLE pointer_list AS
    SELECT pointers, list_filter(string_split(pointers, ';'), lambda p: p <> '')::BIGINT[] AS list
    FROM (SELECT DISTINCT pointers FROM current_line);
CREATE VIEW diagnoses_in AS
    SELECT claim, position::BIGINT AS position, code FROM current_diagnosis JOIN claim USING (encounter_id);
CREATE TABLE unlisted AS
    SELECT DISTINCT claim, line::BIGINT AS line, npi FROM (
        SELECT encounter_id, line, unnest([npi, referring_npi, supervising_npi, ordering_npi, facility_npi]) AS npi
        FROM current_line
        WHERE npi NOT IN (FROM listed) OR referring_npi NOT IN (FROM listed) OR supervising_npi NOT IN (FROM listed)
           OR ordering_npi NOT IN (FROM listed) OR facility_npi NOT IN (FROM listed))
    JOIN claim USING (encounter_id) WHERE npi NOT IN (FROM listed);
"""
LINES = """
CREATE TABLE lines_in AS
    SELECT claim, line::BIGINT AS line, patient_id AS patient, npi, birth_date, coalesce(payer, '') AS payer,
           day AS date_from, date_to, place, procedure, modifier_list.list AS modifiers, units,
           pointer_list.list AS pointers, coalesce($as_of, entered_on + 1) AS today
    FROM current_line JOIN claim USING (encounter_id)
    JOIN modifier_list USING (modifiers) JOIN pointer_list USING (pointers)
    LEFT JOIN patient USING (patient_id)
    LEFT JOIN coverage ON coverage.patient_id = current_line.patient_id AND day BETWEEN first AND last
"""


@dataclass(frozen=True)
class Judged:
    """A judgement with the encounters its claim numbers stand for: `claims` (claim, encounter_id, name)."""

    judgement: Judgement
    claims: pa.Table


def judge_needed(db: duckdb.DuckDBPyConnection, edits: EditSet, *, as_of: date | None = None) -> Judged:
    """Judge the encounters in `needed` of a snapshot, each as of the day after its `entered_on`.

    `as_of` judges all of them as of one day instead.
    """
    db.register("listed", pa.table({"npi": pa.array(["", *sorted(edits.listed)], pa.string())}))
    db.execute(CLAIM)
    db.execute(LINES, {"as_of": as_of})
    silent = judge(db, releases=edits.releases, archive=edits.archive, limits=edits.limits)
    claims = db.sql("SELECT claim, encounter_id, name FROM claim ORDER BY claim").to_arrow_table()
    return Judged(Judgement(db.sql(FINDINGS).to_arrow_table(), silent), claims)
