"""Files that came in, and what in them could not be taken."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from revcycle.foundation.store.tables.base import metadata, surrogate, words, written_by

received_file = Table(
    "received_file",
    metadata,
    surrogate(),
    Column("partner", Text, nullable=False),
    Column("sha256", Text, ForeignKey("archive_object.sha256"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("first_name", Text, nullable=False),
    Column("state", Text, nullable=False, server_default="applied"),
    *written_by(),
    UniqueConstraint("partner", "sha256"),
    CheckConstraint("state IN ('registered', 'quarantined', 'applied')", name="state"),
    comment="One set of bytes from one partner (of an intake file: its source system), under the name it first had",
)

problem = Table(
    "problem",
    metadata,
    surrogate(),
    Column("file_id", BigInteger, ForeignKey("received_file.id"), nullable=False),
    Column("st_index", Integer, nullable=False, server_default="0"),
    Column("position", Integer, nullable=False),
    Column("code", Text, nullable=False),
    words("field"),
    words("expected"),
    words("found"),
    words("reason"),
    words("subject_kind"),
    words("subject"),
    *written_by(),
    UniqueConstraint("file_id", "st_index", "position", "code"),
    comment="What could not be read. position: the row (the header being 1) or the segment; code: the class of the "
    "value after the name of its field, as units.number, because one row may have the same in two fields. Holds PHI",
)

quarantine = Table(
    "quarantine",
    metadata,
    surrogate(),
    Column("source_system", Text, nullable=False),
    Column("subject_kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("file_id", BigInteger, ForeignKey("received_file.id"), nullable=False),
    Column("cleared_at", DateTime(timezone=True)),
    *written_by(),
    CheckConstraint("subject_kind IN ('patient', 'coverage', 'encounter')", name="subject_kind"),
    comment="The newest delivery of a patient, coverage or encounter could not be read; an earlier version is held",
)
Index(
    "uq_quarantine_open",
    quarantine.c.source_system,
    quarantine.c.subject_kind,
    quarantine.c.subject,
    unique=True,
    postgresql_where=text("cleared_at IS NULL"),
)
