"""Who may write off how much: above somebody's own limit a second person, whose limit it is within, decides."""

from typing import Any

from sqlalchemy import Connection, Row, select

from revcycle.foundation.errors import InputUnusable
from revcycle.foundation.store.tables import staff
from revcycle.foundation.x12.fixed_point import decimal


def within_limit(connection: Connection, item: Row[Any], by: str) -> None:
    """Raises InputUnusable where the item's amount is above the approval limit of `by`, naming who may decide."""
    query = select(staff.c.username, staff.c.approval_limit_cents).where(staff.c.superseded_at.is_(None))
    limits = {row.username: row.approval_limit_cents for row in connection.execute(query)}
    if item.amount_cents <= limits[by]:
        return
    able = sorted(username for username, limit in limits.items() if item.amount_cents <= limit)
    second = (
        f"give it to {' or '.join(able)} (`./revcycle work assign {item.id}`), who decides"
        if able
        else "nobody's limit is so high: raise one in practice.yaml"
    )
    raise InputUnusable(
        f"Work item {item.id} is over {decimal(item.amount_cents)}, above the approval limit of {by} "
        f"({decimal(limits[by])}): {second}."
    )
