"""Tables -> 837, a column at a time.

Each row of the map becomes one Arrow column of whole segments; all columns are put in order by one integer sort, and
the taken column's buffer is the file: several times as fast as row by row (benchmarks/write_837.py).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from revcycle.foundation.x12 import map_837p
from revcycle.foundation.x12.arrow import date_text, decimal_text, ints, present, whole
from revcycle.foundation.x12.characters import ALLOWED, COMPONENT, ELEMENT, REPETITION, SEGMENT
from revcycle.foundation.x12.checks import Finding, faults
from revcycle.foundation.x12.map_format import Element, Part, Row

ST_CONTROL = "0001"
# The place of a section's rows within a claim: its own segments, then other payers, then lines.
_BLOCK = {"set": 0, "claim": 1, "other": 2, "other_cas": 2, "line": 3, "adjudication": 3, "adjudication_cas": 3}
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
            if not 2 <= len(name) <= 15 or not ALLOWED[list(name.encode("latin-1", "replace"))].all():
                raise ValueError("an id of ISA06 or ISA08 is not 2 to 15 characters of X12")

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
    header = tables["set"]
    for name, value in created.items():
        header = header.append_column(name, pa.array(value))
    segments = _Segments()
    body, count = segments.ordered({**tables, "set": header, "claim": _with_hierarchy(tables["claim"])}, map_837p.ROWS)
    if not segments.findings:
        stream.write(envelope.head().encode())
        stream.write(body)
        stream.write(f"SE*{count + 1}*{ST_CONTROL}{SEGMENT}{envelope.tail()}".encode())
    return sorted(segments.findings)


def _with_hierarchy(claims: pa.Table) -> pa.Table:
    """HL numbers: one subscriber a claim, and one patient where that is somebody else. 1 is the billing provider."""
    dependent = present(claims["relationship"])
    subscriber = 2 + np.arange(claims.num_rows) + np.cumsum(dependent) - dependent
    return (
        claims.append_column("hl", pc.cast(ints(subscriber), pa.string()))
        .append_column("hl_patient", pc.cast(ints(subscriber + 1), pa.string()))
        .append_column("hl_child", pa.array(["0", "1"]).take(ints(dependent)))
    )


class _Segments:
    """Segments of one transaction set, and what was found while they were made."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def ordered(self, tables: Tables, rows: Sequence[Row]) -> tuple[memoryview, int]:
        """The bytes from ST to before SE, and how many segments they are."""
        texts: list[pa.Array] = []
        keys: list[np.ndarray] = []
        first_adjudication = next(i for i, row in enumerate(rows) if row.section == "adjudication")
        for position, row in enumerate(rows):
            table = _rows_of(row, tables)
            if table is None:
                continue
            claim = _claims_of(row, table)
            texts.append(self._segment(row, table.table, claim))
            keys.append(_sort_key(row, table.table, claim, position, first_adjudication))
        order = np.argsort(np.concatenate(keys), kind="stable")
        body = pa.concat_arrays(texts).take(ints(order))
        size = int(np.frombuffer(body.buffers()[1], np.int32)[len(body)])
        return memoryview(body.buffers()[2])[:size], len(order)

    def _segment(self, row: Row, table: pa.Table, claim: np.ndarray) -> pa.Array:
        elements = [pa.scalar(row.segment)]
        elements += [
            self._element(row, number, element, table, claim) for number, element in enumerate(row.elements, 1)
        ]
        joined = pc.binary_join_element_wise(*elements, ELEMENT, null_handling="replace", null_replacement="")
        if isinstance(joined, pa.Scalar):
            joined = pa.array([joined.as_py()] * len(claim))
        return pc.binary_join_element_wise(pc.ascii_rtrim(joined, ELEMENT), SEGMENT, "")

    def _element(
        self, row: Row, number: int, element: Element, table: pa.Table, claim: np.ndarray
    ) -> pa.Array | pa.Scalar:
        parts: list[pa.Array | pa.Scalar] = []
        any_present = None
        for place, part in enumerate(element.parts, 1):
            name = f"{number:02}-{place}" if len(element.parts) > 1 else f"{number:02}"
            text = self._part(row, name, part, table, claim)
            parts.append(text)
            if part.constant is None and isinstance(text, pa.Array):
                some = pc.greater(pc.binary_length(text).fill_null(0), 0)
                any_present = some if any_present is None else pc.or_(any_present, some)
        if len(parts) == 1:
            return parts[0]
        joined = pc.binary_join_element_wise(*parts, element.joiner, null_handling="replace", null_replacement="")
        joined = pc.ascii_rtrim(joined, element.joiner)
        if any(part.column for part in element.parts):  # constants alone are no composite
            joined = pa.scalar("") if any_present is None else pc.if_else(any_present, joined, None)
        return joined

    def _part(self, row: Row, name: str, part: Part, table: pa.Table, claim: np.ndarray) -> pa.Array | pa.Scalar:
        if part.column is None:
            return pa.scalar(part.constant)
        if part.column not in table.column_names:
            if part.required:
                raise KeyError(f"the table {row.section} has no column {part.column}")
            return pa.scalar("")
        raw = whole(table[part.column])
        if part.constant is not None:
            return pc.if_else(raw.is_valid(), part.constant, None)
        text = _as_text(raw, part)
        for rows, reason in faults(text, part):
            for index in rows.tolist():
                value = text[index].as_py() or ""
                found = Finding(int(claim[index]), row.segment, name, part.column, reason, value)
                self.findings.append(found)
        return text


def _as_text(values: pa.Array, part: Part) -> pa.Array:
    if part.kind in ("cents", "signed cents"):
        return decimal_text(values, 100)
    if part.kind == "thousandths":
        return decimal_text(values, 1000)
    return date_text(values) if part.kind == "date" else values


@dataclass(frozen=True)
class _Taken:
    """The rows of a section that have this segment; `index` is their place in the section's table."""

    table: pa.Table
    index: np.ndarray


def _rows_of(row: Row, tables: Tables) -> _Taken | None:
    table = tables.get(row.section)
    if table is None or not table.num_rows:
        return None
    index = np.arange(table.num_rows)
    if row.when:
        absent, column = row.when[0] == "!", row.when.lstrip("!")
        if column in table.column_names:
            has = present(table[column])
            index = np.flatnonzero(~has if absent else has)
        elif not absent:
            return None
    if not len(index):
        return None
    return _Taken(table if len(index) == table.num_rows else table.take(ints(index)), index)


def _claims_of(row: Row, taken: _Taken) -> np.ndarray:
    """The claim of each row; -1 for the header."""
    if row.section == "set":
        return np.full(1, -1)
    return taken.index if row.section == "claim" else _column(taken.table, "claim")


def _sort_key(row: Row, table: pa.Table, claim: np.ndarray, position: int, first_adjudication: int) -> np.ndarray:
    """Claim, block, row of the section, segment of the map, and within another payer's words the occurrence."""
    inner = row.section.startswith("adjudication")
    key: np.ndarray = np.maximum(claim, 0).astype(np.int64) << 48 | _BLOCK[row.section] << 44
    key |= _column(table, "n") << 32 | (first_adjudication if inner else position) << 24
    if inner:
        key |= _column(table, "m") << 16 | position << 8
    key |= _column(table, "rep")
    return key


def _column(table: pa.Table, name: str) -> np.ndarray:
    if name not in table.column_names:
        return np.zeros(table.num_rows, np.int64)
    values: np.ndarray = table[name].to_numpy().astype(np.int64)
    return values
