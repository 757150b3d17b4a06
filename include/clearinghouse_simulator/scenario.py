"""What the clearinghouse and its payers answer: the schema of a scenario file."""

from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, model_validator

from clearinghouse_simulator.conditions import Arrival, Part, When
from clearinghouse_simulator.faults import Fault
from clearinghouse_simulator.interchange import Claim
from clearinghouse_simulator.marked import checked
from clearinghouse_simulator.payments.plan import Payments

Party = Literal["clearinghouse", "payer"]
AnswerKind = Literal["ta1", "999", "clearinghouse", "payer"]
KINDS: tuple[AnswerKind, ...] = ("ta1", "999", "clearinghouse", "payer")
Outcome = Literal[
    "accept",
    "reject_interchange",
    "reject_group",
    "reject_set",
    "warn_set",
    "reject_batch",
    "reject_provider",
    "reject_claim",
]
STATUS_OUTCOMES = ("reject_batch", "reject_provider", "reject_claim")
SET_OUTCOMES = ("reject_set", "warn_set")


StatusCode = Annotated[str, Field(pattern=r"^A\d:\d{1,4}(:[A-Z0-9]{2,3})?$")]
"""A category and a status code, with an entity code where one belongs to it: STC01, STC10 or STC11."""


class Rule(Part):
    """What becomes of a claim."""

    when: When = When()
    outcome: Outcome
    by: Party = "clearinghouse"
    codes: list[StatusCode] = Field(default=[], max_length=3)
    note: Annotated[str, Field(pattern=r"^0(0[1-9]|1\d|2\d|3[01])$")] = "023"
    segment: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9]{1,2}$")] = "CLM"
    element: int | None = Field(default=1, ge=1)
    error: Annotated[str, Field(pattern=r"^(\d|1\d|I\d)$")] | None = None
    element_error: Annotated[str, Field(pattern=r"^(\d|1\d|I\d\d?)$")] = "7"

    @model_validator(mode="after")
    def _keys_fit_the_outcome(self) -> "Rule":
        belongs = {
            "by": STATUS_OUTCOMES,
            "codes": STATUS_OUTCOMES,
            "note": ("reject_interchange",),
            "segment": SET_OUTCOMES,
            "element": SET_OUTCOMES,
            "element_error": SET_OUTCOMES,
            "error": (*SET_OUTCOMES, "reject_group"),
        }
        for key in self.model_fields_set & belongs.keys():
            if self.outcome not in belongs[key]:
                raise ValueError(f"{key} goes with {' or '.join(belongs[key])}, not with {self.outcome}")
        return self


ACCEPT = Rule(outcome="accept")


class Delivery(Part):
    """How the answers of a file arrive."""

    when: When = When()
    silent: list[AnswerKind] = Field(default=[])
    copies: int = Field(default=1, ge=1, le=10)
    renumber: bool = False
    order: list[AnswerKind] = Field(default=list(KINDS))
    delay: float | dict[AnswerKind, float] = 0.0

    @model_validator(mode="after")
    def _the_order_names_each_once(self) -> "Delivery":
        if sorted(self.order) != sorted(KINDS):
            raise ValueError(f"order must name each of {', '.join(KINDS)} once")
        return self

    def delay_of(self, kind: AnswerKind) -> float:
        """Seconds from the pick-up to the answer's appearance."""
        return self.delay.get(kind, 0.0) if isinstance(self.delay, dict) else self.delay


class HostKeyChange(Part):
    """Another host key after so many connections."""

    changes_after: int = Field(ge=1)


class Scenario(Part):
    """A scenario file. Without rules every valid claim is accepted and every answer comes at once.

    Without `payments` nobody pays.
    """

    seed: str = ""
    now: AwareDatetime | None = None
    collect: Literal["instantly", "never"] | Annotated[float, Field(ge=0)] = "instantly"
    ta1: Literal["always", "errors", "never"] = "always"
    ta1_alone: bool = True
    duplicate_isa13: Literal["refuse", "accept"] = "refuse"
    host_key: HostKeyChange | None = None
    rules: list[Rule] = Field(default=[])
    delivery: list[Delivery] = Field(default=[])
    faults: list[Fault] = Field(default=[])
    payments: Payments | None = None

    def rule_for(self, claim: Claim, arrival: Arrival) -> Rule:
        """The first rule that fits."""
        return next((rule for rule in self.rules if rule.when.fits(claim, arrival, self.seed)), ACCEPT)

    def delivery_for(self, claims: list[tuple[Claim, Arrival]], nth_file: int) -> Delivery:
        """The first entry that fits the file: one of its claims, or the file itself where it has none."""
        standing = claims or [(_NO_CLAIM, Arrival(nth_claim=0, nth_file=nth_file))]
        fits = (one for one in self.delivery if any(one.when.fits(*claim, self.seed) for claim in standing))
        return next(fits, Delivery())


_NO_CLAIM = Claim("", Decimal(0), "", "", "", 0, [], "", 0, 0)
DEFAULT = Path(__file__).with_name("default.yaml")


def load(path: Path = DEFAULT) -> Scenario:
    """Read a scenario file.

    Raises: ScenarioUnusable naming the file, the line and the key.
    """
    return checked(Scenario, path)


def instant(text: str) -> datetime:
    """An ISO instant with its offset.

    Raises: ValueError.
    """
    now = datetime.fromisoformat(text.strip())
    if now.tzinfo is None:
        raise ValueError(f"{text.strip()!r} has no offset from UTC; write for example 2026-11-24T00:00:00-05:00")
    return now
