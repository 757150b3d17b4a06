"""Money: remittances as read and matched, the double-entry ledger, its periods, and denials."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"

ENUMS = {
    "entry_kind": [
        "charge",
        "assignment",
        "remittance_cash",
        "claim_payment",
        "adjustment",
        "responsibility",
        "provider_adjustment",
        "unapplied",
        "deposit",
        "patient_payment",
        "refund",
        "write_off",
        "bad_debt",
        "reversal",
    ],
    "entry_source": ["encounter", "claim", "remittance", "remittance_claim", "journal_entry", "action"],
    "account": [
        "receivable.unbilled",
        "receivable.insurance",
        "receivable.patient",
        "revenue",
        "adjustment.contractual",
        "adjustment.other",
        "adjustment.bad_debt",
        "remittance_clearing",
        "payment_expected",
        "bank",
        "unapplied.insurance",
        "unapplied.patient",
        "payer_recoupment",
        "provider_adjustment.other",
        "interest",
        "refund_payable",
    ],
}
# A closed month takes no entry, whoever writes it; closing a month waits for the postings under way.
CLOSED_MONTH = """
CREATE FUNCTION refuse_closed_month() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM accounting_period p WHERE p.state = 'closed'
               AND p.month IN (SELECT DISTINCT date_trunc('month', w.accounting_date)::date FROM written w)) THEN
        RAISE EXCEPTION 'an entry is dated into a closed month' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER refuse_closed_month AFTER INSERT ON journal_entry
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION refuse_closed_month();
"""
# The day an entry is dated: its own where that month is open, else the first day of the next open month.
OPEN_DAY = """
CREATE FUNCTION open_day(day date) RETURNS date LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN NOT EXISTS (SELECT FROM accounting_period
                                 WHERE month = date_trunc('month', day)::date AND state = 'closed') THEN day
    ELSE (SELECT min(later)::date FROM generate_series(
              date_trunc('month', day),
              (SELECT max(month) FROM accounting_period WHERE state = 'closed') + interval '1 month',
              interval '1 month') AS later
          WHERE NOT EXISTS (SELECT FROM accounting_period WHERE month = later::date AND state = 'closed')) END
