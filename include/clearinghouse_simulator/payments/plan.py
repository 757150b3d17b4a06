"""The `payments` section of a scenario: what a payer pays on a claim and when, and what goes wrong with a file."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from clearinghouse_simulator.conditions import Arrival, Part, Patterns, When, drawn, matches
from clearinghouse_simulator.interchange import Claim

Decision = Literal["pay", "partial", "deny", "patient"]
"""What a payer decides on the lines of a claim."""

PaymentOutcome = Literal[Decision, "late", "silent", "reversal", "takeback", "forward", "interest", "crossover"]
AdjustmentCode = Annotated[str, Field(pattern=r"^(CO|PR|OA|PI):[A-Z0-9]{1,3}(:[A-Z0-9]{1,6})?$")]
"""Group and reason of a CAS, with a remark (LQ*HE) where one belongs to it."""

LATE_DAYS = 45
_TAKEN_BACK = ("reversal", "takeback", "forward")
_DENYING = ("deny", "partial", *_TAKEN_BACK)


class PaymentRule(Part):
    """What becomes of an accepted claim. Days count from its acceptance, `then_after_days` from its payment."""

    when: When = When()
    outcome: PaymentOutcome
    after_days: int | None = Field(default=None, ge=0)
    codes: list[AdjustmentCode] = Field(default=[])
    status: Literal["1", "4"] = "1"
    then_after_days: int = Field(default=2, ge=1)
    correction: Decision | None = None
    files: Literal["one", "two"] = Field(default="one", alias="in")
    first: Literal["reversal", "correction"] = "reversal"
    recovered_after_days: int = Field(default=7, ge=1)

    @model_validator(mode="after")
    def _keys_fit_the_outcome(self) -> "PaymentRule":
        belongs = {
            "codes": _DENYING,
            "status": ("deny",),
            "then_after_days": _TAKEN_BACK,
            "correction": _TAKEN_BACK,
            "files": ("reversal",),
            "first": ("reversal",),
            "recovered_after_days": ("takeback",),
        }
        for key in self.model_fields_set & belongs.keys():
            if self.outcome not in belongs[key]:
                named = "in" if key == "files" else key
                raise ValueError(f"{named} goes with {' or '.join(belongs[key])}, not with {self.outcome}")
        return self

    @property
    def decision(self) -> Decision:
        """How the claim is decided the first time."""
        return self.outcome if self.outcome in ("pay", "partial", "deny", "patient") else "pay"


class FileWhen(Part):
    """Conditions on a payment: who pays, and the how manyth it is of all that were ever made, counted from 1."""

    payer: Patterns | None = None
    nth_payment: int | None = Field(default=None, ge=1)
    every_payment: int | None = Field(default=None, ge=1)
    share: float | None = Field(default=None, ge=0, le=1)

    def fits(self, payer_id: str, nth: int, trace: str, seed: str) -> bool:
        """Whether the payment meets every condition."""
        return all(
            (
                self.payer is None or matches(payer_id, self.payer),
                self.nth_payment in (None, nth),
                self.every_payment is None or nth % self.every_payment == 0,
                self.share is None or drawn(seed, trace) < self.share,
            )
        )


class FileRule(Part):
    """What goes wrong with the file of a payment.

    `after_days`: when the second file comes. `mended_after_days`: when the sound one follows; without it, never.
    """

    when: FileWhen = FileWhen()
    outcome: Literal["resent", "conflict", "broken", "cut"]
    after_days: int = Field(default=0, ge=0)
    at: Literal["service", "claim", "transaction"] = "claim"
    mended_after_days: int | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _keys_fit_the_outcome(self) -> "FileRule":
        belongs = {"after_days": ("resent", "conflict"), "at": ("broken",), "mended_after_days": ("broken", "cut")}
        for key in self.model_fields_set & belongs.keys():
            if self.outcome not in belongs[key]:
                raise ValueError(f"{key} goes with {' or '.join(belongs[key])}, not with {self.outcome}")
        return self


class PayerTerms(Part):
    """A payer's own: its tax id (TRN03 without the leading 1), the range of its allowed amounts in percent.

    `sequestration`: whether 2 % of each payment are kept (CO 253); without it, where the claim was filed as Medicare.
    """

    tax_id: Annotated[str, Field(pattern=r"^\d{9}$")] | None = None
    allowed: tuple[Annotated[int, Field(ge=0, le=100)], Annotated[int, Field(ge=0, le=100)]] = (45, 85)
    sequestration: bool | None = None

    @model_validator(mode="after")
    def _the_range_goes_up(self) -> "PayerTerms":
        if self.allowed[0] > self.allowed[1]:
            raise ValueError("allowed must name the lower percentage first")
        return self


class ZeroPay(Part):
    """How a payment of nothing is written: BPR01 with BPR04 NON, and its trace."""

    handling: Literal["H", "I"] = "H"
    trace: Literal["reused", "own"] = "reused"


class Payments(Part):
    """When and how the payers pay. Without rules every accepted claim is paid."""

    after_days: int = Field(default=1, ge=0)
    payers: dict[str, PayerTerms] = Field(default={})
    zero_pay: ZeroPay = ZeroPay()
    rules: list[PaymentRule] = Field(default=[])
    files: list[FileRule] = Field(default=[])

    def rule_for(self, claim: Claim, arrival: Arrival, seed: str) -> PaymentRule:
        """The first rule that fits. The draw of a `share` is another than that of the acknowledgments' rules."""
        fits = (rule for rule in self.rules if rule.when.fits(claim, arrival, f"{seed}|payments"))
        return next(fits, PaymentRule(outcome="pay"))

    def file_rule_for(self, payer_id: str, nth: int, trace: str, seed: str) -> FileRule | None:
        """What goes wrong with the file of a payment, if anything."""
        return next((rule for rule in self.files if rule.when.fits(payer_id, nth, trace, seed)), None)

    def terms_of(self, payer_id: str) -> PayerTerms:
        """The first entry of `payers` whose pattern fits."""
        return next((terms for named, terms in self.payers.items() if matches(payer_id, [named])), PayerTerms())
