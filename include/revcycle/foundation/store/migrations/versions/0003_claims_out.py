"""The biller's half, part one: claims, interchanges, answers, and what is expected of whom."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "expected_answer",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("met_by", sa.BigInteger(), nullable=True, comment="answer.id; 0: nothing is awaited any more"),
        sa.Column("met_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("alarmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("kind IN ('TA1', '999', '277CA', '835')", name=op.f("ck_expected_answer_kind")),
        sa.CheckConstraint(
            "subject_kind IN ('interchange', 'submission')", name=op.f("ck_expected_answer_subject_kind")
        ),
        sa.CheckConstraint("(met_by IS NULL) = (met_at IS NULL)", name=op.f("ck_expected_answer_met")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expected_answer")),
        sa.UniqueConstraint(
            "subject_kind",
            "subject_id",
            "kind",
            "party",
            name=op.f("uq_expected_answer_subject_kind_subject_id_kind_party"),
        ),
        comment="An answer that is owed, by whom, and by when",
    )
    op.create_index(
        "ix_expected_answer_open",
        "expected_answer",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("met_by IS NULL"),
    )
    op.create_table(
        "submission_line",
        sa.Column("submission_id", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False, comment="LX01, from 1"),
        sa.Column("line_control_number", sa.Text(), nullable=False),
        sa.Column("charge_line", sa.Integer(), nullable=False, comment="the line of the encounter version"),
        sa.Column("procedure", sa.Text(), nullable=False),
        sa.Column("modifiers", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("units", sa.Numeric(precision=12, scale=3), nullable=False),
        sa.Column("charge_cents", sa.BigInteger(), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("submission_id", "line", name=op.f("pk_submission_line")),
        sa.UniqueConstraint("line_control_number", name=op.f("uq_submission_line_line_control_number")),
        comment="A service line as sent; the line control number comes back in the remittance",
    )
    op.create_table(
        "claim",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("claim_number", sa.Text(), nullable=False),
        sa.Column("encounter_id", sa.BigInteger(), nullable=False),
        sa.Column("responsibility", sa.Text(), nullable=False),
        sa.Column(
            "split",
            sa.Integer(),
            server_default="1",
            nullable=False,
            comment="1 unless the encounter has over 50 lines",
        ),
        sa.Column("payer", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("prior_claim", sa.BigInteger(), nullable=True, comment="the claim of the payer before this one"),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("(responsibility = 'P') = (prior_claim IS NULL)", name=op.f("ck_claim_prior_claim")),
        sa.CheckConstraint(
            "next_frequency = '1' OR next_frequency IN ('7', '8') AND payer_claim_number <> ''",
            name=op.f("ck_claim_next_frequency"),
        ),
        sa.CheckConstraint("responsibility IN ('P', 'S', 'T')", name=op.f("ck_claim_responsibility")),
        sa.CheckConstraint(
            "state IN ('open', 'submitted', 'adjudicated', 'closed', 'void')", name=op.f("ck_claim_state")
        ),
        sa.Column("next_frequency", sa.Text(), server_default="1", nullable=False, comment="of its next submission"),
        sa.Column("payer_claim_number", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.CheckConstraint("split >= 1", name=op.f("ck_claim_split")),
        sa.ForeignKeyConstraint(["encounter_id"], ["encounter.id"], name=op.f("fk_claim_encounter_id")),
        sa.ForeignKeyConstraint(["prior_claim"], ["claim.id"], name=op.f("fk_claim_prior_claim")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim")),
        sa.UniqueConstraint("claim_number", name=op.f("uq_claim_claim_number")),
        comment="One bill of one encounter to one payer in one place of the payer order",
    )
    op.create_index(
        "uq_claim_of_encounter",
        "claim",
        ["encounter_id", "responsibility", "split"],
        unique=True,
        postgresql_where=sa.text("state <> 'void'"),
    )
    op.create_table(
        "control_number",
        sa.Column("partner", sa.Text(), nullable=False, comment="'' for kinds that all partners share"),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("last_value", sa.BigInteger(), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("kind IN ('isa13', 'gs06', 'bht03', 'claim')", name=op.f("ck_control_number_kind")),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_control_number_run_id")),
        sa.PrimaryKeyConstraint("partner", "kind", name=op.f("pk_control_number")),
        comment="The highest number given out; raised and committed before anything is rendered, never lowered",
    )
    op.create_table(
        "outage",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("payer", sa.Text(), nullable=False, comment="'' is every payer"),
        sa.Column("partner", sa.Text(), server_default=sa.text("''"), nullable=False, comment="'' is every partner"),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("reason", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name=op.f("ck_outage_closed_has_time")),
        sa.CheckConstraint(
            "state IN ('suspected', 'open', 'probing', 'draining', 'closed')", name=op.f("ck_outage_state")
        ),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_outage_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outage")),
        comment="Sending stands still: all of it, or one payer's claims",
    )
    op.create_index(
        "uq_outage_open", "outage", ["payer", "partner"], unique=True, postgresql_where=sa.text("closed_at IS NULL")
    )
    op.create_table(
        "payer_identifier",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("partner", sa.Text(), nullable=False),
        sa.Column(
            "qualifier", sa.Text(), nullable=False, comment="NM109, TRN03, N104, 2U: where the partner writes the value"
        ),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("payer", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_payer_identifier_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payer_identifier")),
        sa.UniqueConstraint(
            "partner",
            "qualifier",
            "value",
            "payer",
            "version",
            name=op.f("uq_payer_identifier_partner_qualifier_value_payer_version"),
        ),
        comment="How a partner names a payer; one value may stand for several payers",
    )
    op.create_index(
        "uq_payer_identifier_current",
        "payer_identifier",
        ["partner", "qualifier", "value", "payer"],
        unique=True,
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_table(
        "trading_partner",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("connection", sa.Text(), nullable=False, comment="the Airflow connection that opens it"),
        sa.Column("usage", sa.Text(), nullable=False),
        sa.Column("settings", postgresql.JSONB(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("usage IN ('T', 'P')", name=op.f("ck_trading_partner_usage")),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_trading_partner_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trading_partner")),
        sa.UniqueConstraint("connection", "version", name=op.f("uq_trading_partner_connection_version")),
        comment="With whom files are exchanged, and how: from practice.yaml",
    )
    op.create_index(
        "uq_trading_partner_current",
        "trading_partner",
        ["connection"],
        unique=True,
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_table(
        "claim_hold",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("claim_id", sa.BigInteger(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("cause_id", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("reason", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column(
            "detail",
            postgresql.JSONB(),
            server_default=sa.text("'{}'"),
            nullable=False,
            comment="names of fields, never their values",
        ),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_by", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "cause IN ('finding', 'filing', 'content', 'rejection', 'amendment', 'outage', 'enrollment', 'coverage', 'manual')",
            name=op.f("ck_claim_hold_cause"),
        ),
        sa.ForeignKeyConstraint(["claim_id"], ["claim.id"], name=op.f("fk_claim_hold_claim_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_hold")),
        comment="Why a claim is not sent; it goes when its last hold is released",
    )
    op.create_index(
        "uq_claim_hold_open",
        "claim_hold",
        ["claim_id", "cause", "cause_id"],
        unique=True,
        postgresql_where=sa.text("released_at IS NULL"),
    )
    op.create_table(
        "interchange",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("partner", sa.Text(), nullable=False, comment="trading_partner.connection"),
        sa.Column("isa13", sa.BigInteger(), nullable=False),
        sa.Column("gs06", sa.BigInteger(), nullable=False),
        sa.Column("bht03", sa.Text(), nullable=False),
        sa.Column("usage", sa.Text(), nullable=False),
        sa.Column("billing_npi", sa.Text(), nullable=False),
        sa.Column("remote_name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("manifest_sha256", sa.Text(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("claims", sa.Integer(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("prepared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "answered IN ('', 'acknowledged', 'partly rejected', 'rejected')", name=op.f("ck_interchange_answered")
        ),
        sa.CheckConstraint(
            "state IN ('prepared', 'uploading', 'uploaded', 'releasing', 'in_doubt', 'published')",
            name=op.f("ck_interchange_state"),
        ),
        sa.CheckConstraint("usage IN ('T', 'P')", name=op.f("ck_interchange_usage")),
        sa.CheckConstraint("claims BETWEEN 1 AND 5000", name=op.f("ck_interchange_claims")),
        sa.ForeignKeyConstraint(
            ["manifest_sha256"], ["archive_object.sha256"], name=op.f("fk_interchange_manifest_sha256")
        ),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_interchange_run_id")),
        sa.ForeignKeyConstraint(["sha256"], ["archive_object.sha256"], name=op.f("fk_interchange_sha256")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interchange")),
        sa.UniqueConstraint("bht03", name=op.f("uq_interchange_bht03")),
        sa.UniqueConstraint("partner", "gs06", name=op.f("uq_interchange_partner_gs06")),
        sa.UniqueConstraint("partner", "isa13", name=op.f("uq_interchange_partner_isa13")),
        sa.UniqueConstraint("partner", "remote_name", name=op.f("uq_interchange_partner_remote_name")),
        comment="One 837 file: one group, one transaction set; answered is the fold of its TA1 and 999",
    )
    op.create_index(
        "ix_interchange_unpublished",
        "interchange",
        ["id"],
        unique=False,
        postgresql_where=sa.text("state <> 'published'"),
    )
    op.create_table(
        "action",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="pending", nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("state IN ('pending', 'done', 'refused')", name=op.f("ck_action_state")),
        sa.CheckConstraint("who <> '' AND reason <> ''", name=op.f("ck_action_is_explained")),
        sa.ForeignKeyConstraint(["item_id"], ["work_item.id"], name=op.f("fk_action_item_id")),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_action_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_action")),
        sa.UniqueConstraint("item_id", "ordinal", name=op.f("uq_action_item_id_ordinal")),
        comment="What a person decided on an item; the room it is meant for reads it at the start of its run",
    )
    op.create_index(
        "ix_action_pending", "action", ["kind"], unique=False, postgresql_where=sa.text("state = 'pending'")
    )
    op.create_table(
        "claim_submission",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("claim_id", sa.BigInteger(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("encounter_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, comment="of the encounter, as sent"),
        sa.Column(
            "patient_row", sa.BigInteger(), nullable=False, comment="patient.id: the version of the patient as sent"
        ),
        sa.Column(
            "coverage_row", sa.BigInteger(), nullable=False, comment="coverage.id: the version of the coverage as sent"
        ),
        sa.Column("patient_control_number", sa.Text(), nullable=False),
        sa.Column("frequency", sa.Text(), nullable=False),
        sa.Column("payer_claim_number", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("transport", sa.Text(), server_default="electronic", nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False, comment="the sum of its lines"),
        sa.Column("interchange_id", sa.BigInteger(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=True, comment="of its CLM in the interchange, from 1"),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_because", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "frequency = '1' OR payer_claim_number <> ''", name=op.f("ck_claim_submission_correction_names_its_claim")
        ),
        sa.CheckConstraint("frequency IN ('1', '7', '8')", name=op.f("ck_claim_submission_frequency")),
        sa.CheckConstraint(
            "transport IN ('electronic', 'paper', 'crossover')", name=op.f("ck_claim_submission_transport")
        ),
        sa.CheckConstraint("(interchange_id IS NULL) = (position IS NULL)", name=op.f("ck_claim_submission_place")),
        sa.CheckConstraint(
            "length(patient_control_number) BETWEEN 1 AND 17", name=op.f("ck_claim_submission_patient_control_number")
        ),
        sa.CheckConstraint("ordinal >= 1", name=op.f("ck_claim_submission_ordinal")),
        sa.ForeignKeyConstraint(["claim_id"], ["claim.id"], name=op.f("fk_claim_submission_claim_id")),
        sa.ForeignKeyConstraint(
            ["interchange_id"], ["interchange.id"], name=op.f("fk_claim_submission_interchange_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_submission")),
        sa.UniqueConstraint("claim_id", "ordinal", name=op.f("uq_claim_submission_claim_id_ordinal")),
        sa.UniqueConstraint("interchange_id", "position", name=op.f("uq_claim_submission_interchange_id_position")),
        sa.UniqueConstraint("patient_control_number", name=op.f("uq_claim_submission_patient_control_number")),
        comment="One transmission of a claim, frozen; a correction is a new one",
    )
    op.create_index(
        "ix_claim_submission_waiting",
        "claim_submission",
        ["id"],
        unique=False,
        postgresql_where=sa.text("interchange_id IS NULL AND closed_at IS NULL"),
    )
    op.create_index(
        "uq_claim_submission_live",
        "claim_submission",
        ["claim_id"],
        unique=True,
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "publish_attempt",
        sa.Column("interchange_id", sa.BigInteger(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("found", sa.Text(), nullable=False, comment="the interchange's state when the attempt began"),
        sa.Column("reached", sa.Text(), nullable=False, comment="its state when the attempt ended"),
        sa.Column("error_class", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["interchange_id"], ["interchange.id"], name=op.f("fk_publish_attempt_interchange_id")),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_publish_attempt_run_id")),
        sa.PrimaryKeyConstraint("interchange_id", "attempt", name=op.f("pk_publish_attempt")),
        comment="What each attempt to publish reached; one that was killed left no row",
    )
    op.create_table(
        "received_transaction",
        sa.Column("file_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "st_index", sa.Integer(), nullable=False, comment="of the ST in the file, from 1; 0: TA1, which has no ST"
        ),
        sa.Column("isa13", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("gs06", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("st02", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("body_sha256", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("state IN ('applied', 'quarantined')", name=op.f("ck_received_transaction_state")),
        sa.ForeignKeyConstraint(["file_id"], ["received_file.id"], name=op.f("fk_received_transaction_file_id")),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_received_transaction_run_id")),
        sa.PrimaryKeyConstraint("file_id", "st_index", name=op.f("pk_received_transaction")),
        comment="One transaction set of a received file; body_sha256 leaves out ST, SE, delimiters and line breaks",
    )
    op.create_table(
        "remote_sighting",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("partner", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("mtime", sa.BigInteger(), nullable=False, comment="seconds since 1970, as the partner shows it"),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=True, comment="what was fetched of it"),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True, comment="when we removed it at the partner"),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["received_file.id"], name=op.f("fk_remote_sighting_file_id")),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_remote_sighting_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remote_sighting")),
        sa.UniqueConstraint(
            "partner", "path", "size", "mtime", name=op.f("uq_remote_sighting_partner_path_size_mtime")
        ),
        comment="What was seen in a mailbox, so that nothing is fetched twice and nothing half written",
    )
    op.create_table(
        "answer",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=False),
        sa.Column("st_index", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False, comment="the segment in the file, from 1 at ISA"),
        sa.Column(
            "part", sa.Integer(), server_default="0", nullable=False, comment="of several statuses of one segment"
        ),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("party_id", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="the answering party's own time"),
        sa.Column("interchange_id", sa.BigInteger(), nullable=True),
        sa.Column("submission_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "detail",
            postgresql.JSONB(),
            server_default=sa.text("'{}'"),
            nullable=False,
            comment="codes and places, never a value",
        ),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("kind IN ('TA1', '999', '277CA')", name=op.f("ck_answer_kind")),
        sa.CheckConstraint(
            "level IN ('interchange', 'group', 'set', 'batch', 'provider', 'claim', 'line')",
            name=op.f("ck_answer_level"),
        ),
        sa.CheckConstraint("party IN ('clearinghouse', 'intermediary', 'payer')", name=op.f("ck_answer_party")),
        sa.ForeignKeyConstraint(["file_id"], ["received_file.id"], name=op.f("fk_answer_file_id")),
        sa.ForeignKeyConstraint(["interchange_id"], ["interchange.id"], name=op.f("fk_answer_interchange_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["claim_submission.id"], name=op.f("fk_answer_submission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer")),
        sa.UniqueConstraint(
            "file_id", "st_index", "position", "part", name=op.f("uq_answer_file_id_st_index_position_part")
        ),
        comment="What a partner or payer said, as read, and which interchange or submission it meant",
    )
    op.create_index("ix_answer_interchange", "answer", ["interchange_id"], unique=False)
    op.create_index("ix_answer_submission", "answer", ["submission_id"], unique=False)
    op.create_table(
        "claim_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("claim_id", sa.BigInteger(), nullable=False),
        sa.Column("submission_id", sa.BigInteger(), nullable=True),
        sa.Column("source_kind", sa.Text(), nullable=False, comment="answer, person, run; later remittance"),
        sa.Column("source_id", sa.BigInteger(), nullable=False, comment="answer.id, action.id, run.id"),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("party", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="the party's own time where it names one"),
        sa.Column(
            "detail",
            postgresql.JSONB(),
            server_default=sa.text("'{}'"),
            nullable=False,
            comment="codes and places, never a value",
        ),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["claim_id"], ["claim.id"], name=op.f("fk_claim_event_claim_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["claim_submission.id"], name=op.f("fk_claim_event_submission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_event")),
        sa.UniqueConstraint(
            "claim_id",
            "source_kind",
            "source_id",
            "kind",
            name=op.f("uq_claim_event_claim_id_source_kind_source_id_kind"),
        ),
        comment="What is known of a claim, as evidence: it may come late, twice, or in any order",
    )
    op.create_index("ix_claim_event_submission", "claim_event", ["submission_id"], unique=False)
    op.create_table(
        "payer_opinion",
        sa.Column("submission_id", sa.BigInteger(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("payer_claim_number", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column(
            "received_on", sa.DateTime(timezone=True), nullable=True, comment="the payer's receipt: proof of filing"
        ),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("verdict IN ('received', 'accepted', 'rejected')", name=op.f("ck_payer_opinion_verdict")),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["claim_submission.id"], name=op.f("fk_payer_opinion_submission_id")
        ),
        sa.PrimaryKeyConstraint("submission_id", name=op.f("pk_payer_opinion")),
        comment="The fold of a submission's evidence; rebuilt from claim_event",
    )
    op.add_column("received_file", sa.Column("state", sa.Text(), server_default="applied", nullable=False))
    op.add_column(
        "work_item",
        sa.Column("encounter_id", sa.BigInteger(), nullable=True, comment="whose patient it is about; null: a file's"),
    )
    op.add_column("work_item", sa.Column("claim_id", sa.BigInteger(), nullable=True))
    op.add_column(
        "work_item",
        sa.Column(
            "detail",
            postgresql.JSONB(),
            server_default=sa.text("'{}'"),
            nullable=False,
            comment="codes and places, never a value",
        ),
    )
    op.create_foreign_key(op.f("fk_work_item_claim_id"), "work_item", "claim", ["claim_id"], ["id"])
    op.create_foreign_key(op.f("fk_work_item_encounter_id"), "work_item", "encounter", ["encounter_id"], ["id"])
    op.create_check_constraint(
        op.f("ck_received_file_state"), "received_file", "state IN ('registered', 'quarantined', 'applied')"
    )
    op.execute("UPDATE work_item SET encounter_id = cause_id WHERE cause_kind = 'edits'")
    op.create_index("ix_work_item_cause", "work_item", ["cause_kind", "cause_id"], unique=False)
    op.create_index("ix_claim_hold_claim", "claim_hold", ["claim_id"], unique=False)
    op.create_index("ix_received_transaction_body", "received_transaction", ["body_sha256"], unique=False)
