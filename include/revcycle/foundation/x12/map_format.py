"""An 837 as data: one line a segment, in the order of the implementation guide, read into rows.

    section | when | segment and its elements
section  the table a row comes from: `set` (once), `claim`, `other` (loop 2320), `line` (2400), `adjudication` (2430)
when     columns that must be present (`a`) or absent (`!a`), all of them; empty: always
element  name!N required, name?N situational, N the longest (or M..N); `$` cents, `%` cents that may be negative, `#`
         thousandths, `D` a date; `=X` a constant; `=X&name` a constant where the column is present; `-` not used;
         `a:b` components; `aD-bD` one element of two dates
"""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

Kind = Literal["text", "cents", "signed cents", "thousandths", "date"]
_KINDS: dict[str, Kind] = {"$": "cents", "%": "signed cents", "#": "thousandths", "D": "date"}
_NAMED = re.compile(r"(\w+)([!?])(?:(\d+)\.\.)?(\d+|[$#%D])")
LONGEST_NUMBER = 18  # X12 data type R as every partner reads it


@dataclass(frozen=True)
class Part:
    """A component, or an element without components. `constant` alone is written where anything beside it is."""

    column: str | None
    constant: str | None
    required: bool = False
    kind: Kind = "text"
    longest: int = LONGEST_NUMBER
    shortest: int = 1


@dataclass(frozen=True)
class Element:
    """The parts of one element and what joins them."""

    parts: tuple[Part, ...]
    joiner: str

    def name(self, number: int, place: int) -> str:
        """As partners name a part of the element: 02, or 01-2 for a component. Two dates are one element."""
        is_composite = len(self.parts) > 1 and self.joiner == ":"
        return f"{number:02}-{place}" if is_composite else f"{number:02}"


@dataclass(frozen=True)
class Row:
    """One segment of the map; its place in the guide is its place in the list."""

    section: str
    when: tuple[str, ...]
    segment: str
    elements: tuple[Element, ...]

    @cached_property
    def columns(self) -> frozenset[str]:
        """The columns that its elements are made of."""
        return frozenset(part.column for element in self.elements for part in element.parts if part.column)


def read_map(text: str) -> tuple[Row, ...]:
    """The rows of a map."""
    return tuple(_row(line) for line in text.strip().splitlines())


def _row(line: str) -> Row:
    section, when, body = (part.strip() for part in line.split("|"))
    segment, *writtens = body.split()
    return Row(section, tuple(when.split()), segment, tuple(_element(written) for written in writtens))


def _element(written: str) -> Element:
    joiner = "-" if "!D-" in written else ":"
    return Element(tuple(_part(part) for part in written.split(joiner)) if written != "-" else (_part("-"),), joiner)


def _part(written: str) -> Part:
    if written == "-":
        return Part(None, "")
    if written.startswith("="):
        constant, _, column = written[1:].partition("&")
        return Part(column or None, constant)
    named = _NAMED.fullmatch(written)
    if named is None:
        raise ValueError(f"the map has an element that cannot be read: {written}")
    name, mark, shortest, limit = named.groups()
    if limit.isdecimal():
        return Part(name, None, mark == "!", "text", int(limit), int(shortest or 1))
    return Part(name, None, mark == "!", _KINDS[limit])
