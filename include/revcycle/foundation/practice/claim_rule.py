"""How a payer wants its claims, dated and with a source: its identity at the partner, batches, enrollment, answers."""

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from revcycle.foundation.practice.fields import MANY, Day, Words
from revcycle.foundation.practice.section import Section, ordered
from revcycle.foundation.practice.sweep_rules import SWEEP_RULES

CLAIMS = "claims"
MOST_CLAIMS = 5000  # in one interchange
DAYS_TO_835 = 30
EVERY_RULE = "*"
# fmt: off
FilingIndicator = Literal[
    "11", "12", "13", "14", "15", "16", "17", "AM", "BL", "CH", "CI", "DS", "FI", "HM", "LM", "MA", "MB", "MC", "OF",
    "TV", "VA", "WC", "ZZ",
]
# fmt: on
"""What SBR09 may be. Source: guide 005010X222A1, loop 2000B."""


def _sweep_rule(name: str) -> str:
    if name != EVERY_RULE and name not in SWEEP_RULES:
        raise ValueError("a rule of the sweep, such as ncci.mue_day, or '*'")
    return name


class ClaimRule(Section):
    """What holds for claims sent from `valid_from` to `valid_to`, both included, and where it is written."""

    valid_from: Day
    valid_to: Day | None = None
    source: Words

    partner: Words
    """The connection of the trading partner that takes this payer's claims."""
    payer_id: Annotated[str, Field(pattern=r"^[A-Z0-9]{2,80}$")]
    """NM109 of loop 2010BB."""
    payer_id_qualifier: Literal["PI", "XV"] = "PI"
    filing_indicator: FilingIndicator
    """SBR09: MB Medicare Part B, MC Medicaid, CH TRICARE, CI commercial, BL Blue Cross, and so on."""
    usage: Literal["T", "P"] = "T"
    """Production (P) only where the partner says P too."""
    enrolled: bool = True
    """Whether the payer takes electronic claims of this practice; without it they are held."""
    alone: bool = False
    """Whether its claims may not share an interchange with another payer's."""
    most_claims: Annotated[int, Field(ge=1, le=MOST_CLAIMS)] = MOST_CLAIMS
    """In one interchange."""
    holds_for_review: Annotated[list[Annotated[Words, AfterValidator(_sweep_rule)]], MANY] = Field(default_factory=list)
    """Rules of the sweep whose review findings hold this payer's claims too; `*` is every rule."""
    takes_corrections: bool = True
    """Whether it takes frequency 7 and 8; Medicare Part B does not."""
    sends_277ca: bool = True
    """Whether the payer itself answers; where not, the clearinghouse's acceptance stands for it."""
    hours_to_277ca: Annotated[int, Field(ge=1, le=8760)] = 48
    days_to_835: Annotated[int, Field(ge=1, le=3650)] = DAYS_TO_835

    def covers(self, day: date) -> bool:
        """Whether the rule is the one for claims sent on that day; both ends are included."""
        return self.valid_from <= day <= (self.valid_to or date.max)

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> "ClaimRule":
        return ordered(self)
