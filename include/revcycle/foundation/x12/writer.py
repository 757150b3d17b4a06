"""Tables -> 837, a column at a time.

Each row of the map becomes one Arrow column of whole segments; all columns are put in order by one integer sort, and
the taken column's buffer is the file: several times as fast as row by row (benchmarks/write_837.py).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from revcycle.foundation.x12 import map_837p
from revcycle.foundation.x12.arrow import ints
from revcycle.foundation.x12.characters import ALLOWED, COMPONENT, REPETITION, SEGMENT
from revcycle.foundation.x12.checks import Finding
from revcycle.foundation.x12.columns import SegmentColumns
from revcycle.foundation.x12.map_format import Row
from revcycle.foundation.x12.mapped_rows import given, mapped, numbers
from revcycle.foundation.x12.order import places

ST_CONTROL = "0001"
LAST_CONTROL_NUMBER = 999_999_999
_QUALIFIER = re.compile(r"[0-9A-Z]{2}")
Tables = Mapping[str, pa.Table]


@dataclass(frozen=True)
class Envelope837:
    """ISA and GS of one interchange with one group and one transaction set; `created` in the time of the partner."""

    sender_qualifier: str
    sender_id: str
    receiver_qualifier: str
    receiver_id: str
    created: datetime
    isa13: int
    gs06: int
    usage: str

    def __post_init__(self) -> None:
        for name in (self.sender_id, self.receiver_id):
            if not 2 <= len(name) <= 15 or name != name.strip() or not _allowed(name):
                raise ValueError("an id of ISA06 or ISA08 is not 2 to 15 characters of X12")
        if not all(_QUALIFIER.fullmatch(one) for one in (self.sender_qualifier, self.receiver_qualifier)):
            raise ValueError("a qualifier of ISA05 or ISA07 is not 2 letters or digits")
        if not all(1 <= number <= LAST_CONTROL_NUMBER for number in (self.isa13, self.gs06)):
            raise ValueError(f"a control number of ISA13 or GS06 is not from 1 to {LAST_CONTROL_NUMBER}")
        if self.usage not in ("T", "P"):
            raise ValueError("ISA15 is neither T (test) nor P (production)")

    def head(self) -> str:
        isa = (
            f"00*{'':10}*00*{'':10}*{self.sender_qualifier}*{self.sender_id:<15}*{self.receiver_qualifier}*"
            f"{self.receiver_id:<15}*{self.created:%y%m%d}*{self.created:%H%M}*{REPETITION}*00501*{self.isa13:09}*0*"
            f"{self.usage}*{COMPONENT}"
        )
        group = (
            f"HC*{self.sender_id}*{self.receiver_id}*{self.created:%Y%m%d}*{self.created:%H%M}*{self.gs06}*X*"
            f"{map_837p.VERSION}"
        )
        return f"ISA*{isa}{SEGMENT}GS*{group}{SEGMENT}"

    def tail(self) -> str:
        return f"GE*1*{self.gs06}{SEGMENT}IEA*1*{self.isa13:09}{SEGMENT}"


def _allowed(text: str) -> bool:
    return bool(ALLOWED[list(text.encode())].all())


def write_837p(stream: BinaryIO, tables: Tables, envelope: Envelope837) -> list[Finding]:
    """Write one professional interchange and return what cannot be written, in order of claims.

    `tables` are those of the map: `set` one row; `claim` in the order of the file; `line` and the rest with `claim`
    (row of the claim table, from 0, ascending), `n` (order within it), `adjudication` also `m`, its CAS also `rep`.
    Columns that the map does not require may be missing. With findings nothing is written.
    """
    created = {
        "st_control": [ST_CONTROL],
        "created": [envelope.created.date()],
        "created_time": [f"{envelope.created:%H%M}"],
    }
    _refuse_unusable(tables)
    header = tables["set"]
    for name, value in created.items():
        header = header.append_column(name, pa.array(value))
    columns = SegmentColumns()
    numbered = {**tables, "set": header, "claim": _with_hierarchy(tables["claim"])}
    body, count = _ordered(columns, numbered, map_837p.ROWS)
    findings = sorted([*columns.findings, *_without_lines(tables)])
    if not findings:
        stream.write(envelope.head().encode())
        stream.write(body)
        stream.write(f"SE*{count + 1}*{ST_CONTROL}{SEGMENT}{envelope.tail()}".encode())
    return findings


def _refuse_unusable(tables: Tables) -> None:
    """Tables that no 837 can be made of are a mistake of the caller's."""
    claims = tables["claim"].num_rows
    if tables["set"].num_rows != 1 or not claims:
        raise ValueError("one row of the set and at least one claim are expected")
    for section, table in tables.items():
        if section in ("set", "claim") or not table.num_rows:
            continue
        claim = table["claim"].to_numpy()
        if claim.min() < 0 or claim.max() >= claims:
            raise ValueError(f"the table {section} has a row of a claim that is not in the table claim")


def _without_lines(tables: Tables) -> Iterator[Finding]:
    """Loop 2400 stands 1 to 50 times in a professional claim."""
    claims = tables["claim"].num_rows
    lines = np.bincount(numbers(tables["line"], "claim"), minlength=claims) if "line" in tables else np.zeros(claims)
    for claim in np.flatnonzero(lines == 0).tolist():
        yield Finding(claim, "LX", "01", "number", "is required: the claim has no line")
    for claim in np.flatnonzero(lines > map_837p.MOST_LINES).tolist():
        yield Finding(claim, "LX", "01", "number", f"is beyond {map_837p.MOST_LINES}, the most lines of a claim")


def _with_hierarchy(claims: pa.Table) -> pa.Table:
    """HL numbers: one subscriber a claim, and one patient where that is somebody else. 1 is the billing provider."""
    dependent = given(claims, "relationship")
    subscriber = 2 + np.arange(claims.num_rows) + np.cumsum(dependent) - dependent
    return (
        claims.append_column("hl", pc.cast(ints(subscriber), pa.string()))
        .append_column("hl_patient", pc.cast(ints(subscriber + 1), pa.string()))
        .append_column("hl_child", pa.array(["0", "1"]).take(ints(dependent)))
    )


def _ordered(columns: SegmentColumns, tables: Tables, rows: Sequence[Row]) -> tuple[memoryview, int]:
    """The bytes from ST to before SE, and how many segments they are."""
    texts: list[pa.Array] = []
    keys: list[np.ndarray] = []
    first_adjudication = next(position for position, row in enumerate(rows) if row.section == "adjudication")
    for position, row in enumerate(rows):
        if row.section in tables and (found := mapped(row, tables[row.section])):
            texts.append(columns.segments(found))
            keys.append(places(found, position, first_adjudication))
    key = np.concatenate(keys)
    order = np.argsort(key, kind="stable")
    if not np.diff(key[order]).all():
        raise ValueError("two rows of a table have the same place (claim, n, m, rep) in the file")
    body = pa.concat_arrays(texts).take(ints(order))
    size = int(np.frombuffer(body.buffers()[1], np.int32)[len(body)])
    return memoryview(body.buffers()[2])[:size], len(order)
