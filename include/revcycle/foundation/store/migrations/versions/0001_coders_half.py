"""The coder's half: runs, practice, coded encounters, findings and work."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.execute(sa.schema.CreateSequence(sa.Sequence("patient_ids")))
    op.execute("CREATE TYPE textrange AS RANGE (subtype = text)")  # lets an exclusion compare text without an extension
    op.create_table(
        "access_log",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("patient_id", sa.BigInteger(), nullable=True),
        sa.Column("origin", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_log")),
        comment="Who read or changed which patient's data; insert only",
    )
    op.create_table(
        "charge_line",
        sa.Column("encounter_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column(
            "patient_id", sa.BigInteger(), nullable=False, comment="as in the version: a same-day group is found by it"
        ),
        sa.Column("rendering_npi", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("date_from", sa.Date(), nullable=False),
        sa.Column("date_to", sa.Date(), nullable=True),
        sa.Column("place_of_service", sa.Text(), nullable=False),
        sa.Column("procedure", sa.Text(), nullable=False),
        sa.Column("modifiers", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("pointers", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("units", sa.Numeric(precision=12, scale=3), nullable=False),
        sa.Column("unit_basis", sa.Text(), server_default="UN", nullable=False),
        sa.Column("charge_cents", sa.BigInteger(), nullable=False),
        sa.Column("prior_authorization", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("taxonomy", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("referring_npi", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("supervising_npi", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("ordering_npi", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("facility_npi", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("note", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("ndc", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("ndc_units", sa.Numeric(precision=12, scale=3), nullable=True),
        sa.Column("ndc_unit", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.CheckConstraint("unit_basis IN ('UN', 'MJ')", name=op.f("ck_charge_line_unit_basis")),
        sa.CheckConstraint("line >= 1", name=op.f("ck_charge_line_line")),
        sa.PrimaryKeyConstraint("encounter_id", "version", "line", name=op.f("pk_charge_line")),
        comment="A procedure as billed; modifiers and pointers in order, separated by ';'",
    )
    op.create_index(
        "ix_charge_line_same_day", "charge_line", ["patient_id", "rendering_npi", "date_from"], unique=False
    )
    op.create_table(
        "diagnosis",
        sa.Column("encounter_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("encounter_id", "version", "position", name=op.f("pk_diagnosis")),
        comment="ICD-10-CM codes in order, upper case, without the dot; the same twice is a finding, not a failed load",
    )
    op.create_table(
        "run",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("dag_id", sa.Text(), nullable=False),
        sa.Column("airflow_run_id", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("shard", sa.Integer(), server_default="0", nullable=False),
        sa.Column("business_date", sa.Date(), nullable=True),
        sa.Column("as_of", sa.Date(), nullable=True),
        sa.Column("who", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run")),
        sa.UniqueConstraint(
            "dag_id", "airflow_run_id", "step", "shard", name=op.f("uq_run_dag_id_airflow_run_id_step_shard")
        ),
        comment="One step of one run; a retry finds the same row",
    )
    op.create_table(
        "archive_object",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("location", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("encryption_key_id", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_archive_object_run_id")),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_archive_object")),
        comment="What the archive holds; the bytes were synced before the row",
    )
    op.create_table(
        "billing_provider",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("npi", sa.Text(), nullable=False),
        sa.Column("tax_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("taxonomy", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("phone", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("address", postgresql.JSONB(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_billing_provider_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_provider")),
        sa.UniqueConstraint("npi", "tax_id", "version", name=op.f("uq_billing_provider_npi_tax_id_version")),
        comment="Who bills and is paid; the payee of remittances",
    )
    op.create_index(
        "uq_billing_provider_current",
        "billing_provider",
        ["npi", "tax_id"],
        unique=True,
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_table(
        "code_release",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("setting", sa.Text(), nullable=False),
        sa.Column("release_version", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "setting IN ('professional', 'outpatient_hospital', 'any')", name=op.f("ck_code_release_setting")
        ),
        sa.CheckConstraint("state IN ('staged', 'active', 'withdrawn')", name=op.f("ck_code_release_state")),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_code_release_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code_release")),
        sa.UniqueConstraint(
            "source",
            "setting",
            "release_version",
            "sha256",
            name=op.f("uq_code_release_source_setting_release_version_sha256"),
        ),
        comment="A dated release of a code set or national edit; its content is a Parquet object of the archive",
    )
    op.create_index(
        "uq_code_release_active",
        "code_release",
        ["source", "setting", "release_version"],
        unique=True,
        postgresql_where=sa.text("state = 'active'"),
    )
    op.create_table(
        "coverage",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("patient_id", sa.BigInteger(), nullable=False),
        sa.Column("responsibility", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("payer", sa.Text(), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("group_number", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("group_name", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("insurance_type", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("relationship", sa.Text(), nullable=False),
        sa.Column("subscriber_last_name", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("subscriber_first_name", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("subscriber_middle_name", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("subscriber_suffix", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("subscriber_birth_date", sa.Date(), nullable=True),
        sa.Column("subscriber_sex", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("subscriber_address_1", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("subscriber_address_2", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("subscriber_city", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("subscriber_state", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("subscriber_zip", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.text("int8range(patient_id, patient_id, '[]')"), "&&"),
            (sa.text("textrange(responsibility, responsibility, '[]')"), "&&"),
            (sa.text("daterange(valid_from, valid_to, '[]')"), "&&"),
            where=sa.text("superseded_at IS NULL"),
            using="gist",
            name="ex_coverage_overlap",
        ),
        sa.CheckConstraint(
            "relationship IN ('self', 'spouse', 'child', 'other')", name=op.f("ck_coverage_relationship")
        ),
        sa.CheckConstraint("responsibility IN ('P', 'S', 'T')", name=op.f("ck_coverage_responsibility")),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_coverage_dates")),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_coverage_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coverage")),
        sa.UniqueConstraint(
            "patient_id",
            "responsibility",
            "valid_from",
            "version",
            name=op.f("uq_coverage_patient_id_responsibility_valid_from_version"),
        ),
        comment="Which payer is responsible for a patient, in which order, on which days (both ends included)",
    )
    op.create_index(
        "uq_coverage_current",
        "coverage",
        ["patient_id", "responsibility", "valid_from"],
        unique=True,
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_table(
        "encounter",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("source_system", sa.Text(), nullable=False),
        sa.Column("source_encounter_id", sa.Text(), nullable=False),
        sa.Column("current_version", sa.Integer(), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("source_encounter_id <> ''", name=op.f("ck_encounter_has_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_encounter")),
        sa.UniqueConstraint(
            "source_system", "source_encounter_id", name=op.f("uq_encounter_source_system_source_encounter_id")
        ),
        comment="One visit as coded; its content is in its versions",
    )
    op.create_table(
        "facility",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("npi", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("place_of_service", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("address", postgresql.JSONB(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_facility_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_facility")),
        sa.UniqueConstraint("npi", "version", name=op.f("uq_facility_npi_version")),
        comment="Where services are rendered, when not at the billing provider's address",
    )
    op.create_index(
        "uq_facility_current", "facility", ["npi"], unique=True, postgresql_where=sa.text("superseded_at IS NULL")
    )
    op.create_table(
        "finding",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("encounter_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("lines", sa.ARRAY(sa.Integer()), nullable=False),
        sa.Column("codes", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("details", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("others", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("others_count", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("release", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("overridden_by", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("override_reason", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("overridden_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("severity IN ('block', 'review', 'info')", name=op.f("ck_finding_severity")),
        sa.CheckConstraint(
            "state <> 'overridden' OR (overridden_by <> '' AND override_reason <> '')",
            name=op.f("ck_finding_override_is_explained"),
        ),
        sa.CheckConstraint("state IN ('open', 'fixed', 'overridden')", name=op.f("ck_finding_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding")),
        sa.UniqueConstraint(
            "encounter_id",
            "version",
            "rule",
            "fingerprint",
            name=op.f("uq_finding_encounter_id_version_rule_fingerprint"),
        ),
        comment="What the sweep says about one encounter version; overridden ones are kept for the auditor",
    )
    op.create_table(
        "patient",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("patient_id", sa.BigInteger(), nullable=False),
        sa.Column("source_system", sa.Text(), nullable=False),
        sa.Column("source_patient_id", sa.Text(), nullable=False),
        sa.Column("last_name", sa.Text(), nullable=False),
        sa.Column("first_name", sa.Text(), nullable=False),
        sa.Column("middle_name", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("suffix", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("birth_date", sa.Date(), nullable=False),
        sa.Column("sex", sa.Text(), nullable=False),
        sa.Column("death_date", sa.Date(), nullable=True),
        sa.Column("address_1", sa.Text(), nullable=False),
        sa.Column("address_2", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("zip", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("sex IN ('F', 'M', 'U')", name=op.f("ck_patient_sex")),
        sa.CheckConstraint("source_patient_id <> ''", name=op.f("ck_patient_has_source_id")),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_patient_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patient")),
        sa.UniqueConstraint(
            "source_system",
            "source_patient_id",
            "version",
            name=op.f("uq_patient_source_system_source_patient_id_version"),
        ),
        comment="A patient; patient_id stays the same over all versions",
    )
    op.create_index(
        "uq_patient_current",
        "patient",
        ["source_system", "source_patient_id"],
        unique=True,
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_index(
        "uq_patient_identity", "patient", ["patient_id"], unique=True, postgresql_where=sa.text("superseded_at IS NULL")
    )
    op.create_table(
        "payer",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_payer_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payer")),
        sa.UniqueConstraint("code", "version", name=op.f("uq_payer_code_version")),
        comment="Who pays, by the practice's own code",
    )
    op.create_index(
        "uq_payer_current", "payer", ["code"], unique=True, postgresql_where=sa.text("superseded_at IS NULL")
    )
    op.create_table(
        "payer_rule",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("payer", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("plan", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("value", postgresql.JSONB(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.text("textrange(payer, payer, '[]')"), "&&"),
            (sa.text("textrange(kind, kind, '[]')"), "&&"),
            (sa.text("textrange(plan, plan, '[]')"), "&&"),
            (sa.text("daterange(valid_from, valid_to, '[]')"), "&&"),
            where=sa.text("superseded_at IS NULL"),
            using="gist",
            name="ex_payer_rule_overlap",
        ),
        sa.CheckConstraint("source <> ''", name=op.f("ck_payer_rule_has_source")),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_payer_rule_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payer_rule")),
        sa.UniqueConstraint(
            "payer",
            "kind",
            "plan",
            "valid_from",
            "version",
            name=op.f("uq_payer_rule_payer_kind_plan_valid_from_version"),
        ),
        comment="A payer's dated rules, each with its source: filing limits and, later, the rest of its companion guide",
    )
    op.create_index(
        "uq_payer_rule_current",
        "payer_rule",
        ["payer", "kind", "plan", "valid_from"],
        unique=True,
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_table(
        "practice",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_practice_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practice")),
        sa.UniqueConstraint("name", "version", name=op.f("uq_practice_name_version")),
        comment="The practice itself, from practice.yaml",
    )
    op.create_index(
        "uq_practice_current", "practice", ["name"], unique=True, postgresql_where=sa.text("superseded_at IS NULL")
    )
    op.create_table(
        "provider",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("npi", sa.Text(), nullable=False),
        sa.Column("last_name", sa.Text(), nullable=False),
        sa.Column("first_name", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("taxonomy", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("specialty", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_provider_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provider")),
        sa.UniqueConstraint("npi", "version", name=op.f("uq_provider_npi_version")),
        comment="Who renders, refers, supervises or orders",
    )
    op.create_index(
        "uq_provider_current", "provider", ["npi"], unique=True, postgresql_where=sa.text("superseded_at IS NULL")
    )
    op.create_table(
        "staff",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("roles", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("credentials", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("specialties", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("approval_limit_cents", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_staff_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("username", "version", name=op.f("uq_staff_username_version")),
        comment="The people whose worklists are filled; username is the Airflow user",
    )
    op.create_index(
        "uq_staff_current", "staff", ["username"], unique=True, postgresql_where=sa.text("superseded_at IS NULL")
    )
    op.create_table(
        "sweep_result",
        sa.Column("encounter_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("edit_set", sa.Uuid(), nullable=False),
        sa.Column("context", sa.BigInteger(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("worst_severity", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("not_evaluated", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("encounter_id", "version", name=op.f("pk_sweep_result")),
        comment="A version was judged; it counts only while edit_set and context are the current ones",
    )
    op.create_table(
        "work_item",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("cause_kind", sa.Text(), nullable=False),
        sa.Column("cause_id", sa.BigInteger(), nullable=False),
        sa.Column("queue", sa.Text(), nullable=False),
        sa.Column("credential", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("specialty", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("owner", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("amount_cents", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("priority_terms", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("previous_item", sa.BigInteger(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name=op.f("ck_work_item_closed_has_time")),
        sa.CheckConstraint("state <> 'assigned' OR owner <> ''", name=op.f("ck_work_item_assigned_has_owner")),
        sa.CheckConstraint(
            "state IN ('open', 'assigned', 'snoozed', 'resolved', 'closed')", name=op.f("ck_work_item_state")
        ),
        sa.ForeignKeyConstraint(["previous_item"], ["work_item.id"], name=op.f("fk_work_item_previous_item")),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_work_item_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_item")),
        comment="One piece of work for one cause; for coders one item an encounter (cause_kind edits)",
    )
    op.create_index(
        "uq_work_item_open_cause",
        "work_item",
        ["cause_kind", "cause_id"],
        unique=True,
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "received_file",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("partner", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("first_name", sa.Text(), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_received_file_run_id")),
        sa.ForeignKeyConstraint(["sha256"], ["archive_object.sha256"], name=op.f("fk_received_file_sha256")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_received_file")),
        sa.UniqueConstraint("partner", "sha256", name=op.f("uq_received_file_partner_sha256")),
        comment="One set of bytes from one partner (of an intake file: its source system), under the name it first had",
    )
    op.create_table(
        "work_event",
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["work_item.id"], name=op.f("fk_work_event_item_id")),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_work_event_run_id")),
        sa.PrimaryKeyConstraint("item_id", "ordinal", name=op.f("pk_work_event")),
        comment="What happened to an item, in order",
    )
    op.create_table(
        "encounter_version",
        sa.Column("encounter_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content_sha256", sa.Text(), nullable=False),
        sa.Column("patient_id", sa.BigInteger(), nullable=False),
        sa.Column("billing_npi", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("entered_on", sa.Date(), nullable=False),
        sa.Column("charge_cents", sa.BigInteger(), nullable=False),
        sa.Column("referral_number", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("clia_number", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("accident_cause", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("accident_date", sa.Date(), nullable=True),
        sa.Column("accident_state", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("onset_date", sa.Date(), nullable=True),
        sa.Column("admission_date", sa.Date(), nullable=True),
        sa.Column("file_id", sa.BigInteger(), nullable=True),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("status IN ('', 'cancelled')", name=op.f("ck_encounter_version_status")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_encounter_version_version")),
        sa.PrimaryKeyConstraint("encounter_id", "version", name=op.f("pk_encounter_version")),
        comment="A delivery of an encounter that differs from the one before; entered_on is its business date",
    )
    op.create_index("ix_encounter_version_entered_on", "encounter_version", ["entered_on"], unique=False)
    op.create_index("ix_encounter_version_patient", "encounter_version", ["patient_id"], unique=False)
    op.create_table(
        "problem",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=False),
        sa.Column("st_index", sa.Integer(), server_default="0", nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("expected", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("found", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("reason", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("subject_kind", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("subject", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["received_file.id"], name=op.f("fk_problem_file_id")),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_problem_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_problem")),
        sa.UniqueConstraint(
            "file_id",
            "st_index",
            "position",
            "code",
            "field",
            name=op.f("uq_problem_file_id_st_index_position_code_field"),
        ),
        comment="What could not be read: for CSV the row (the header being 1) and column, for X12 the segment. Holds PHI",
    )
    op.create_table(
        "quarantine",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("source_system", sa.Text(), nullable=False),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=False),
        sa.Column("cleared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "subject_kind IN ('patient', 'coverage', 'encounter')", name=op.f("ck_quarantine_subject_kind")
        ),
        sa.ForeignKeyConstraint(["file_id"], ["received_file.id"], name=op.f("fk_quarantine_file_id")),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_quarantine_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quarantine")),
        comment="The newest delivery of a patient, coverage or encounter could not be read; an earlier version is held",
    )
    op.create_index(
        "uq_quarantine_open",
        "quarantine",
        ["source_system", "subject_kind", "subject"],
        unique=True,
        postgresql_where=sa.text("cleared_at IS NULL"),
    )
    # An auditor's trail: even the owner of the table may only add to it.
    op.execute("REVOKE UPDATE, DELETE, TRUNCATE ON access_log FROM CURRENT_USER")
