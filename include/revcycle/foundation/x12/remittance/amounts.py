"""Amounts and quantities of a window, with a problem for each that cannot be read."""

import numpy as np
import pyarrow as pa

from revcycle.foundation.x12.arrow import ints
from revcycle.foundation.x12.fixed_point import Numbers, numbers
from revcycle.foundation.x12.remittance.complaints import Complaints

_TEN_THOUSANDTHS = 4


def amounts(complaints: Complaints, rows: np.ndarray, name: str, element: int, *, required: bool = False) -> Numbers:
    """Cents. An amount that cannot be read, or is not there though `required`, spoils its set and counts as 0."""
    read = numbers(complaints.places.window, rows, element)
    expected = "a decimal of at most 18 signs with at most two places"
    reason = f"{name}{element:02} is not an amount"
    complaints.rows(rows[read.bad], "amount.unreadable", reason, element=element, expected=expected)
    if required:
        missing = rows[~read.present & ~read.bad]
        complaints.rows(missing, "amount.missing", f"{name}{element:02} is missing", expected=expected)
    return read


def quantities(complaints: Complaints, rows: np.ndarray, name: str, element: int, *, fatal: bool = True) -> pa.Array:
    """Thousandths, null where absent or unreadable. A fourth decimal is read, reported and not kept."""
    read = numbers(complaints.places.window, rows, element, _TEN_THOUSANDTHS)
    code, reason = "amount.unreadable", f"{name}{element:02} is not a number"
    complaints.rows(rows[read.bad], code, reason, element=element, expected="a decimal", fatal=fatal)
    fine = read.value % 10 != 0
    reason = f"{name}{element:02} has more than three decimals"
    complaints.rows(rows[fine], code, reason, element=element, expected="three decimals", fatal=False)
    return ints(read.value // 10, read.present & ~fine)


def total(owner: np.ndarray, cents: np.ndarray, count: int) -> np.ndarray:
    """Sums by owner, from 0 up to `count`; rows of owner -1 count nowhere. Exact whatever the size of the amounts."""
    owned = owner >= 0
    owner, cents = owner[owned], cents[owned]
    largest = max(int(cents.max(initial=0)), -int(cents.min(initial=0)))
    sums = np.zeros(count, np.int64 if largest * (len(cents) + 1) < 2**62 else object)
    np.add.at(sums, owner, cents)
    return sums
