"""Control numbers: raised and committed before anything is written with them. Gaps are harmless, no number comes twice.

ISA13 and GS06 count for each trading partner, BHT03 and claim numbers for the practice.
"""

from dataclasses import replace
from typing import Literal

from sqlalchemy import Connection, Engine, select
from sqlalchemy.dialects.postgresql import insert

from revcycle.foundation.errors import InputUnusable
from revcycle.foundation.store.runs import Step, begin
from revcycle.foundation.store.tables import control_number

NumberKind = Literal["isa13", "gs06", "bht03", "claim"]
HIGHEST = {"isa13": 999_999_999, "gs06": 999_999_999, "bht03": 9_999_999_999, "claim": 29**9 - 1}


def raise_numbers(engine: Engine, kind: NumberKind, count: int, *, step: Step, partner: str = "") -> range:
    """The next `count` numbers, from 1, in a transaction of its own; whoever asks at the same moment gets others.

    Raises: InputUnusable when the kind has no numbers left.
    """
    own = replace(step, step=f"{step.step}, numbers")  # the caller's own row may not be committed yet
    with engine.begin() as connection:
        row = {"partner": partner, "kind": kind, "last_value": count, "run_id": begin(connection, own)}
        raised = insert(control_number).values(row)
        raised = raised.on_conflict_do_update(
            index_elements=["partner", "kind"],
            set_={"last_value": control_number.c.last_value + count, "run_id": raised.excluded.run_id},
        )
        last = int(connection.execute(raised.returning(control_number.c.last_value)).scalar_one())
        if last > HIGHEST[kind]:
            raise InputUnusable(
                f"The {kind} numbers of {partner or 'the practice'} are used up; agree on a new sender id with the "
                "partner."
            )
    return range(last - count + 1, last + 1)


def last_number(connection: Connection, kind: NumberKind, *, partner: str = "") -> int:
    """The highest number given out; 0 before the first."""
    found = select(control_number.c.last_value).where(
        control_number.c.kind == kind, control_number.c.partner == partner
    )
    return int(connection.execute(found).scalar() or 0)


def lift(connection: Connection, kind: NumberKind, value: int, *, run_id: int, partner: str = "") -> None:
    """Make sure that a number, and all below it, are not given out again."""
    row = {"partner": partner, "kind": kind, "last_value": value, "run_id": run_id}
    raised = insert(control_number).values(row)
    connection.execute(
        raised.on_conflict_do_update(
            index_elements=["partner", "kind"],
            set_={"last_value": raised.excluded.last_value, "run_id": raised.excluded.run_id},
            where=control_number.c.last_value < raised.excluded.last_value,
        )
    )
