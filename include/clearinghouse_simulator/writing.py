"""Segments and envelopes of what the simulator sends."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from clearinghouse_simulator.interchange import Interchange, Segment


@dataclass(frozen=True)
class Envelope:
    """Who answers whom, under which control number, when. An answer is always a test: ISA15 is T."""

    answered: Interchange
    control: int
    now: datetime

    def interchange(self, *content: bytes, groups: int) -> bytes:
        """ISA, the content, IEA; sender and receiver are the answered interchange's, changed over."""
        isa, now = self.answered.isa, self.now
        head = ["ISA", "00", " " * 10, "00", " " * 10, isa[7], isa[8], isa[5], isa[6], f"{now:%y%m%d}", f"{now:%H%M}"]
        head += ["^", "00501", f"{self.control:09d}", "0", "T", ":"]
        return rendered([head]) + b"".join(content) + rendered([["IEA", str(groups), f"{self.control:09d}"]])

    def group(self, code: str, version: str, *sets: list[Segment]) -> bytes:
        """GS, the transaction sets, GE."""
        isa, now = self.answered.isa, self.now
        head = ["GS", code, isa[8].strip(), isa[6].strip(), f"{now:%Y%m%d}", f"{now:%H%M}", str(self.control), "X"]
        body = b"".join(rendered(one) for one in sets)
        return rendered([[*head, version]]) + body + rendered([["GE", str(len(sets)), str(self.control)]])


def transaction_set(code: str, ordinal: int, version: str, body: list[Segment]) -> list[Segment]:
    """ST, the body, SE with its count."""
    control = f"{ordinal:04d}"
    return [["ST", code, control, version], *body, ["SE", str(len(body) + 2), control]]


def rendered(segments: list[Segment]) -> bytes:
    """Bytes of segments: trailing empty elements dropped, a line for each segment."""
    return "".join("*".join(one).rstrip("*") + "~\n" for one in segments).encode("latin-1")


def amount(value: Decimal) -> str:
    """An amount as X12 writes it: no trailing zero, no exponent."""
    text = f"{value:.2f}"
    return text.rstrip("0").rstrip(".")
