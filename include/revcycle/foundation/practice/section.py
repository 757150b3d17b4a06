"""What the sections of practice.yaml share."""

from collections.abc import Mapping
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


def overlap(rules: Mapping[int, Ending]) -> tuple[int, int] | None:
    """The positions of two rules that hold on one day, the one that begins first before the other."""
    order = sorted(rules, key=lambda at: rules[at].valid_from or date.min)
    for one, two in pairwise(order):
        begins = rules[two].valid_from
        if begins and (rules[one].valid_to or date.max) >= begins:
            return one, two
    return None
