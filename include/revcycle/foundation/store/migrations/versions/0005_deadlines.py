"""Deadlines: until when a payer must have a claim, its correction or an appeal."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "deadline",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False, comment="claim.id or denial.id"),
        sa.Column("rule_kind", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False, comment="the source of the payer's rule and since when it holds"),
        sa.Column("sentence", sa.Text(), nullable=False, comment="why this day; dates of service, never a patient"),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("filed_on", sa.Date(), nullable=True, comment="the day that the payer's proven receipt counts as"),
        sa.Column("ended_because", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("evaluated_as_of", sa.Date(), nullable=False, comment="never goes back"),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "(subject_kind, rule_kind) IN (('claim', 'filing'), ('claim', 'correction'), ('denial', 'appeal'))",
            name=op.f("ck_deadline_rule_kind"),
        ),
        sa.CheckConstraint("state IN ('open', 'filed', 'late', 'ended')", name=op.f("ck_deadline_state")),
        sa.CheckConstraint("(state = 'ended') = (ended_because <> '')", name=op.f("ck_deadline_ended")),
        sa.CheckConstraint("state <> 'open' OR filed_on IS NULL", name=op.f("ck_deadline_filed")),
        sa.CheckConstraint("due_on >= starts_on", name=op.f("ck_deadline_due_on")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadline")),
        sa.UniqueConstraint(
            "subject_kind", "subject_id", "rule_kind", name=op.f("uq_deadline_subject_kind_subject_id_rule_kind")
        ),
        comment="The last day on which a payer must have a claim, its correction or an appeal, and whether it has it",
    )
    op.create_index(
        "ix_deadline_standing",
        "deadline",
        ["due_on"],
        unique=False,
        postgresql_where=sa.text("state IN ('open', 'late')"),
    )
