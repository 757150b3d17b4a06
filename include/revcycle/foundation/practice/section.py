"""What the sections of practice.yaml share."""

from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from typing import Protocol, TypeVar

from pydantic import BaseModel, ConfigDict

from revcycle.foundation.practice.fields import Maybe, StateCode, Words, Zip


class Section(BaseModel):
    """Unknown keys are refused; the file's own text is never quoted in an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Address(Section):
    line_1: Words
    line_2: Maybe = ""
    city: Words
    state: StateCode
    zip: Zip


class Ending(Protocol):
    """Something that may begin and end on a day, both included."""

    @property
    def valid_from(self) -> date | None: ...
    @property
    def valid_to(self) -> date | None: ...


Dated = TypeVar("Dated", bound=Ending)


def ordered(dated: Dated) -> Dated:
    """Refuse a last day before the first."""
    if dated.valid_from and dated.valid_to and dated.valid_to < dated.valid_from:
        raise ValueError("a valid_to that is not before valid_from")
    return dated


def refuse_overlap(name: str, rules: Sequence[Ending]) -> None:
    """Refuse two rules for one day."""
    for one, two in pairwise(sorted(rules, key=lambda rule: rule.valid_from or date.min)):
        if two.valid_from and (one.valid_to or date.max) >= two.valid_from:
            raise ValueError(f"{name} that do not overlap (from {one.valid_from} and {two.valid_from})")
