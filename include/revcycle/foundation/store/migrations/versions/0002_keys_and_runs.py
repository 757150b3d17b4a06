"""Keys and runs that were missing: a version's file and patient, a problem's place, the run of every row.

The access log only grows: a trigger says so to the table's owner too, who could give back to itself what is revoked.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

# A patient is written down by the run that brought the first version.
IDENTIFY = """
INSERT INTO patient_identity (id, run_id, recorded_at)
SELECT DISTINCT ON (patient_id) patient_id, run_id, recorded_at FROM patient ORDER BY patient_id, version
"""

# Lines and diagnoses are written by the run that writes their version.
NAME_THE_RUN = """
UPDATE {table} SET run_id = v.run_id FROM encounter_version v
WHERE v.encounter_id = {table}.encounter_id AND v.version = {table}.version
"""
REFUSE = """
CREATE FUNCTION access_log_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of the access log are neither changed nor removed'
        USING ERRCODE = 'insufficient_privilege', TABLE = 'access_log';
END $$
"""
TRIGGER = """
CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON access_log
FOR EACH STATEMENT EXECUTE FUNCTION access_log_only_grows()
"""


def upgrade() -> None:
    _patients_have_an_identity()
    _versions_point_out()
    _one_problem_for_each_code()
    _rows_name_their_run()
    _the_access_log_only_grows()
    op.create_table_comment(
        "finding",
        "What the sweep says about one encounter version; overridden ones are kept for the auditor, a fixed "
        "one with its person and reason: the override holds again when its cause returns to the same version",
    )


def _patients_have_an_identity() -> None:
    op.create_table(
        "patient_identity",
        sa.Column("id", sa.BigInteger(), server_default=sa.text("nextval('patient_ids')"), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patient_identity")),
        comment="A patient over all versions: what a row that belongs to a patient points to",
    )
    op.execute(IDENTIFY)
    op.create_foreign_key(op.f("fk_patient_patient_id"), "patient", "patient_identity", ["patient_id"], ["id"])


def _versions_point_out() -> None:
    op.create_foreign_key(
        op.f("fk_encounter_version_patient_id"), "encounter_version", "patient_identity", ["patient_id"], ["id"]
    )
    op.create_foreign_key(
        op.f("fk_encounter_version_file_id"), "encounter_version", "received_file", ["file_id"], ["id"]
    )


def _one_problem_for_each_code() -> None:
    op.execute("UPDATE problem SET code = field || '.' || code WHERE field <> ''")
    op.drop_constraint(op.f("uq_problem_file_id_st_index_position_code_field"), "problem", type_="unique")
    op.create_unique_constraint(
        op.f("uq_problem_file_id_st_index_position_code"), "problem", ["file_id", "st_index", "position", "code"]
    )
    op.create_table_comment(
        "problem",
        "What could not be read. position: the row (the header being 1) or the segment; code: the class of the "
        "value after the name of its field, as units.number, because one row may have the same in two fields. Holds PHI",
    )


def _rows_name_their_run() -> None:
    for table in ("charge_line", "diagnosis"):
        op.add_column(table, sa.Column("run_id", sa.BigInteger(), nullable=True))
        op.execute(NAME_THE_RUN.format(table=table))
        op.alter_column(table, "run_id", nullable=False)
    of_a_change = "of a change; a look writes nothing else and has no run"
    op.add_column("access_log", sa.Column("run_id", sa.BigInteger(), nullable=True, comment=of_a_change))
    op.create_foreign_key(op.f("fk_access_log_run_id"), "access_log", "run", ["run_id"], ["id"])


def _the_access_log_only_grows() -> None:
    op.execute(REFUSE)
    op.execute(TRIGGER)
    op.create_table_comment("access_log", "Who read or changed which patient's data; a trigger refuses all but inserts")
