"""A batch of claims costs the database less.

PostgreSQL keeps an updated row within its page, without a new entry in any index, where no column of an index changes
and the page has room (heap-only tuples). The state of a claim stood in the condition of an index. And the interchange
of a batch's submissions, a row of the same transaction, was looked up for each of them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.execute("ALTER TABLE claim SET (fillfactor = 50)")  # first: the column below writes the table anew
    op.add_column(
        "claim",
        sa.Column(
            "is_void",
            sa.Boolean(),
            sa.Computed("state = 'void'", persisted=True),
            nullable=False,
            comment="for the index, which no other change of state concerns",
        ),
    )
    op.drop_index("uq_claim_of_encounter", table_name="claim")
    op.create_index(
        "uq_claim_of_encounter",
        "claim",
        ["encounter_id", "responsibility", "split"],
        unique=True,
        postgresql_where=sa.text("NOT is_void"),
    )
    op.drop_constraint("fk_claim_submission_interchange_id", "claim_submission", type_="foreignkey")
    op.alter_column("claim_submission", "interchange_id", comment="interchange.id")
