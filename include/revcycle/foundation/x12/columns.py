"""Rows of a table -> one Arrow column of whole segments, every element checked on its way. Nothing is repaired."""

from collections.abc import Iterable
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from revcycle.foundation.x12.arrow import as_text, whole
from revcycle.foundation.x12.characters import ELEMENT, SEGMENT
from revcycle.foundation.x12.checks import Fault, Finding, faults
from revcycle.foundation.x12.map_format import Element, Part
from revcycle.foundation.x12.mapped_rows import MappedRows

Column: TypeAlias = pa.Array | pa.Scalar


class SegmentColumns:
    """Makes columns of segments and collects what was found in them."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def segments(self, rows: MappedRows) -> pa.Array:
        """The segment of each row, with its terminator."""
        elements = [pa.scalar(rows.row.segment)]
        elements += [self._element(rows, number, element) for number, element in enumerate(rows.row.elements, 1)]
        joined = pc.binary_join_element_wise(*elements, ELEMENT, null_handling="replace", null_replacement="")
        if isinstance(joined, pa.Scalar):
            joined = pa.array([joined.as_py()] * len(rows.claim))
        return pc.binary_join_element_wise(pc.ascii_rtrim(joined, ELEMENT), SEGMENT, "")

    def _element(self, rows: MappedRows, number: int, element: Element) -> Column:
        if len(element.parts) == 1:
            return self._part(rows, element.name(number, 1), element.parts[0])
        names = [element.name(number, place) for place in range(1, len(element.parts) + 1)]
        parts = [self._part(rows, name, part) for name, part in zip(names, element.parts, strict=True)]
        joined = pc.binary_join_element_wise(*parts, element.joiner, null_handling="replace", null_replacement="")
        joined = pc.ascii_rtrim(joined, element.joiner)
        named = [place for place, part in enumerate(element.parts) if part.column and part.constant is None]
        if not named:
            return joined
        given = np.array([_given(parts[place], len(rows.claim)) for place in named])
        some, first = given.any(axis=0), named[0]
        if not element.parts[first].required:
            missing = (np.flatnonzero(some & ~given[0]), "is required beside other components")
            self._report(rows, names[first], str(element.parts[first].column), [missing], parts[first])
        return pc.if_else(pa.array(some), joined, None)  # constants alone are no composite

    def _part(self, rows: MappedRows, name: str, part: Part) -> Column:
        if part.column is None:
            return pa.scalar(part.constant)
        section, table = rows.row.section, rows.table
        if part.column not in table.column_names:
            if part.required:
                raise KeyError(f"the table {section} has no column {part.column}")
            return pa.scalar("")
        raw = whole(table[part.column])
        if part.constant is not None:
            return pc.if_else(pc.greater(pc.binary_length(raw), 0), part.constant, None)
        text = as_text(raw, part.kind, f"the column {part.column} of the table {section}")
        if text.null_count == len(text) and not part.required:
            return pa.scalar("")
        self._report(rows, name, part.column, faults(text, part), text)
        return text

    def _report(self, rows: MappedRows, name: str, column: str, found: Iterable[Fault], text: Column) -> None:
        for wrong, reason in found:
            for index in wrong.tolist():
                value = "" if isinstance(text, pa.Scalar) else text[index].as_py() or ""
                claim = int(rows.claim[index])
                self.findings.append(Finding(claim, rows.row.segment, name, column, reason, value))


def _given(text: Column, count: int) -> np.ndarray:
    """Where a part has characters."""
    if isinstance(text, pa.Scalar):
        return np.full(count, bool(text.as_py()))
    given: np.ndarray = pc.greater(pc.binary_length(text).fill_null(0), 0).to_numpy(zero_copy_only=False)
    return given
