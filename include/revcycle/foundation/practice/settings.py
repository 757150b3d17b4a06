"""What practice.yaml holds. Later parts of the product add sections to it."""

from datetime import date, datetime
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from revcycle.foundation.calendar import FilingLimit
from revcycle.foundation.calendar.limits import Unit
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
from revcycle.foundation.practice.section import Address, Section, ordered, refuse_overlap

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


class Limit(Section):
    """How long a claim may take from the date of service, in exactly one unit."""

    days: int | None = Field(default=None, ge=1, le=36500)
    months: int | None = Field(default=None, ge=1, le=1200)
    years: int | None = Field(default=None, ge=1, le=100)

    @model_validator(mode="after")
    def _one_unit(self) -> "Limit":
        if len(self.model_dump(exclude_none=True)) != 1:
            raise ValueError("exactly one of days, months, years")
        return self

    @property
    def unit(self) -> Unit:
        return "days" if self.days else "months" if self.months else "years"

    @property
    def count(self) -> int:
        return self.days or self.months or self.years or 0


class FilingRule(Section):
    """A payer's limit for services of `valid_from` to `valid_to`, both included, and where it is written."""

    valid_from: Day
    valid_to: Day | None = None
    limit: Limit
    source: Words

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> "FilingRule":
        return ordered(self)


class Payer(Section):
    code: Words
    name: Words
    kind: PayerKind
    time_zone: TimeZone
    filing_limits: Annotated[list[FilingRule], MANY] = Field(default_factory=list)
    claims: Annotated[list[ClaimRule], MANY] = Field(default_factory=list)
    remittances: Annotated[list[RemittanceRule], MANY] = Field(default_factory=list)

    @model_validator(mode="after")
    def _one_rule_a_day(self) -> "Payer":
        refuse_overlap("filing_limits", self.filing_limits)
        refuse_overlap("claims", self.claims)
        refuse_overlap("remittances", self.remittances)
        return self


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
    billing_providers: Annotated[list[BillingProvider], MANY] = Field(default_factory=list)
    providers: Annotated[list[Provider], MANY] = Field(default_factory=list)
    facilities: Annotated[list[Facility], MANY] = Field(default_factory=list)
    payers: Annotated[list[Payer], MANY] = Field(default_factory=list)
    trading_partners: Annotated[list[TradingPartner], MANY] = Field(default_factory=list)
    staff: Annotated[list[Staff], MANY] = Field(default_factory=list)

    def day_of(self, now: datetime) -> date:
        """The practice's date at an instant: the day of an intake."""
        return now.astimezone(ZoneInfo(self.time_zone)).date()

    def filing_limits(self) -> list[FilingLimit]:
        """Every payer's dated limits, as the calendar counts them."""
        return [
            FilingLimit(payer.code, rule.valid_from, rule.valid_to, rule.limit.count, rule.limit.unit, rule.source)
            for payer in self.payers
            for rule in payer.filing_limits
        ]
