"""The practice database, one module a heading: runs, practice, encounters, files, work."""

from revcycle.foundation.store.tables.base import metadata
from revcycle.foundation.store.tables.encounters import (
    charge_line,
    diagnosis,
    encounter,
    encounter_version,
    finding,
    sweep_result,
)
from revcycle.foundation.store.tables.files import problem, quarantine, received_file
from revcycle.foundation.store.tables.practice import (
    billing_provider,
    code_release,
    coverage,
    facility,
    patient,
    patient_identity,
    payer,
    payer_rule,
    practice,
    provider,
    staff,
)
from revcycle.foundation.store.tables.runs import access_log, archive_object, run
from revcycle.foundation.store.tables.work import work_event, work_item

__all__ = [
    "access_log",
    "archive_object",
    "billing_provider",
    "charge_line",
    "code_release",
    "coverage",
    "diagnosis",
    "encounter",
    "encounter_version",
    "facility",
    "finding",
    "metadata",
    "patient",
    "patient_identity",
    "payer",
    "payer_rule",
    "practice",
    "problem",
    "provider",
    "quarantine",
    "received_file",
    "run",
    "staff",
    "sweep_result",
    "work_event",
    "work_item",
]
