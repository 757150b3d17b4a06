"""The manifest beside each archived 837: which claims, in which numbers, of which encounters. The register is rebuilt
from it when a database is older than the archive."""

import json
from dataclasses import asdict, dataclass
from typing import Any

FORMAT = 1


@dataclass(frozen=True)
class SentLine:
    """A service line as sent."""

    line: int
    line_control_number: str
    charge_line: int
    procedure: str
    modifiers: str
    units: str
    charge_cents: int


@dataclass(frozen=True)
class SentClaim:
    """A submission as sent; the encounter by the ids of its source system."""

    claim_number: str
    ordinal: int
    patient_control_number: str
    position: int
    source_system: str
    source_encounter_id: str
    version: int
    content_sha256: str
    responsibility: str
    split: int
    payer: str
    frequency: str
    payer_claim_number: str
    amount_cents: int
    lines: tuple[SentLine, ...]


@dataclass(frozen=True)
class Manifest:
    """One interchange; `prepared_at` is ISO 8601 in UTC, `sha256` and `size` are those of the 837."""

    partner: str
    isa13: int
    gs06: int
    bht03: str
    usage: str
    billing_npi: str
    remote_name: str
    sha256: str
    size: int
    prepared_at: str
    claims: tuple[SentClaim, ...]

    @property
    def label(self) -> str:
        """The name under which the archive finds it."""
        return f"{self.partner}-{self.isa13:09}"

    def encode(self) -> bytes:
        """The archived form."""
        return self.encode_with(json.dumps([asdict(claim) for claim in self.claims]))

    def encode_with(self, claims: str) -> bytes:
        """The archived form with these claims instead: a JSON list of objects with the fields of SentClaim."""
        head = {name: value for name, value in vars(self).items() if name != "claims"}
        return f'{json.dumps({"format": FORMAT, **head})[:-1]}, "claims": {claims}}}'.encode()

    @classmethod
    def decode(cls, data: bytes) -> "Manifest":
        """Raises ValueError for another format."""
        read: dict[str, Any] = json.loads(data)
        if read.pop("format", None) != FORMAT:
            raise ValueError("a manifest of another format")
        claims = tuple(
            SentClaim(**claim | {"lines": tuple(SentLine(**line) for line in claim["lines"])})
            for claim in read.pop("claims")
        )
        return cls(**read, claims=claims)
