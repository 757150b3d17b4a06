"""How a payer pays, dated and with a source: by which names its remittances know it, and what it may write off."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated

from pydantic import Field, model_validator
from sqlalchemy import Connection, select

from revcycle.foundation.practice.fields import MANY, Day, Words
from revcycle.foundation.practice.section import Section, ordered
from revcycle.foundation.store.tables import payer_rule

REMITTANCES = "remittances"
SAFE = ("CO-45", "CO-253", "CO-237", "CO-144")
"""Reductions by contract, sequestration and incentive programs; any other reason is a denial until somebody decides."""
Reason = Annotated[str, Field(pattern=r"^(CO|OA|PI)-[A-Z0-9]{1,5}$")]


class RemittanceRule(Section):
    """What holds for remittances of `valid_from` to `valid_to`, both included, and where it is written."""

    valid_from: Day
    valid_to: Day | None = None
    source: Words

    partner: Words
    """The connection of the trading partner that brings this payer's remittances."""
    trn03: Annotated[list[Words], MANY] = Field(default_factory=list)
    """The payer's own id in TRN03: `1` and its tax id. Several payers may share one: then the others decide."""
    n104: Annotated[list[Words], MANY] = Field(default_factory=list)
    """N104 of loop 1000A."""
    additional_id: Annotated[list[Words], MANY] = Field(default_factory=list)
    """REF02 of REF*2U in loop 1000A."""
    also_written_off: Annotated[list[Reason], MANY] = Field(default_factory=list)
    """Group and reason, such as CO-59, that this payer's contract makes a write-off."""
    not_written_off: Annotated[list[Reason], MANY] = Field(default_factory=list)
    """Reasons that are safe elsewhere and not with this payer."""

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> "RemittanceRule":
        return ordered(self)

    def identifiers(self) -> Iterator[tuple[str, str]]:
        """Qualifier and value of every name the payer has in an 835."""
        for qualifier, values in (("TRN03", self.trn03), ("N104", self.n104), ("2U", self.additional_id)):
            for value in values:
                yield qualifier, value

    def safe(self) -> list[str]:
        """Group and reason of every reduction that is written off by itself."""
        return sorted({*SAFE, *self.also_written_off} - set(self.not_written_off))


def safe_reasons(connection: Connection, payer: str, day: date) -> list[str]:
    """What this payer may reduce without a person, by the rule of that day; without one, what is safe everywhere."""
    query = select(payer_rule.c.value).where(
        payer_rule.c.payer == payer, payer_rule.c.kind == REMITTANCES, payer_rule.c.superseded_at.is_(None)
    )
    rules = [RemittanceRule.model_validate(value) for value in connection.scalars(query)]
    in_force = [rule for rule in rules if rule.valid_from <= day <= (rule.valid_to or date.max)]
    return in_force[0].safe() if in_force else sorted(SAFE)
