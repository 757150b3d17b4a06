"""What people must do, and what they did."""

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
from sqlalchemy.dialects.postgresql import JSONB

from revcycle.foundation.store.tables.base import metadata, surrogate, words, written_by

deadline = Table(
    "deadline",
    metadata,
    surrogate(),
    Column("subject_kind", Text, nullable=False),
    Column("subject_id", BigInteger, nullable=False, comment="claim.id or denial.id"),
    Column("rule_kind", Text, nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("rule", Text, nullable=False, comment="the source of the payer's rule and since when it holds"),
    Column("sentence", Text, nullable=False, comment="why this day; dates of service, never a patient"),
    Column("state", Text, nullable=False),
    Column("filed_on", Date, comment="the day that the payer's proven receipt counts as"),
    words("ended_because"),
    Column("evaluated_as_of", Date, nullable=False, comment="never goes back"),
    *written_by(in_bulk=True),
    UniqueConstraint("subject_kind", "subject_id", "rule_kind"),
    CheckConstraint(
        "(subject_kind, rule_kind) IN (('claim', 'filing'), ('claim', 'correction'), ('denial', 'appeal'))",
        name="rule_kind",
    ),
    CheckConstraint("state IN ('open', 'filed', 'late', 'ended')", name="state"),
    CheckConstraint("(state = 'ended') = (ended_because <> '')", name="ended"),
    CheckConstraint("state <> 'open' OR filed_on IS NULL", name="filed"),
    CheckConstraint("due_on >= starts_on", name="due_on"),
    comment="The last day on which a payer must have a claim, its correction or an appeal, and whether it has it",
)
Index("ix_deadline_standing", deadline.c.due_on, postgresql_where=text("state IN ('open', 'late')"))

work_item = Table(
    "work_item",
    metadata,
    surrogate(),
    Column("cause_kind", Text, nullable=False),
    Column("cause_id", BigInteger, nullable=False),
    Column("queue", Text, nullable=False),
    words("credential"),
    words("specialty"),
    words("owner"),
    Column("state", Text, nullable=False),
    Column("due_on", Date),
    Column("amount_cents", BigInteger, nullable=False, server_default="0"),
    Column("priority_terms", JSONB, nullable=False, server_default=text("'{}'")),
    Column("encounter_id", BigInteger, ForeignKey("encounter.id"), comment="whose patient it is about; null: a file's"),
    Column("claim_id", BigInteger, ForeignKey("claim.id")),
    Column("detail", JSONB, nullable=False, server_default=text("'{}'"), comment="codes and places, never a value"),
    Column("previous_item", BigInteger, ForeignKey("work_item.id")),
    Column("closed_at", DateTime(timezone=True)),
    *written_by(),
    CheckConstraint("state IN ('open', 'assigned', 'snoozed', 'resolved', 'closed')", name="state"),
    CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed_has_time"),
    CheckConstraint("state <> 'assigned' OR owner <> ''", name="assigned_has_owner"),
    comment="One piece of work for one cause; for coders one item an encounter (cause_kind edits)",
)
Index(
    "uq_work_item_open_cause",
    work_item.c.cause_kind,
    work_item.c.cause_id,
    unique=True,
    postgresql_where=text("closed_at IS NULL"),
)
Index("ix_work_item_cause", work_item.c.cause_kind, work_item.c.cause_id)

work_event = Table(
    "work_event",
    metadata,
    Column("item_id", BigInteger, ForeignKey("work_item.id"), nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("who", Text, nullable=False),
    Column("what", Text, nullable=False),
    words("why"),
    *written_by(),
    PrimaryKeyConstraint("item_id", "ordinal"),
    comment="What happened to an item, in order",
)

action = Table(
    "action",
    metadata,
    surrogate(),
    Column("item_id", BigInteger, ForeignKey("work_item.id"), nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False, server_default="pending"),
    Column("who", Text, nullable=False),
    Column("reason", Text, nullable=False),
    words("argument"),
    Column("at", DateTime(timezone=True), nullable=False),
    *written_by(),
    UniqueConstraint("item_id", "ordinal"),
    CheckConstraint("state IN ('pending', 'done', 'refused')", name="state"),
    CheckConstraint("who <> '' AND reason <> ''", name="is_explained"),
    comment="What a person decided on an item; the room it is meant for reads it at the start of its run",
)
Index("ix_action_pending", action.c.kind, postgresql_where=text("state = 'pending'"))