$$
"""


def _enum(name: str) -> postgresql.ENUM:
    return postgresql.ENUM(*ENUMS[name], name=name, create_type=False)


def upgrade() -> None:
    for name, values in ENUMS.items():
        postgresql.ENUM(*values, name=name).create(op.get_bind())
    op.create_table(
        "journal_entry",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", _enum("entry_kind"), nullable=False),
        sa.Column("source_kind", _enum("entry_source"), nullable=False),
        sa.Column("source_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "ordinal", sa.Integer(), nullable=False, comment="of a charge its version; else how often it was posted"
        ),
        sa.Column("accounting_date", sa.Date(), nullable=False),
        sa.Column("effective_date", sa.Date(), nullable=False),
        sa.Column("reverses", sa.BigInteger(), nullable=True),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("(kind = 'reversal') = (reverses IS NOT NULL)", name=op.f("ck_journal_entry_reverses")),
        sa.ForeignKeyConstraint(["reverses"], ["journal_entry.id"], name=op.f("fk_journal_entry_reverses")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_entry")),
        sa.UniqueConstraint(
            "kind",
            "source_kind",
            "source_id",
            "ordinal",
            name=op.f("uq_journal_entry_kind_source_kind_source_id_ordinal"),
        ),
        sa.UniqueConstraint("reverses", name=op.f("uq_journal_entry_reverses")),
        comment="Why money moved, once: its transfers balance by construction",
    )
    op.create_index("ix_journal_entry_accounting_date", "journal_entry", ["accounting_date"], unique=False)
    op.create_table(
        "provider_adjustment",
        sa.Column("remittance_id", sa.BigInteger(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("segment", sa.BigInteger(), nullable=False),
        sa.Column("provider", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("fiscal_period_end", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False, comment="positive lowers the payment"),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("remittance_id", "ordinal", name=op.f("pk_provider_adjustment")),
        comment="One reason and amount of a PLB: it belongs to no claim",
    )
    op.create_table(
        "remittance_adjustment",
        sa.Column("remittance_id", sa.BigInteger(), nullable=False),
        sa.Column("claim_position", sa.Integer(), nullable=False, comment="of the CLP in its set, from 1"),
        sa.Column("service_position", sa.Integer(), nullable=False, comment="0: of the claim"),
        sa.Column("ordinal", sa.Integer(), nullable=False, comment="within its claim or service, over all groups"),
        sa.Column("segment", sa.BigInteger(), nullable=False),
        sa.Column("group_code", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("quantity_thousandths", sa.BigInteger(), nullable=True),
        sa.Column("treatment", sa.Text(), nullable=False),
        sa.Column("treatment_reason", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "treatment IN ('posted', 'memo', 'denied', 'waiting')", name=op.f("ck_remittance_adjustment_treatment")
        ),
        sa.PrimaryKeyConstraint(
            "remittance_id", "claim_position", "service_position", "ordinal", name=op.f("pk_remittance_adjustment")
        ),
        comment="One reason and amount of a CAS, and whether it moved money: posted, memo, denied or waiting",
    )
    op.create_table(
        "remittance_claim",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("remittance_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("segment", sa.BigInteger(), nullable=False),
        sa.Column("patient_control_number", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False, comment="CLP02"),
        sa.Column("charge_cents", sa.BigInteger(), nullable=False),
        sa.Column("paid_cents", sa.BigInteger(), nullable=False),
        sa.Column("patient_cents", sa.BigInteger(), nullable=True, comment="CLP05, a summary: never posted"),
        sa.Column("filing_indicator", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("payer_claim_number", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("facility_type", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("frequency", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("drg", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("drg_weight", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("discharge_fraction", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("member_id", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("statement_from", sa.Date(), nullable=True),
        sa.Column("statement_to", sa.Date(), nullable=True),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remittance_claim")),
        sa.UniqueConstraint("remittance_id", "position", name=op.f("uq_remittance_claim_remittance_id_position")),
        comment="A CLP as read",
    )
    op.create_index("ix_remittance_claim_number", "remittance_claim", ["patient_control_number"], unique=False)
    op.create_table(
        "remittance_detail",
        sa.Column("remittance_id", sa.BigInteger(), nullable=False),
        sa.Column("claim_position", sa.Integer(), nullable=False, comment="of the CLP in its set, from 1"),
        sa.Column("service_position", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("segment", sa.BigInteger(), nullable=False),
        sa.Column("segment_id", sa.Text(), nullable=False),
        sa.Column("elements", sa.Text(), nullable=False, comment="as read, tabs between elements"),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "remittance_id", "claim_position", "service_position", "ordinal", name=op.f("pk_remittance_detail")
        ),
        comment="Every other segment of the set, so that nothing of the file is lost",
    )
    op.create_table(
        "remittance_match",
        sa.Column("remittance_id", sa.BigInteger(), nullable=False),
        sa.Column("claim_position", sa.Integer(), nullable=False, comment="of the CLP in its set, from 1"),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("claim_id", sa.BigInteger(), nullable=True, comment="null: no claim of ours was found"),
        sa.Column("submission_id", sa.BigInteger(), nullable=True),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("staff", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("(claim_id IS NULL) = (method = 'none')", name=op.f("ck_remittance_match_method")),
        sa.PrimaryKeyConstraint("remittance_id", "claim_position", "ordinal", name=op.f("pk_remittance_match")),
        comment="Which claim a CLP was taken for, and by what; the highest ordinal counts",
    )
    op.create_index("ix_remittance_match_claim", "remittance_match", ["claim_id"], unique=False)
    op.create_table(
        "remittance_service",
        sa.Column("remittance_id", sa.BigInteger(), nullable=False),
        sa.Column("claim_position", sa.Integer(), nullable=False, comment="of the CLP in its set, from 1"),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("segment", sa.BigInteger(), nullable=False),
        sa.Column("qualifier", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("procedure", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("modifiers", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("submitted_procedure", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("submitted_modifiers", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("revenue_code", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("charge_cents", sa.BigInteger(), nullable=False),
        sa.Column("paid_cents", sa.BigInteger(), nullable=False),
        sa.Column("units_thousandths", sa.BigInteger(), nullable=True),
        sa.Column("submitted_units_thousandths", sa.BigInteger(), nullable=True),
        sa.Column("line_control_number", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("date_from", sa.Date(), nullable=True),
        sa.Column("date_to", sa.Date(), nullable=True),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("remittance_id", "claim_position", "position", name=op.f("pk_remittance_service")),
        comment="An SVC as read; submitted_procedure is what was billed where the payer paid another",
    )
    op.create_table(
        "transfer",
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("debit_account", _enum("account"), nullable=False),
        sa.Column("credit_account", _enum("account"), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("encounter_id", sa.BigInteger(), nullable=True),
        sa.Column("debit_claim", sa.BigInteger(), nullable=True),
        sa.Column("credit_claim", sa.BigInteger(), nullable=True),
        sa.Column("submission_id", sa.BigInteger(), nullable=True),
        sa.Column("line", sa.Integer(), nullable=True, comment="of the submission"),
        sa.Column("remittance_id", sa.BigInteger(), nullable=True),
        sa.Column("segment", sa.BigInteger(), nullable=True, comment="of the remittance's file, that said so"),
        sa.Column("patient_id", sa.BigInteger(), nullable=True),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "(debit_account, debit_claim) IS DISTINCT FROM (credit_account, credit_claim)",
            name=op.f("ck_transfer_moves_something"),
        ),
        sa.CheckConstraint("amount_cents > 0", name=op.f("ck_transfer_amount")),
        sa.PrimaryKeyConstraint("entry_id", "ordinal", name=op.f("pk_transfer")),
        comment="One amount from one account to another; a claim stands beside the account its receivable is in",
    )
    op.create_index("ix_transfer_encounter", "transfer", ["encounter_id"], unique=False)
    op.create_index("ix_transfer_remittance", "transfer", ["remittance_id"], unique=False)
    op.create_table(
        "accounting_period",
        sa.Column("month", sa.Date(), nullable=False, comment="its first day; a month without a row is open"),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("state IN ('open', 'closed')", name=op.f("ck_accounting_period_state")),
        sa.CheckConstraint("extract(day FROM month) = 1", name=op.f("ck_accounting_period_month")),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_accounting_period_run_id")),
        sa.PrimaryKeyConstraint("month", name=op.f("pk_accounting_period")),
        comment="A month is open or closed; no entry is dated into a closed one",
    )
    op.create_table(
        "claim_balance",
        sa.Column("claim_id", sa.BigInteger(), nullable=False),
        sa.Column("assigned_cents", sa.BigInteger(), nullable=False),
        sa.Column("paid_cents", sa.BigInteger(), nullable=False),
        sa.Column("adjusted_cents", sa.BigInteger(), nullable=False),
        sa.Column(
            "moved_cents", sa.BigInteger(), nullable=False, comment="on to the patient or to another payer's claim"
        ),
        sa.Column("open_cents", sa.BigInteger(), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "open_cents = assigned_cents - paid_cents - adjusted_cents - moved_cents",
            name=op.f("ck_claim_balance_open"),
        ),
        sa.ForeignKeyConstraint(["claim_id"], ["claim.id"], name=op.f("fk_claim_balance_claim_id")),
        sa.PrimaryKeyConstraint("claim_id", name=op.f("pk_claim_balance")),
        comment="What the transfers of a claim come to; written with them, and rebuilt from them",
    )
    op.create_table(
        "denial",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("remittance_id", sa.BigInteger(), nullable=False),
        sa.Column("claim_position", sa.Integer(), nullable=False, comment="of the CLP in its set, from 1"),
        sa.Column("service_position", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("claim_id", sa.BigInteger(), nullable=False),
        sa.Column("group_code", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("appeal_by", sa.Date(), nullable=True),
        sa.Column("edit_rule", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("outcome", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("(outcome = '') = (closed_at IS NULL)", name=op.f("ck_denial_outcome")),
        sa.CheckConstraint("owner IN ('coder', 'biller')", name=op.f("ck_denial_owner")),
        sa.ForeignKeyConstraint(["claim_id"], ["claim.id"], name=op.f("fk_denial_claim_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_denial")),
        sa.UniqueConstraint(
            "remittance_id",
            "claim_position",
            "service_position",
            "ordinal",
            name=op.f("uq_denial_remittance_id_claim_position_service_position_ordinal"),
        ),
        comment="An amount that a payer refused, read from CAS: it stays in the receivable until someone decides",
    )
    op.create_index("ix_denial_claim", "denial", ["claim_id"], unique=False)
    op.create_table(
        "remittance",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("payer_trn03", sa.Text(), nullable=False),
        sa.Column("trn02", sa.Text(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False, comment="BPR02, negative for a debit"),
        sa.Column("payment_date", sa.Date(), nullable=True, comment="BPR16"),
        sa.Column("payee", sa.Text(), nullable=False, comment="tax id of the billing provider, whatever N103 says"),
        sa.Column("discriminator", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("posting", sa.Integer(), server_default="0", nullable=False, comment="how often it was posted"),
        sa.Column("payer", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("billing_npi", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("handling", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("method", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("effective_date", sa.Date(), nullable=False, comment="BPR16, else DTM*405, else GS04"),
        sa.Column("accounting_date", sa.Date(), nullable=True),
        sa.Column("claims", sa.Integer(), nullable=False),
        sa.Column("services", sa.Integer(), nullable=False),
        sa.Column("paid_cents", sa.BigInteger(), nullable=False),
        sa.Column("adjusted_cents", sa.BigInteger(), nullable=False),
        sa.Column("patient_cents", sa.BigInteger(), nullable=False),
        sa.Column("provider_adjustment_cents", sa.BigInteger(), nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=False),
        sa.Column("st_index", sa.Integer(), nullable=False),
        sa.Column("body_sha256", sa.Text(), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("(discriminator = '') = (amount_cents <> 0)", name=op.f("ck_remittance_discriminator")),
        sa.CheckConstraint(
            "state IN ('received', 'quarantined', 'notification', 'posted', 'partly_matched', 'superseded', 'rejected', 'reversed')",
            name=op.f("ck_remittance_state"),
        ),
        sa.ForeignKeyConstraint(["file_id"], ["received_file.id"], name=op.f("fk_remittance_file_id")),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_remittance_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remittance")),
        comment="One payment or notice of one payer to one payee, under whatever names and numbers it was delivered",
    )
    op.create_index(
        "uq_remittance_identity",
        "remittance",
        ["payer_trn03", "trn02", "amount_cents", "payment_date", "payee", "discriminator"],
        unique=True,
        postgresql_where=sa.text("state <> 'superseded'"),
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "remittance_sighting",
        sa.Column("file_id", sa.BigInteger(), nullable=False),
        sa.Column("st_index", sa.Integer(), nullable=False),
        sa.Column("remittance_id", sa.BigInteger(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("body_sha256", sa.Text(), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "verdict IN ('first', 'duplicate', 'conflict')", name=op.f("ck_remittance_sighting_verdict")
        ),
        sa.ForeignKeyConstraint(["file_id"], ["received_file.id"], name=op.f("fk_remittance_sighting_file_id")),
        sa.ForeignKeyConstraint(
            ["remittance_id"], ["remittance.id"], name=op.f("fk_remittance_sighting_remittance_id")
        ),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_remittance_sighting_run_id")),
        sa.PrimaryKeyConstraint("file_id", "st_index", name=op.f("pk_remittance_sighting")),
        comment="Each time a payment was delivered: first, the same body again, or the same identity with another body",
    )
    op.create_index("ix_remittance_sighting_remittance", "remittance_sighting", ["remittance_id"], unique=False)
    op.add_column("action", sa.Column("argument", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.execute(CLOSED_MONTH)
    op.execute(OPEN_DAY)
