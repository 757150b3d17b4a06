"""What practice.yaml holds. Later parts of the product add sections to it."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from revcycle.foundation.calendar import FilingLimit
from revcycle.foundation.practice.claim_rule import ClaimRule
from revcycle.foundation.practice.fields import (
    MANY,
    Cents,
    Day,
    Maybe,
    Npi,
    PlaceOfService,
    TaxId,
    TaxonomyCode,
    TimeZone,
    Words,
)
from revcycle.foundation.practice.partner import TradingPartner
from revcycle.foundation.practice.remittance_rule import RemittanceRule
from revcycle.foundation.practice.section import Address, Ending, Section, ordered
from revcycle.foundation.practice.time_rules import (
    AppealRule,
    CorrectionRule,
    ExceptionRule,
    FilingRule,
    ReceivingRule,
    SecondaryRule,
    WarningRule,
)

# Coders get findings, billers everything after the claim; ops engineers may start and stop runs in Airflow.
StaffRole = Literal["coder", "biller", "ops"]
PayerKind = Literal[
    "medicare",
    "medicaid",
    "tricare",
    "champva",
    "commercial",
    "workers_compensation",
    "auto",
    "self_pay",
    "other",
]


# Of a payer: of each at most one rule holds on a day.
DATED = (
    "filing_limits",
    "secondary_limits",
    "correction_limits",
    "appeal_limits",
    "receipt",
    "warnings",
    "claims",
    "remittances",
)


class BillingProvider(Section):
    npi: Npi
    tax_id: TaxId
    name: Words
    address: Address
    taxonomy: TaxonomyCode = ""
    phone: Maybe = ""


class Provider(Section):
    npi: Npi
    last_name: Words
    first_name: Maybe = ""
    taxonomy: TaxonomyCode = ""
    specialty: Maybe = ""
    valid_from: Day | None = None
    valid_to: Day | None = None

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> "Provider":
        return ordered(self)


class Facility(Section):
    npi: Npi
    name: Words
    address: Address
    place_of_service: PlaceOfService | None = None


class Payer(Section):
    code: Words
    name: Words
    kind: PayerKind
    time_zone: TimeZone
    holidays: Annotated[list[Day], MANY] = Field(default_factory=list)
    """Days on which this payer receives nothing, besides weekends and federal holidays."""
    filing_limits: Annotated[list[FilingRule], MANY] = Field(default_factory=list)
    secondary_limits: Annotated[list[SecondaryRule], MANY] = Field(default_factory=list)
    correction_limits: Annotated[list[CorrectionRule], MANY] = Field(default_factory=list)
    appeal_limits: Annotated[list[AppealRule], MANY] = Field(default_factory=list)
    exceptions: Annotated[list[ExceptionRule], MANY] = Field(default_factory=list)
    receipt: Annotated[list[ReceivingRule], MANY] = Field(default_factory=list)
    warnings: Annotated[list[WarningRule], MANY] = Field(default_factory=list)
    claims: Annotated[list[ClaimRule], MANY] = Field(default_factory=list)
    remittances: Annotated[list[RemittanceRule], MANY] = Field(default_factory=list)

    def one_a_day(self) -> Iterator[tuple[str, dict[int, Ending]]]:
        """Fields and their rules by position, of which one at most holds on a day (checked in `reading`)."""
        for name in DATED:
            yield name, dict(enumerate(getattr(self, name)))
        for claim in sorted({rule.claim for rule in self.exceptions}):
            yield "exceptions", {at: rule for at, rule in enumerate(self.exceptions) if rule.claim == claim}


class Staff(Section):
    """A person whose worklist is filled; `username` is the Airflow user."""

    username: Words
    roles: Annotated[list[StaffRole], MANY] = Field(default_factory=list)
    credentials: Annotated[list[Words], MANY] = Field(default_factory=list)
    specialties: Annotated[list[Words], MANY] = Field(default_factory=list)
    approval_limit: Cents = 0


class Settings(Section):
    """practice.yaml as a whole. Keys of each section are unique (checked in `reading`, which knows the lines)."""

    name: Words
    time_zone: TimeZone
    holidays: Annotated[list[Day], MANY] = Field(default_factory=list)
    """Days besides the federal holidays that no payer counts as a business day."""
    billing_providers: Annotated[list[BillingProvider], MANY] = Field(default_factory=list)
    providers: Annotated[list[Provider], MANY] = Field(default_factory=list)
    facilities: Annotated[list[Facility], MANY] = Field(default_factory=list)
    payers: Annotated[list[Payer], MANY] = Field(default_factory=list)
    trading_partners: Annotated[list[TradingPartner], MANY] = Field(default_factory=list)
    staff: Annotated[list[Staff], MANY] = Field(default_factory=list)

    def day_of(self, now: datetime) -> date:
        """The practice's date at an instant: the day of an intake."""
        return now.astimezone(ZoneInfo(self.time_zone)).date()

    def closed_on(self, payer: Payer) -> tuple[date, ...]:
        """The days besides weekends and federal holidays on which a payer receives nothing."""
        return tuple(sorted({*self.holidays, *payer.holidays}))

    def filing_limits(self) -> list[FilingLimit]:
        """Every payer's dated limits, as the calendar counts them."""
        return [
            rule.counted(payer.code, self.closed_on(payer)) for payer in self.payers for rule in payer.filing_limits
        ]
