"""A posting costs the database less, and what is posted for a claim has a name.

The balance of a claim is written anew by nearly every posting: with room on its page it keeps its place in the index.
And the next payer's claim is looked up for each claim that is paid.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


# Undone and rejected remittances are out, and of a CLP only the claim it was matched to last counts.
POSTED_CLAIM = """
CREATE VIEW posted_claim AS
SELECT rc.id, rc.remittance_id, rc.position, rc.status, rc.charge_cents, rc.paid_cents, rc.payer_claim_number,
       m.claim_id, m.submission_id, r.effective_date
FROM remittance_match m
JOIN remittance r ON r.id = m.remittance_id AND r.state IN ('posted', 'partly_matched', 'notification')
JOIN remittance_claim rc ON rc.remittance_id = m.remittance_id AND rc.position = m.claim_position
WHERE m.claim_id IS NOT NULL AND NOT EXISTS (
    SELECT FROM remittance_match later WHERE later.remittance_id = m.remittance_id
    AND later.claim_position = m.claim_position AND later.ordinal > m.ordinal)
"""


def upgrade() -> None:
    op.execute("ALTER TABLE claim_balance SET (fillfactor = 50)")
    op.create_index(
        "ix_claim_prior", "claim", ["prior_claim"], unique=False, postgresql_where=sa.text("prior_claim IS NOT NULL")
    )
    op.execute(POSTED_CLAIM)
