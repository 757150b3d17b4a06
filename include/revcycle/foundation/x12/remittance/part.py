"""A piece of a transaction set."""

from dataclasses import dataclass

import pyarrow as pa

from revcycle.foundation.x12.remittance.transaction_set import RemittanceSet


@dataclass(frozen=True)
class Part:
    """Whole claims of one set as tables; only those that have rows are there, rows in the order of the file.

    With `last` the set is complete: its sums, its body and the verdict on it are known.
    """

    st: RemittanceSet
    tables: dict[str, pa.Table]
    last: bool
