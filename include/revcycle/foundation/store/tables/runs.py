"""Who did what: runs, the archive's register, and who looked at whose data."""

from sqlalchemy import BigInteger, Column, Date, DateTime, ForeignKey, Integer, Table, Text, UniqueConstraint, func

from revcycle.foundation.store.tables.base import metadata, surrogate, words, written_by

run = Table(
    "run",
    metadata,
    surrogate(),
    Column("dag_id", Text, nullable=False),
    Column("airflow_run_id", Text, nullable=False),
    Column("step", Text, nullable=False),
    Column("shard", Integer, nullable=False, server_default="0"),
    Column("business_date", Date),
    Column("as_of", Date),
    words("who"),
    Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    UniqueConstraint("dag_id", "airflow_run_id", "step", "shard"),
    comment="One step of one run; a retry finds the same row",
)

archive_object = Table(
    "archive_object",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("bytes", BigInteger, nullable=False),
    words("location"),
    words("encryption_key_id"),
    *written_by(),
    comment="What the archive holds; the bytes were synced before the row",
)

access_log = Table(
    "access_log",
    metadata,
    surrogate(),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("who", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("patient_id", BigInteger),
    words("origin"),
    Column(
        "run_id", BigInteger, ForeignKey("run.id"), comment="of a change; a look writes nothing else and has no run"
    ),
    comment="Who read or changed which patient's data; a trigger refuses all but inserts",
)
