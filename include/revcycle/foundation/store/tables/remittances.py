"""What payers say they paid: each payment once, its claims and services as read, and what became of them."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
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

from revcycle.foundation.store.tables.base import metadata, of_run, surrogate, words, written_by


def of_claim() -> list[Column[int]]:
    """The remittance and its claim a row belongs to; rows of one remittance are written by one transaction."""
    return [
        Column("remittance_id", BigInteger, nullable=False),
        Column("claim_position", Integer, nullable=False, comment="of the CLP in its set, from 1"),
    ]


def of_segment() -> Column[int]:
    """Which segment of the file said it, from 1 at ISA."""
    return Column("segment", BigInteger, nullable=False)


remittance = Table(
    "remittance",
    metadata,
    surrogate(),
    Column("payer_trn03", Text, nullable=False),
    Column("trn02", Text, nullable=False),
    Column("amount_cents", BigInteger, nullable=False, comment="BPR02, negative for a debit"),
    Column("payment_date", Date, comment="BPR16"),
    Column("payee", Text, nullable=False, comment="tax id of the billing provider, whatever N103 says"),
    words("discriminator"),
    Column("state", Text, nullable=False),
    Column("posting", Integer, nullable=False, server_default="0", comment="how often it was posted"),
    words("payer"),
    words("billing_npi"),
    words("handling"),
    words("method"),
    Column("effective_date", Date, nullable=False, comment="BPR16, else DTM*405, else GS04"),
    Column("accounting_date", Date),
    Column("claims", Integer, nullable=False),
    Column("services", Integer, nullable=False),
    Column("paid_cents", BigInteger, nullable=False),
    Column("adjusted_cents", BigInteger, nullable=False),
    Column("patient_cents", BigInteger, nullable=False),
    Column("provider_adjustment_cents", BigInteger, nullable=False),
    Column("file_id", BigInteger, ForeignKey("received_file.id"), nullable=False),
    Column("st_index", Integer, nullable=False),
    Column("body_sha256", Text, nullable=False),
    *written_by(),
    CheckConstraint(
        "state IN ('received', 'quarantined', 'notification', 'posted', 'partly_matched', 'superseded', 'rejected', "
        "'reversed')",
        name="state",
    ),
    CheckConstraint("(discriminator = '') = (amount_cents <> 0)", name="discriminator"),
    comment="One payment or notice of one payer to one payee, under whatever names and numbers it was delivered",
)
Index(
    "uq_remittance_identity",
    remittance.c.payer_trn03,
    remittance.c.trn02,
    remittance.c.amount_cents,
    remittance.c.payment_date,
    remittance.c.payee,
    remittance.c.discriminator,
    unique=True,
    postgresql_where=text("state <> 'superseded'"),
    postgresql_nulls_not_distinct=True,
)

remittance_sighting = Table(
    "remittance_sighting",
    metadata,
    Column("file_id", BigInteger, ForeignKey("received_file.id"), nullable=False),
    Column("st_index", Integer, nullable=False),
    Column("remittance_id", BigInteger, ForeignKey("remittance.id"), nullable=False),
    Column("verdict", Text, nullable=False),
    Column("body_sha256", Text, nullable=False),
    *written_by(),
    PrimaryKeyConstraint("file_id", "st_index"),
    CheckConstraint("verdict IN ('first', 'duplicate', 'conflict')", name="verdict"),
    comment="Each time a payment was delivered: first, the same body again, or the same identity with another body",
)
Index("ix_remittance_sighting_remittance", remittance_sighting.c.remittance_id)

remittance_claim = Table(
    "remittance_claim",
    metadata,
    surrogate(),
    Column("remittance_id", BigInteger, nullable=False),
    Column("position", Integer, nullable=False),
    of_segment(),
    Column("patient_control_number", Text, nullable=False),
    Column("status", Text, nullable=False, comment="CLP02"),
    Column("charge_cents", BigInteger, nullable=False),
    Column("paid_cents", BigInteger, nullable=False),
    Column("patient_cents", BigInteger, comment="CLP05, a summary: never posted"),
    words("filing_indicator"),
    words("payer_claim_number"),
    words("facility_type"),
    words("frequency"),
    words("drg"),
    words("drg_weight"),
    words("discharge_fraction"),
    words("member_id"),
    Column("statement_from", Date),
    Column("statement_to", Date),
    Column("received_on", Date),
    of_run(in_bulk=True),
    UniqueConstraint("remittance_id", "position"),
    comment="A CLP as read",
)
Index("ix_remittance_claim_number", remittance_claim.c.patient_control_number)

remittance_service = Table(
    "remittance_service",
    metadata,
    *of_claim(),
    Column("position", Integer, nullable=False),
    of_segment(),
    words("qualifier"),
    words("procedure"),
    words("modifiers"),
    words("submitted_procedure"),
    words("submitted_modifiers"),
    words("revenue_code"),
    Column("charge_cents", BigInteger, nullable=False),
    Column("paid_cents", BigInteger, nullable=False),
    Column("units_thousandths", BigInteger),
    Column("submitted_units_thousandths", BigInteger),
    words("line_control_number"),
    Column("date_from", Date),
    Column("date_to", Date),
    of_run(in_bulk=True),
    PrimaryKeyConstraint("remittance_id", "claim_position", "position"),
    comment="An SVC as read; submitted_procedure is what was billed where the payer paid another",
)

remittance_adjustment = Table(
    "remittance_adjustment",
    metadata,
    *of_claim(),
    Column("service_position", Integer, nullable=False, comment="0: of the claim"),
    Column("ordinal", Integer, nullable=False, comment="within its claim or service, over all groups"),
    of_segment(),
    Column("group_code", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("amount_cents", BigInteger, nullable=False),
    Column("quantity_thousandths", BigInteger),
    Column("treatment", Text, nullable=False),
    words("treatment_reason"),
    of_run(in_bulk=True),
    PrimaryKeyConstraint("remittance_id", "claim_position", "service_position", "ordinal"),
    CheckConstraint("treatment IN ('posted', 'memo', 'denied', 'waiting')", name="treatment"),
    comment="One reason and amount of a CAS, and whether it moved money: posted, memo, denied or waiting",
)

provider_adjustment = Table(
    "provider_adjustment",
    metadata,
    Column("remittance_id", BigInteger, nullable=False),
    Column("ordinal", Integer, nullable=False),
    of_segment(),
    words("provider"),
    Column("fiscal_period_end", Date),
    Column("reason", Text, nullable=False),
    words("reference"),
    Column("amount_cents", BigInteger, nullable=False, comment="positive lowers the payment"),
    of_run(in_bulk=True),
    PrimaryKeyConstraint("remittance_id", "ordinal"),
    comment="One reason and amount of a PLB: it belongs to no claim",
)

remittance_detail = Table(
    "remittance_detail",
    metadata,
    *of_claim(),
    Column("service_position", Integer, nullable=False),
    Column("ordinal", Integer, nullable=False),
    of_segment(),
    Column("segment_id", Text, nullable=False),
    Column("elements", Text, nullable=False, comment="as read, tabs between elements"),
    of_run(in_bulk=True),
    PrimaryKeyConstraint("remittance_id", "claim_position", "service_position", "ordinal"),
    comment="Every other segment of the set, so that nothing of the file is lost",
)

remittance_match = Table(
    "remittance_match",
    metadata,
    *of_claim(),
    Column("ordinal", Integer, nullable=False),
    Column("claim_id", BigInteger, comment="null: no claim of ours was found"),
    Column("submission_id", BigInteger),
    Column("method", Text, nullable=False),
    words("staff"),
    *written_by(in_bulk=True),
    PrimaryKeyConstraint("remittance_id", "claim_position", "ordinal"),
    CheckConstraint("(claim_id IS NULL) = (method = 'none')", name="method"),
    comment="Which claim a CLP was taken for, and by what; the highest ordinal counts",
)
Index("ix_remittance_match_claim", remittance_match.c.claim_id)

denial = Table(
    "denial",
    metadata,
    surrogate(),
    *of_claim(),
    Column("service_position", Integer, nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("claim_id", BigInteger, ForeignKey("claim.id"), nullable=False),
    Column("group_code", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("amount_cents", BigInteger, nullable=False),
    Column("appeal_by", Date),
    words("edit_rule"),
    words("outcome"),
    Column("closed_at", DateTime(timezone=True)),
    *written_by(in_bulk=True),
    UniqueConstraint("remittance_id", "claim_position", "service_position", "ordinal"),
    CheckConstraint("owner IN ('coder', 'biller')", name="owner"),
    CheckConstraint("(outcome = '') = (closed_at IS NULL)", name="outcome"),
    comment="An amount that a payer refused, read from CAS: it stays in the receivable until someone decides",
)
Index("ix_denial_claim", denial.c.claim_id)
