"""The practice as its own files describe it, payers and their rules, patients and coverage, and code sets in force."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Sequence,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, ExcludeConstraint

from revcycle.foundation.store.tables.base import metadata, surrogate, versioned, words, written_by

CURRENT = text("superseded_at IS NULL")
patient_ids = Sequence("patient_ids", metadata=metadata)

practice = versioned(
    "practice",
    ("name",),
    Column("name", Text, nullable=False),
    Column("time_zone", Text, nullable=False),
    comment="The practice itself, from practice.yaml",
)

billing_provider = versioned(
    "billing_provider",
    ("npi", "tax_id"),
    Column("npi", Text, nullable=False),
    Column("tax_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    words("taxonomy"),
    words("phone"),
    Column("address", JSONB, nullable=False),
    comment="Who bills and is paid; the payee of remittances",
)

provider = versioned(
    "provider",
    ("npi",),
    Column("npi", Text, nullable=False),
    Column("last_name", Text, nullable=False),
    words("first_name"),
    words("taxonomy"),
    words("specialty"),
    Column("valid_from", Date),
    Column("valid_to", Date),
    comment="Who renders, refers, supervises or orders",
)

facility = versioned(
    "facility",
    ("npi",),
    Column("npi", Text, nullable=False),
    Column("name", Text, nullable=False),
    words("place_of_service"),
    Column("address", JSONB, nullable=False),
    comment="Where services are rendered, when not at the billing provider's address",
)

payer = versioned(
    "payer",
    ("code",),
    Column("code", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("time_zone", Text, nullable=False),
    comment="Who pays, by the practice's own code",
)

payer_rule = versioned(
    "payer_rule",
    ("payer", "kind", "plan", "valid_from"),
    Column("payer", Text, nullable=False),
    Column("kind", Text, nullable=False),
    words("plan"),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    Column("value", JSONB, nullable=False),
    Column("source", Text, nullable=False),
    words("evidence"),
    ExcludeConstraint(
        (text("textrange(payer, payer, '[]')"), "&&"),
        (text("textrange(kind, kind, '[]')"), "&&"),
        (text("textrange(plan, plan, '[]')"), "&&"),
        (text("daterange(valid_from, valid_to, '[]')"), "&&"),
        where=CURRENT,
        using="gist",
        name="ex_payer_rule_overlap",
    ),
    CheckConstraint("source <> ''", name="has_source"),
    comment="A payer's dated rules, each with its source: filing limits and, later, the rest of its companion guide",
)

payer_identifier = versioned(
    "payer_identifier",
    ("partner", "qualifier", "value", "payer"),
    Column("partner", Text, nullable=False),
    Column("qualifier", Text, nullable=False, comment="NM109, TRN03, N104, 2U: where the partner writes the value"),
    Column("value", Text, nullable=False),
    Column("payer", Text, nullable=False),
    comment="How a partner names a payer; one value may stand for several payers",
)

trading_partner = versioned(
    "trading_partner",
    ("connection",),
    Column("connection", Text, nullable=False, comment="the Airflow connection that opens it"),
    Column("usage", Text, nullable=False),
    Column("settings", JSONB, nullable=False),
    CheckConstraint("usage IN ('T', 'P')", name="usage"),
    comment="With whom files are exchanged, and how: from practice.yaml",
)

staff = versioned(
    "staff",
    ("username",),
    Column("username", Text, nullable=False),
    Column("roles", ARRAY(Text), nullable=False),
    Column("credentials", ARRAY(Text), nullable=False),
    Column("specialties", ARRAY(Text), nullable=False),
    Column("approval_limit_cents", BigInteger, nullable=False, server_default="0"),
    comment="The people whose worklists are filled; username is the Airflow user",
)

patient_identity = Table(
    "patient_identity",
    metadata,
    Column("id", BigInteger, patient_ids, primary_key=True, server_default=patient_ids.next_value()),
    *written_by(in_bulk=True),
    comment="A patient over all versions: what a row that belongs to a patient points to",
)

patient = versioned(
    "patient",
    ("source_system", "source_patient_id"),
    Column("patient_id", BigInteger, ForeignKey("patient_identity.id"), nullable=False),
    Column("source_system", Text, nullable=False),
    Column("source_patient_id", Text, nullable=False),
    Column("last_name", Text, nullable=False),
    Column("first_name", Text, nullable=False),
    words("middle_name"),
    words("suffix"),
    Column("birth_date", Date, nullable=False),
    Column("sex", Text, nullable=False),
    Column("death_date", Date),
    Column("address_1", Text, nullable=False),
    words("address_2"),
    Column("city", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("zip", Text, nullable=False),
    words("phone"),
    CheckConstraint("source_patient_id <> ''", name="has_source_id"),
    CheckConstraint("sex IN ('F', 'M', 'U')", name="sex"),
    comment="A patient; patient_id stays the same over all versions",
)
Index("uq_patient_identity", patient.c.patient_id, unique=True, postgresql_where=CURRENT)

coverage = versioned(
    "coverage",
    ("patient_id", "responsibility", "valid_from"),
    Column("patient_id", BigInteger, nullable=False),
    Column("responsibility", Text, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    Column("payer", Text, nullable=False),
    Column("member_id", Text, nullable=False),
    words("group_number"),
    words("group_name"),
    words("insurance_type"),
    Column("relationship", Text, nullable=False),
    words("subscriber_last_name"),
    words("subscriber_first_name"),
    words("subscriber_middle_name"),
    words("subscriber_suffix"),
    Column("subscriber_birth_date", Date),
    words("subscriber_sex"),
    words("subscriber_address_1"),
    words("subscriber_address_2"),
    words("subscriber_city"),
    words("subscriber_state"),
    words("subscriber_zip"),
    CheckConstraint("responsibility IN ('P', 'S', 'T')", name="responsibility"),
    CheckConstraint("relationship IN ('self', 'spouse', 'child', 'other')", name="relationship"),
    CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="dates"),
    ExcludeConstraint(
        (text("int8range(patient_id, patient_id, '[]')"), "&&"),
        (text("textrange(responsibility, responsibility, '[]')"), "&&"),
        (text("daterange(valid_from, valid_to, '[]')"), "&&"),
        where=CURRENT,
        using="gist",
        name="ex_coverage_overlap",
    ),
    comment="Which payer is responsible for a patient, in which order, on which days (both ends included)",
)

code_release = Table(
    "code_release",
    metadata,
    surrogate(),
    Column("source", Text, nullable=False),
    Column("setting", Text, nullable=False),
    Column("release_version", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    Column("rows", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    *written_by(),
    UniqueConstraint("source", "setting", "release_version", "sha256"),
    CheckConstraint("setting IN ('professional', 'outpatient_hospital', 'any')", name="setting"),
    CheckConstraint("state IN ('staged', 'active', 'withdrawn')", name="state"),
    comment="A dated release of a code set or national edit; its content is a Parquet object of the archive",
)
Index(
    "uq_code_release_active",
    code_release.c.source,
    code_release.c.setting,
    code_release.c.release_version,
    unique=True,
    postgresql_where=text("state = 'active'"),
)
