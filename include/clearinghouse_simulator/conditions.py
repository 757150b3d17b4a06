"""Which claims a rule of a scenario means: conditions on a claim and on where it stands among all that came."""

from fnmatch import fnmatchcase
from hashlib import sha256
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from clearinghouse_simulator.interchange import Claim


def _listed(value: object) -> object:
    return [value] if isinstance(value, str | int) else value


Patterns = Annotated[list[str], BeforeValidator(_listed)]


class Part(BaseModel):
    """A part of a scenario: an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Arrival(Part):
    """Where a claim stands among all that ever came, counted from 1."""

    nth_claim: int
    nth_file: int


class When(Part):
    """Conditions on a claim; all that are given must hold."""

    payer: Patterns | None = None
    claim: Patterns | None = None
    frequency: Annotated[str, Field(pattern=r"^[1-9]$")] | None = None
    nth_claim: int | None = Field(default=None, ge=1)
    every_claim: int | None = Field(default=None, ge=1)
    nth_file: int | None = Field(default=None, ge=1)
    every_file: int | None = Field(default=None, ge=1)
    share: float | None = Field(default=None, ge=0, le=1)

    def fits(self, claim: Claim, arrival: Arrival, seed: str) -> bool:
        """Whether the claim meets every condition."""
        return all(
            (
                self.payer is None or matches(claim.payer_id, self.payer),
                self.claim is None or matches(claim.number, self.claim),
                self.frequency in (None, claim.frequency),
                self.nth_claim in (None, arrival.nth_claim),
                self.every_claim is None or arrival.nth_claim % self.every_claim == 0,
                self.nth_file in (None, arrival.nth_file),
                self.every_file is None or arrival.nth_file % self.every_file == 0,
                self.share is None or drawn(seed, claim.number) < self.share,
            )
        )


def drawn(seed: str, number: str) -> float:
    """A number of [0, 1) that depends on nothing but the seed and the claim number."""
    return int.from_bytes(sha256(f"{seed}|{number}".encode()).digest()[:6], "big") / 2**48


def matches(value: str, patterns: list[str]) -> bool:
    """Whether a value fits one of the patterns, with wildcards."""
    return any(fnmatchcase(value, pattern) for pattern in patterns)
