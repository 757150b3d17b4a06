"""Charges: rows of lines become whole encounters, each with the digest of its content."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection

from revcycle.cycle.intake import encounters, listing
from revcycle.cycle.intake.compared import Integers, codes, days, differing, first_rows, problems_at, repeated
from revcycle.cycle.intake.counts import IntakeCounts, Tally
from revcycle.cycle.intake.files import CHARGES, Column
from revcycle.cycle.intake.reading import Delivery
from revcycle.cycle.intake.register import Receipt

WHOLE = tuple(column for column in CHARGES.columns if column.whole)
LINE = tuple(column for column in CHARGES.columns if not column.whole and column.name not in ("encounter_id", "line"))

# Cells hold no control characters, so these cannot be part of a value.
_FIELD, _PART = "\x1f", "\x1e"
_EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True)
class Encounters:
    """The encounters of a delivery. `heads`: one row each; `lines`: charge lines by encounter and line number.

    The column `encounter` of `lines` is the position in `heads`.
    """

    heads: pa.Table
    lines: pa.Table


def check(delivery: Delivery, intake_day: date) -> None:
    """A line stands once, what belongs to the encounter is the same on its lines, and it was entered by now."""
    groups = codes(delivery.rows["encounter_id"])
    first = first_rows(groups)
    lines = delivery.rows["line"].to_numpy()
    problems = repeated(delivery, groups << 31 | lines, "line", "this line of the encounter")
    for column in WHOLE:
        problems += differing(delivery, first, column.name)
    entered = days(delivery.rows["entered_on"], 0)
    problems += problems_at(
        delivery,
        np.flatnonzero(entered > intake_day.toordinal() - _EPOCH),
        field="entered_on",
        code="future",
        expected="a day not after the day of intake",
        reason=lambda _: "the coding cannot have been finished yet",
    )
    delivery.refuse(problems)


def refuse_unlisted(connection: Connection, delivery: Delivery, source: str) -> None:
    """Billing providers must stand in practice.yaml, patients in an earlier patients file."""
    problems = listing.unlisted_billing_providers(delivery, connection)
    delivery.refuse(problems + listing.unlisted_patients(delivery, connection, source=source))


def write(connection: Connection, delivery: Delivery, receipt: Receipt) -> IntakeCounts:
    """Bring the encounters in; equal ones write nothing."""
    whole = assemble(delivery, receipt.intake_day)
    new, versions = encounters.write(connection, whole.heads, whole.lines, receipt)
    unchanged = whole.heads.num_rows - len(versions)
    tally = Tally(new, len(versions) - new, unchanged, len(delivery.failed()))
    return IntakeCounts(encounters=tally, changed=versions)


def assemble(delivery: Delivery, intake_day: date) -> Encounters:
    """The encounters of the rows that are left."""
    rows = delivery.rows
    groups = codes(rows["encounter_id"])
    order = np.lexsort((rows["line"].to_numpy(), groups))
    rows, groups = rows.take(order), groups[order]
    starts = np.flatnonzero(np.diff(groups, prepend=-1))
    heads = rows.take(starts)
    heads = heads.append_column("content_sha256", pa.array(_digests(rows, heads, starts), pa.string()))
    heads = heads.append_column("charge_cents", pa.array(_sums(rows["charge"].to_numpy(), starts)))
    entered = pc.coalesce(heads["entered_on"], _latest(rows, starts, intake_day))
    heads = heads.set_column(heads.column_names.index("entered_on"), "entered_on", entered)
    return Encounters(heads, rows.append_column("encounter", pa.array(groups)))


def _latest(rows: pa.Table, starts: Integers, intake_day: date) -> pa.Array:
    """The latest date of service of each encounter, but not after the day of intake."""
    served = days(rows["date_from"], 0)
    latest = np.maximum.reduceat(served, starts) if len(starts) else served
    return pa.array(np.minimum(latest, intake_day.toordinal() - _EPOCH).astype(np.int32)).cast(pa.date32())


def _sums(values: Integers, starts: Integers) -> Integers:
    return np.asarray(np.add.reduceat(values, starts) if len(starts) else values, dtype=np.int64)


def _digests(rows: pa.Table, heads: pa.Table, starts: Integers) -> Iterator[str]:
    """sha256 over what the encounter says, not over how its file says it: columns in our order, lines by number."""
    offsets = pa.array(np.append(starts, rows.num_rows).astype(np.int32))
    texts = pa.ListArray.from_arrays(offsets, _joined(rows, ("line", *_names(LINE))))
    lines = pc.binary_join(texts, _PART)
    content = pc.binary_join_element_wise(_joined(heads, _names(WHOLE)), lines, _PART)
    return (hashlib.sha256(text.as_py().encode()).hexdigest() for text in content)


def _names(columns: Sequence[Column]) -> tuple[str, ...]:
    return tuple(column.name for column in columns)


def _joined(rows: pa.Table, names: Sequence[str]) -> pa.Array:
    """`name=value` of what is not empty: a column that comes to be known later leaves old digests as they are."""
    parts = []
    for name in names:
        texts = rows[name].cast(pa.string()).combine_chunks()
        parts.append(pc.if_else(pc.equal(texts, ""), None, pc.binary_join_element_wise(name, texts, "=")))
    return pc.binary_join_element_wise(*parts, _FIELD, null_handling="skip")
