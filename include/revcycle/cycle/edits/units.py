"""Units of service added up exactly, however many digits they have and over however many days a line is spread.

Sums of floating-point numbers miss a limit by a trifle, and thirds of a unit are no decimals at all, so what comes
near a limit is added up in fractions.
"""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import TypedDict

import duckdb

NEAR = 0.999999
"""A sum in floating point below this part of a limit is surely below the limit, even one of ten million lines."""

GREATEST = 10**15
_BILLIONTHS = 10**9


class Spread(TypedDict):
    """Units as written, above 0, and the number of days over which they are spread."""

    units: str
    days: int


def above(spread: Sequence[Spread], limit: int) -> str:
    """The sum of the units of one day in words where it is above the limit, else nothing."""
    total = sum((Fraction(Decimal(line["units"])) / line["days"] for line in spread), Fraction())
    return in_words(total) if total > limit else ""


def in_words(units: Fraction) -> str:
    """Units as people write them: 2, not 2.0. What needs more than nine decimals is rounded up and said to be so."""
    if units >= GREATEST:
        return f"at least {GREATEST}"
    billionths = -(-units.numerator * _BILLIONTHS // units.denominator)
    whole, rest = divmod(billionths, _BILLIONTHS)
    written = f"{whole}.{rest:09}".rstrip("0").rstrip(".")
    return written if billionths == units * _BILLIONTHS else f"about {written}"


def register(db: duckdb.DuckDBPyConnection) -> None:
    """Make `above` a function of the connection: units_above(list of (units, days), limit)."""
    db.create_function("units_above", above, ["STRUCT(units VARCHAR, days BIGINT)[]", "BIGINT"], "VARCHAR")
