"""What is billed and sent: a claim, each transmission of it, why it waits, and what is known of it at the payer."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from revcycle.foundation.store.tables.base import metadata, surrogate, words, written_by

claim = Table(
    "claim",
    metadata,
    surrogate(),
    Column("claim_number", Text, nullable=False),
    Column("encounter_id", BigInteger, ForeignKey("encounter.id"), nullable=False),
    Column("responsibility", Text, nullable=False),
    Column("split", Integer, nullable=False, server_default="1", comment="1 unless the encounter has over 50 lines"),
    Column("payer", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column(
        "is_void",
        Boolean,
        Computed("state = 'void'", persisted=True),
        nullable=False,
        comment="for the index, which no other change of state concerns",
    ),
    Column("prior_claim", BigInteger, ForeignKey("claim.id"), comment="the claim of the payer before this one"),
    Column("next_frequency", Text, nullable=False, server_default="1", comment="of its next submission"),
    words("payer_claim_number"),
    *written_by(in_bulk=True),
    UniqueConstraint("claim_number"),
    CheckConstraint("responsibility IN ('P', 'S', 'T')", name="responsibility"),
    CheckConstraint("split >= 1", name="split"),
    CheckConstraint("state IN ('open', 'submitted', 'adjudicated', 'closed', 'void')", name="state"),
    CheckConstraint("(responsibility = 'P') = (prior_claim IS NULL)", name="prior_claim"),
    CheckConstraint(
        "next_frequency = '1' OR next_frequency IN ('7', '8') AND payer_claim_number <> ''", name="next_frequency"
    ),
    comment="One bill of one encounter to one payer in one place of the payer order",
    # Claims change their state by the thousand. With room in its page, and no index on what changes, a row is written
    # anew without touching an index.
    postgresql_with={"fillfactor": 50},
)
Index(
    "uq_claim_of_encounter",
    claim.c.encounter_id,
    claim.c.responsibility,
    claim.c.split,
    unique=True,
    postgresql_where=text("NOT is_void"),
)
Index("ix_claim_prior", claim.c.prior_claim, postgresql_where=text("prior_claim IS NOT NULL"))

claim_submission = Table(
    "claim_submission",
    metadata,
    surrogate(),
    Column("claim_id", BigInteger, ForeignKey("claim.id"), nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("encounter_id", BigInteger, nullable=False),
    Column("version", Integer, nullable=False, comment="of the encounter, as sent"),
    Column("patient_row", BigInteger, nullable=False, comment="patient.id: the version of the patient as sent"),
    Column("coverage_row", BigInteger, nullable=False, comment="coverage.id: the version of the coverage as sent"),
    Column("patient_control_number", Text, nullable=False),
    Column("frequency", Text, nullable=False),
    words("payer_claim_number"),
    Column("transport", Text, nullable=False, server_default="electronic"),
    Column("amount_cents", BigInteger, nullable=False, comment="the sum of its lines"),
    # Without a foreign key: the interchange's row is of the same transaction, which looks it up once for all of
    # them; a check for each took a seventh of the batch's work in the database.
    Column("interchange_id", BigInteger, comment="interchange.id"),
    Column("position", Integer, comment="of its CLM in the interchange, from 1"),
    Column("closed_at", DateTime(timezone=True)),
    words("closed_because"),
    *written_by(in_bulk=True),
    UniqueConstraint("claim_id", "ordinal"),
    UniqueConstraint("patient_control_number"),
    UniqueConstraint("interchange_id", "position"),
    CheckConstraint("ordinal >= 1", name="ordinal"),
    CheckConstraint("length(patient_control_number) BETWEEN 1 AND 17", name="patient_control_number"),
    CheckConstraint("frequency IN ('1', '7', '8')", name="frequency"),
    CheckConstraint("frequency = '1' OR payer_claim_number <> ''", name="correction_names_its_claim"),
    CheckConstraint("transport IN ('electronic', 'paper', 'crossover')", name="transport"),
    CheckConstraint("(interchange_id IS NULL) = (position IS NULL)", name="place"),
    comment="One transmission of a claim, frozen; a correction is a new one",
)
Index("uq_claim_submission_live", claim_submission.c.claim_id, unique=True, postgresql_where=text("closed_at IS NULL"))
Index(
    "ix_claim_submission_waiting",
    claim_submission.c.id,
    postgresql_where=text("interchange_id IS NULL AND closed_at IS NULL"),
)

submission_line = Table(
    "submission_line",
    metadata,
    Column("submission_id", BigInteger, nullable=False),
    Column("line", Integer, nullable=False, comment="LX01, from 1"),
    Column("line_control_number", Text, nullable=False),
    Column("charge_line", Integer, nullable=False, comment="the line of the encounter version"),
    Column("procedure", Text, nullable=False),
    words("modifiers"),
    Column("units", Numeric(12, 3), nullable=False),
    Column("charge_cents", BigInteger, nullable=False),
    *written_by(in_bulk=True),
    PrimaryKeyConstraint("submission_id", "line"),
    UniqueConstraint("line_control_number"),
    comment="A service line as sent; the line control number comes back in the remittance",
)

claim_hold = Table(
    "claim_hold",
    metadata,
    surrogate(),
    Column("claim_id", BigInteger, ForeignKey("claim.id"), nullable=False),
    Column("cause", Text, nullable=False),
    Column("cause_id", BigInteger, nullable=False, server_default="0"),
    words("reason"),
    Column("detail", JSONB, nullable=False, server_default=text("'{}'"), comment="names of fields, never their values"),
    Column("released_at", DateTime(timezone=True)),
    words("released_by"),
    *written_by(in_bulk=True),
    CheckConstraint(
        "cause IN ('finding', 'filing', 'content', 'rejection', 'amendment', 'outage', 'enrollment', 'coverage', "
        "'manual')",
        name="cause",
    ),
    comment="Why a claim is not sent; it goes when its last hold is released",
)
Index(
    "uq_claim_hold_open",
    claim_hold.c.claim_id,
    claim_hold.c.cause,
    claim_hold.c.cause_id,
    unique=True,
    postgresql_where=text("released_at IS NULL"),
)
Index("ix_claim_hold_claim", claim_hold.c.claim_id)

claim_event = Table(
    "claim_event",
    metadata,
    surrogate(),
    Column("claim_id", BigInteger, ForeignKey("claim.id"), nullable=False),
    Column("submission_id", BigInteger, ForeignKey("claim_submission.id")),
    Column("source_kind", Text, nullable=False, comment="answer, person, run; later remittance"),
    Column("source_id", BigInteger, nullable=False, comment="answer.id, action.id, run.id"),
    Column("kind", Text, nullable=False),
    words("party"),
    Column("at", DateTime(timezone=True), nullable=False, comment="the party's own time where it names one"),
    Column("detail", JSONB, nullable=False, server_default=text("'{}'"), comment="codes and places, never a value"),
    *written_by(in_bulk=True),
    UniqueConstraint("claim_id", "source_kind", "source_id", "kind"),
    comment="What is known of a claim, as evidence: it may come late, twice, or in any order",
)
Index("ix_claim_event_submission", claim_event.c.submission_id)

payer_opinion = Table(
    "payer_opinion",
    metadata,
    Column("submission_id", BigInteger, ForeignKey("claim_submission.id"), primary_key=True),
    Column("verdict", Text, nullable=False),
    Column("party", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    words("payer_claim_number"),
    Column("received_on", DateTime(timezone=True), comment="the payer's receipt: proof of filing"),
    Column("event_id", BigInteger, nullable=False),
    *written_by(in_bulk=True),
    CheckConstraint("verdict IN ('received', 'accepted', 'rejected')", name="verdict"),
    comment="The fold of a submission's evidence; rebuilt from claim_event",
)
