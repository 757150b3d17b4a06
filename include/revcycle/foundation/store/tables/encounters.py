"""Coded encounters as delivered, and what the sweep says about each version of them."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from revcycle.foundation.store.tables.base import metadata, of_run, surrogate, words, written_by


def of_version() -> list[Column[int]]:
    """The encounter version a row belongs to. Rows of one version are written by one transaction from one frame."""
    return [Column("encounter_id", BigInteger, nullable=False), Column("version", Integer, nullable=False)]


encounter = Table(
    "encounter",
    metadata,
    surrogate(),
    Column("source_system", Text, nullable=False),
    Column("source_encounter_id", Text, nullable=False),
    Column("current_version", Integer, nullable=False),
    Column("cancelled_at", DateTime(timezone=True)),
    *written_by(in_bulk=True),
    UniqueConstraint("source_system", "source_encounter_id"),
    CheckConstraint("source_encounter_id <> ''", name="has_source_id"),
    comment="One visit as coded; its content is in its versions",
)

encounter_version = Table(
    "encounter_version",
    metadata,
    *of_version(),
    Column("content_sha256", Text, nullable=False),
    Column("patient_id", BigInteger, ForeignKey("patient_identity.id"), nullable=False),
    Column("billing_npi", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("entered_on", Date, nullable=False),
    Column("charge_cents", BigInteger, nullable=False),
    words("referral_number"),
    words("clia_number"),
    words("accident_cause"),
    Column("accident_date", Date),
    words("accident_state"),
    Column("onset_date", Date),
    Column("admission_date", Date),
    Column("file_id", BigInteger, ForeignKey("received_file.id")),
    *written_by(in_bulk=True),
    PrimaryKeyConstraint("encounter_id", "version"),
    CheckConstraint("version >= 1", name="version"),
    CheckConstraint("status IN ('', 'cancelled')", name="status"),
    comment="A delivery of an encounter that differs from the one before; entered_on is its business date",
)
Index("ix_encounter_version_entered_on", encounter_version.c.entered_on)
Index("ix_encounter_version_patient", encounter_version.c.patient_id)

charge_line = Table(
    "charge_line",
    metadata,
    *of_version(),
    Column("line", Integer, nullable=False),
    Column("patient_id", BigInteger, nullable=False, comment="as in the version: a same-day group is found by it"),
    words("rendering_npi"),
    Column("date_from", Date, nullable=False),
    Column("date_to", Date),
    Column("place_of_service", Text, nullable=False),
    Column("procedure", Text, nullable=False),
    words("modifiers"),
    words("pointers"),
    Column("units", Numeric(12, 3), nullable=False),
    Column("unit_basis", Text, nullable=False, server_default="UN"),
    Column("charge_cents", BigInteger, nullable=False),
    words("prior_authorization"),
    words("taxonomy"),
    words("referring_npi"),
    words("supervising_npi"),
    words("ordering_npi"),
    words("facility_npi"),
    words("note"),
    words("ndc"),
    Column("ndc_units", Numeric(12, 3)),
    words("ndc_unit"),
    of_run(in_bulk=True),
    PrimaryKeyConstraint("encounter_id", "version", "line"),
    CheckConstraint("line >= 1", name="line"),
    CheckConstraint("unit_basis IN ('UN', 'MJ')", name="unit_basis"),
    comment="A procedure as billed; modifiers and pointers in order, separated by ';'",
)
Index("ix_charge_line_same_day", charge_line.c.patient_id, charge_line.c.rendering_npi, charge_line.c.date_from)

diagnosis = Table(
    "diagnosis",
    metadata,
    *of_version(),
    Column("position", Integer, nullable=False),
    Column("code", Text, nullable=False),
    of_run(in_bulk=True),
    PrimaryKeyConstraint("encounter_id", "version", "position"),
    comment="ICD-10-CM codes in order, upper case, without the dot; the same twice is a finding, not a failed load",
)

sweep_result = Table(
    "sweep_result",
    metadata,
    *of_version(),
    Column("edit_set", Uuid, nullable=False),
    Column("context", BigInteger, nullable=False),
    Column("as_of", Date, nullable=False),
    words("worst_severity"),
    Column("not_evaluated", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    *written_by(in_bulk=True),
    PrimaryKeyConstraint("encounter_id", "version"),
    comment="A version was judged; it counts only while edit_set and context are the current ones",
)

finding = Table(
    "finding",
    metadata,
    surrogate(),
    *of_version(),
    Column("rule", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("lines", ARRAY(Integer), nullable=False),
    Column("codes", ARRAY(Text), nullable=False),
    Column("details", ARRAY(Text), nullable=False),
    Column("others", JSONB, nullable=False, server_default=text("'[]'")),
    Column("others_count", BigInteger, nullable=False, server_default="0"),
    words("release"),
    Column("state", Text, nullable=False),
    words("overridden_by"),
    words("override_reason"),
    Column("overridden_at", DateTime(timezone=True)),
    *written_by(in_bulk=True),
    UniqueConstraint("encounter_id", "version", "rule", "fingerprint"),
    CheckConstraint("severity IN ('block', 'review', 'info')", name="severity"),
    CheckConstraint("state IN ('open', 'fixed', 'overridden')", name="state"),
    CheckConstraint(
        "state <> 'overridden' OR (overridden_by <> '' AND override_reason <> '')", name="override_is_explained"
    ),
    comment="What the sweep says about one encounter version; overridden ones are kept for the auditor, a fixed "
    "one with its person and reason: the override holds again when its cause returns to the same version",
)
