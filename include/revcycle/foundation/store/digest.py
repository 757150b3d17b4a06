"""One sha256 over the business facts: two states with equal digests are the same practice in the same condition.

A fact is a current row without what is ours alone; every "same state" promise is tested with it. A column is in a fact
unless it is named here as left out, with the reason.
"""

import hashlib
from typing import Any

from sqlalchemy import ColumnElement, Engine, FromClause, Select, Table, and_, select

from revcycle.foundation.store import tables as t

# Surrogate keys, runs and instants of writing, and how many versions came before.
OURS = frozenset({"id", "run_id", "recorded_at", "version", "superseded_at"})
LEFT_OUT = {
    # How the practice came to stand as it does: runs, files and what could not be read in them, looks, steps of work.
    "run": "dag_id airflow_run_id step shard business_date as_of who",
    "archive_object": "sha256 bytes location encryption_key_id",
    "access_log": "at who what patient_id origin",
    "received_file": "partner sha256 kind first_name",
    "problem": "file_id st_index position code field expected found reason subject_kind subject",
    "work_event": "item_id ordinal at who what why",
    # Code sets are no property of the practice; a finding names the release it was made by.
    "code_release": "source setting release_version sha256 valid_from valid_to rows state",
    # A projection, with digests over surrogate keys; what it came to is in the findings.
    "sweep_result": "encounter_id edit_set context as_of worst_severity not_evaluated",
    # content_sha256 of their version is taken over all of it.
    "charge_line": "encounter_id line patient_id rendering_npi date_from date_to place_of_service procedure modifiers "
    "pointers units unit_basis charge_cents prior_authorization taxonomy referring_npi supervising_npi ordering_npi "
    "facility_npi note ndc ndc_units ndc_unit",
    "diagnosis": "encounter_id position code",
    # Surrogate keys, instants, and columns by which a row is known to be current.
    "patient": "patient_id",
    "coverage": "patient_id",
    "encounter": "current_version",
    "encounter_version": "encounter_id patient_id file_id",
    "quarantine": "file_id cleared_at",
    "finding": "encounter_id overridden_at",
    # The same, and who has the item and how far it is, which people choose.
    "work_item": "cause_id previous_item closed_at owner state",
}


def business_columns(table: Table) -> list[ColumnElement[Any]]:
    """What a fact says of a row of this table."""
    left_out = OURS | set(LEFT_OUT.get(table.name, "").split())
    return [column for column in table.columns if column.name not in left_out]


def _current(table: Table) -> Select[Any]:
    return select(*business_columns(table)).where(table.c.superseded_at.is_(None))


def _of_patient(table: Table, joined: FromClause) -> FromClause:
    return joined.join(
        t.patient, and_(t.patient.c.patient_id == table.c.patient_id, t.patient.c.superseded_at.is_(None))
    )


_PATIENT = (t.patient.c.source_system, t.patient.c.source_patient_id)
_ENCOUNTER = (t.encounter.c.source_system, t.encounter.c.source_encounter_id)
_VERSION, _FINDING = t.encounter_version, t.finding

FACTS: dict[str, Select[Any]] = {
    table.name: _current(table)
    for table in (t.practice, t.billing_provider, t.provider, t.facility, t.payer, t.payer_rule, t.staff, t.patient)
} | {
    "coverage": _current(t.coverage).add_columns(*_PATIENT).select_from(_of_patient(t.coverage, t.coverage)),
    "encounter": select(*_ENCOUNTER, t.encounter.c.cancelled_at.is_not(None), *_PATIENT, *business_columns(_VERSION))
    .select_from(_of_patient(_VERSION, t.encounter.join(_VERSION, _VERSION.c.encounter_id == t.encounter.c.id)))
    .where(_VERSION.c.version == t.encounter.c.current_version),
    "quarantine": select(*business_columns(t.quarantine)).where(t.quarantine.c.cleared_at.is_(None)),
    "finding": select(*_ENCOUNTER, *business_columns(_FINDING))
    .join_from(_FINDING, t.encounter, _FINDING.c.encounter_id == t.encounter.c.id)
    .where(_FINDING.c.version == t.encounter.c.current_version, _FINDING.c.state != "fixed"),
    "work_item": select(*_ENCOUNTER, *business_columns(t.work_item))
    .join_from(t.work_item, t.encounter, t.work_item.c.cause_id == t.encounter.c.id)
    .where(t.work_item.c.closed_at.is_(None)),
}


def digests(engine: Engine) -> dict[str, str]:
    """One sha256 for each kind of fact."""
    with engine.connect() as connection:
        return {
            kind: _digest(sorted(repr(tuple(row)) for row in connection.execute(facts)))
            for kind, facts in FACTS.items()
        }


def digest(engine: Engine) -> str:
    """One sha256 over all of them."""
    return _digest([f"{kind} {value}" for kind, value in digests(engine).items()])


def _digest(lines: list[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
