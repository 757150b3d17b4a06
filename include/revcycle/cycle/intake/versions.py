"""How a delivered table becomes versions: placed beside what is there, counted, superseded, inserted."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text

from revcycle.cycle.intake.counts import Tally
from revcycle.cycle.intake.reading import Delivery
from revcycle.cycle.intake.register import Receipt
from revcycle.foundation.store.bulk import copy_in
from revcycle.foundation.store.temporary import analyze


@dataclass(frozen=True)
class Versioning:
    """The statements of one versioned table `name`, which stage into delivered_NAME and place into placed_NAME.

    `tally` counts what is new, changed and unchanged. `columns` are the staged names of the file's columns, in order.
    """

    name: str
    columns: Sequence[str]
    stage: str
    place: str
    tally: str
    supersede: str
    insert: str


def bring_in(connection: Connection, delivery: Delivery, receipt: Receipt, how: Versioning) -> Tally:
    """Write what is new or changed; equal content writes nothing."""
    named = receipt.named()
    connection.execute(text(how.stage))
    rows = delivery.rows.select(list(delivery.kind.names)).rename_columns(list(how.columns))
    copy_in(connection, f"delivered_{how.name}", rows)
    analyze(connection, f"delivered_{how.name}")
    connection.execute(text(how.place), named)
    analyze(connection, f"placed_{how.name}")
    new, changed, unchanged = connection.execute(text(how.tally)).one()
    connection.execute(text(how.supersede), named)
    connection.execute(text(how.insert), named)
    return Tally(new, changed, unchanged, len(delivery.failed()))
