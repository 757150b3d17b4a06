"""The payers' filing limits as the practice database has them now."""

from sqlalchemy import Connection, select

from revcycle.foundation.calendar import FilingLimit
from revcycle.foundation.store.tables import payer_rule

FILING = "filing"


def stored_limits(connection: Connection) -> tuple[FilingLimit, ...]:
    """Every limit in force on any date of service, by payer and first day."""
    rules = (
        select(payer_rule)
        .where(payer_rule.c.kind == FILING, payer_rule.c.superseded_at.is_(None))
        .order_by(payer_rule.c.payer, payer_rule.c.valid_from)
    )
    return tuple(
        FilingLimit(row.payer, row.valid_from, row.valid_to, row.value["count"], row.value["unit"], row.source)
        for row in connection.execute(rules)
    )
