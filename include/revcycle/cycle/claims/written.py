"""What a batch hands from the rendering of an interchange to its closing."""

from dataclasses import dataclass

import pyarrow as pa

from revcycle.cycle.claims.groups import Group
from revcycle.foundation.register import Manifest
from revcycle.foundation.x12.writer import Envelope837


@dataclass(frozen=True)
class Unwritable:
    """A claim with an element that X12 does not hold; names of fields, never the value."""

    submission: int
    claim: int
    segment: str
    element: str
    column: str
    reason: str

    @property
    def detail(self) -> dict[str, str]:
        return {"segment": self.segment, "element": self.element, "column": self.column}


@dataclass(frozen=True)
class Written:
    """An interchange as rendered, and what could not be written into it; `data` is empty where nothing could."""

    group: Group
    envelope: Envelope837
    bht03: str
    claims: pa.Table
    lines: pa.Table
    data: bytes
    unwritable: list[Unwritable]


@dataclass(frozen=True)
class Archived:
    """A manifest (without its claims) and the object of the archive that holds it with them."""

    manifest: Manifest
    sha256: str
    size: int
