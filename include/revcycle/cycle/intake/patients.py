"""Patients: one row each; a change is a new version under the same surrogate."""

from datetime import date

from sqlalchemy import Connection

from revcycle.cycle.intake.compared import codes, repeated
from revcycle.cycle.intake.counts import IntakeCounts
from revcycle.cycle.intake.files import PATIENTS
from revcycle.cycle.intake.reading import Delivery
from revcycle.cycle.intake.register import Receipt
from revcycle.cycle.intake.versions import Versioning, bring_in

_CONTENT = tuple(name for name in PATIENTS.names if name != "patient_id")
_DELIVERED = ", ".join(f"d.{name}" for name in _CONTENT)
_CURRENT = ", ".join(f"p.{name}" for name in _CONTENT)

_STAGE = f"""
    CREATE TEMP TABLE delivered_patient ON COMMIT DROP AS
    SELECT source_patient_id, {", ".join(_CONTENT)} FROM patient LIMIT 0
"""
_PLACE = f"""
    CREATE TEMP TABLE placed_patient ON COMMIT DROP AS
    SELECT d.*, p.id AS current_id, p.patient_id, p.version,
           ({_DELIVERED}) IS NOT DISTINCT FROM ({_CURRENT}) AS same
    FROM delivered_patient AS d
    LEFT JOIN patient AS p ON p.source_system = :source AND p.source_patient_id = d.source_patient_id
                          AND p.superseded_at IS NULL
"""
_TALLY = """
    SELECT count(*) FILTER (WHERE current_id IS NULL), count(*) FILTER (WHERE current_id IS NOT NULL AND NOT same),
           count(*) FILTER (WHERE current_id IS NOT NULL AND same)
    FROM placed_patient
"""
_SUPERSEDE = """
    UPDATE patient SET superseded_at = :now FROM placed_patient AS placed
    WHERE patient.id = placed.current_id AND NOT placed.same
"""
_INSERT = f"""
    WITH fresh AS (
        SELECT *, coalesce(patient_id, nextval('patient_ids')) AS identity
        FROM (SELECT * FROM placed_patient WHERE current_id IS NULL OR NOT same ORDER BY source_patient_id) AS placed
    ), identified AS (
        INSERT INTO patient_identity (id, run_id) SELECT identity, :run_id FROM fresh WHERE patient_id IS NULL
    )
    INSERT INTO patient (patient_id, source_system, source_patient_id, version, run_id, {", ".join(_CONTENT)})
    SELECT identity, :source, source_patient_id, coalesce(version, 0) + 1, :run_id, {", ".join(_CONTENT)} FROM fresh
"""


def check(delivery: Delivery, _intake_day: date) -> None:
    """A patient stands once in a file."""
    ids = codes(delivery.rows["patient_id"])
    delivery.refuse(repeated(delivery, ids, "patient_id", "this patient"))


def refuse_unlisted(_connection: Connection, _delivery: Delivery, _source: str) -> None:
    """A patient refers to nothing else."""


VERSIONING = Versioning(
    "patient",
    ("source_patient_id", *_CONTENT),
    stage=_STAGE,
    place=_PLACE,
    tally=_TALLY,
    supersede=_SUPERSEDE,
    insert=_INSERT,
)


def write(connection: Connection, delivery: Delivery, receipt: Receipt) -> IntakeCounts:
    """Bring the patients in; equal ones write nothing."""
    return IntakeCounts(patients=bring_in(connection, delivery, receipt, VERSIONING))
