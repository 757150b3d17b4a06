"""What went to a partner and came back: numbers, interchanges, attempts, what was due, and what was seen."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from revcycle.foundation.store.tables.base import metadata, surrogate, words, written_by

control_number = Table(
    "control_number",
    metadata,
    Column("partner", Text, nullable=False, comment="'' for kinds that all partners share"),
    Column("kind", Text, nullable=False),
    Column("last_value", BigInteger, nullable=False),
    *written_by(),
    PrimaryKeyConstraint("partner", "kind"),
    CheckConstraint("kind IN ('isa13', 'gs06', 'bht03', 'claim')", name="kind"),
    comment="The highest number given out; raised and committed before anything is rendered, never lowered",
)

interchange = Table(
    "interchange",
    metadata,
    surrogate(),
    Column("partner", Text, nullable=False, comment="trading_partner.connection"),
    Column("isa13", BigInteger, nullable=False),
    Column("gs06", BigInteger, nullable=False),
    Column("bht03", Text, nullable=False),
    Column("usage", Text, nullable=False),
    Column("billing_npi", Text, nullable=False),
    Column("remote_name", Text, nullable=False),
    Column("sha256", Text, ForeignKey("archive_object.sha256"), nullable=False),
    Column("manifest_sha256", Text, ForeignKey("archive_object.sha256"), nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("claims", Integer, nullable=False),
    Column("amount_cents", BigInteger, nullable=False),
    Column("prepared_at", DateTime(timezone=True), nullable=False),
    Column("state", Text, nullable=False),
    Column("published_at", DateTime(timezone=True)),
    words("answered"),
    *written_by(),
    UniqueConstraint("partner", "isa13"),
    UniqueConstraint("partner", "gs06"),
    UniqueConstraint("bht03"),
    UniqueConstraint("partner", "remote_name"),
    CheckConstraint("usage IN ('T', 'P')", name="usage"),
    CheckConstraint("claims BETWEEN 1 AND 5000", name="claims"),
    CheckConstraint(
        "state IN ('prepared', 'uploading', 'uploaded', 'releasing', 'in_doubt', 'published')", name="state"
    ),
    CheckConstraint("answered IN ('', 'acknowledged', 'partly rejected', 'rejected')", name="answered"),
    comment="One 837 file: one group, one transaction set; answered is the fold of its TA1 and 999",
)
Index("ix_interchange_unpublished", interchange.c.id, postgresql_where=text("state <> 'published'"))

publish_attempt = Table(
    "publish_attempt",
    metadata,
    Column("interchange_id", BigInteger, ForeignKey("interchange.id"), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("found", Text, nullable=False, comment="the interchange's state when the attempt began"),
    Column("reached", Text, nullable=False, comment="its state when the attempt ended"),
    words("error_class"),
    *written_by(),
    PrimaryKeyConstraint("interchange_id", "attempt"),
    comment="What each attempt to publish reached; one that was killed left no row",
)

expected_answer = Table(
    "expected_answer",
    metadata,
    surrogate(),
    Column("subject_kind", Text, nullable=False),
    Column("subject_id", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("party", Text, nullable=False),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("met_by", BigInteger, comment="answer.id; 0: nothing is awaited any more"),
    Column("met_at", DateTime(timezone=True)),
    Column("alarmed_at", DateTime(timezone=True)),
    *written_by(in_bulk=True),
    UniqueConstraint("subject_kind", "subject_id", "kind", "party"),
    CheckConstraint("subject_kind IN ('interchange', 'submission')", name="subject_kind"),
    CheckConstraint("kind IN ('TA1', '999', '277CA', '835')", name="kind"),
    CheckConstraint("(met_by IS NULL) = (met_at IS NULL)", name="met"),
    comment="An answer that is owed, by whom, and by when",
)
Index("ix_expected_answer_open", expected_answer.c.due_at, postgresql_where=text("met_by IS NULL"))

remote_sighting = Table(
    "remote_sighting",
    metadata,
    surrogate(),
    Column("partner", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("mtime", BigInteger, nullable=False, comment="seconds since 1970, as the partner shows it"),
    Column("seen_at", DateTime(timezone=True), nullable=False),
    Column("file_id", BigInteger, ForeignKey("received_file.id"), comment="what was fetched of it"),
    Column("removed_at", DateTime(timezone=True), comment="when we removed it at the partner"),
    *written_by(),
    UniqueConstraint("partner", "path", "size", "mtime"),
    comment="What was seen in a mailbox, so that nothing is fetched twice and nothing half written",
)

received_transaction = Table(
    "received_transaction",
    metadata,
    Column("file_id", BigInteger, ForeignKey("received_file.id"), nullable=False),
    Column("st_index", Integer, nullable=False, comment="of the ST in the file, from 1; 0: TA1, which has no ST"),
    words("isa13"),
    words("gs06"),
    words("st02"),
    Column("kind", Text, nullable=False),
    Column("body_sha256", Text, nullable=False),
    Column("state", Text, nullable=False),
    *written_by(),
    PrimaryKeyConstraint("file_id", "st_index"),
    CheckConstraint("state IN ('applied', 'quarantined')", name="state"),
    comment="One transaction set of a received file; body_sha256 leaves out ST, SE, delimiters and line breaks",
)
Index("ix_received_transaction_body", received_transaction.c.body_sha256)

answer = Table(
    "answer",
    metadata,
    surrogate(),
    Column("file_id", BigInteger, ForeignKey("received_file.id"), nullable=False),
    Column("st_index", Integer, nullable=False),
    Column("position", Integer, nullable=False, comment="the segment in the file, from 1 at ISA"),
    Column("part", Integer, nullable=False, server_default="0", comment="of several statuses of one segment"),
    Column("kind", Text, nullable=False),
    Column("level", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("party", Text, nullable=False),
    words("party_id"),
    Column("at", DateTime(timezone=True), nullable=False, comment="the answering party's own time"),
    Column("interchange_id", BigInteger, ForeignKey("interchange.id")),
    Column("submission_id", BigInteger, ForeignKey("claim_submission.id")),
    Column("detail", JSONB, nullable=False, server_default=text("'{}'"), comment="codes and places, never a value"),
    *written_by(in_bulk=True),
    UniqueConstraint("file_id", "st_index", "position", "part"),
    CheckConstraint("kind IN ('TA1', '999', '277CA')", name="kind"),
    CheckConstraint("level IN ('interchange', 'group', 'set', 'batch', 'provider', 'claim', 'line')", name="level"),
    CheckConstraint("party IN ('clearinghouse', 'intermediary', 'payer')", name="party"),
    comment="What a partner or payer said, as read, and which interchange or submission it meant",
)
Index("ix_answer_interchange", answer.c.interchange_id)
Index("ix_answer_submission", answer.c.submission_id)

outage = Table(
    "outage",
    metadata,
    surrogate(),
    Column("payer", Text, nullable=False, comment="'' is every payer"),
    Column("partner", Text, nullable=False, server_default=text("''"), comment="'' is every partner"),
    Column("state", Text, nullable=False),
    Column("opened_at", DateTime(timezone=True), nullable=False),
    words("opened_by"),
    words("reason"),
    Column("closed_at", DateTime(timezone=True)),
    *written_by(),
    CheckConstraint("state IN ('suspected', 'open', 'probing', 'draining', 'closed')", name="state"),
    CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed_has_time"),
    comment="Sending stands still: all of it, or one payer's claims",
)
Index("uq_outage_open", outage.c.payer, outage.c.partner, unique=True, postgresql_where=text("closed_at IS NULL"))
