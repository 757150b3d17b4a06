"""An accepted claim as its payer keeps it, until it is decided, paid, and perhaps taken back."""

from datetime import datetime
from decimal import Decimal
from typing import Self

from clearinghouse_simulator.claim_acknowledgment import payer_claim_number
from clearinghouse_simulator.conditions import Part
from clearinghouse_simulator.interchange import Claim, Line, Segment, TransactionSet, element

_TAX_ID = ("EI", "SY")


class Payee(Part):
    """The billing provider (2010AA): to whom the payer pays. `address` is its N3 and N4."""

    npi: str
    name: str
    tax_id: str
    address: list[Segment]


class BilledLine(Part):
    """A service line; `left` is what an earlier payer left to pay of it, in cents (None: there was none)."""

    control: str
    procedure: str
    revenue: str
    cents: int
    units: str
    days: list[str]
    left: int | None = None


class BilledClaim(Part):
    """A claim in adjudication. `icn` is the payer's number of it, `original` that of the claim it replaces or voids.

    `route` is ISA05 to ISA08 of the interchange it came in.
    """

    number: str
    icn: str
    original: str
    payer_id: str
    payer_name: str
    frequency: str
    facility: str
    filing: str
    responsibility: str
    member_id: str
    patient: Segment
    insured: Segment
    received: str
    payee: Payee
    route: list[str]
    lines: list[BilledLine]

    @classmethod
    def of(cls, claim: Claim, st: TransactionSet, isa: Segment, now: datetime) -> Self:
        """What the payer keeps of a claim that it accepted at `now`."""
        return cls(
            number=claim.number,
            icn=payer_claim_number(claim),
            original=claim.original,
            payer_id=claim.payer_id,
            payer_name=claim.payer_name,
            frequency=claim.frequency,
            facility=claim.facility,
            filing=claim.filing,
            responsibility=claim.responsibility,
            member_id=claim.member_id,
            patient=claim.patient,
            insured=claim.insured,
            received=f"{now:%Y%m%d}",
            payee=_payee(st.providers[claim.provider], st.addresses[claim.provider]),
            route=isa[5:9],
            lines=[_line(line, claim) for line in claim.lines],
        )


def cents(amount: Decimal | str) -> int:
    """An amount of X12 in cents."""
    return int((Decimal(amount) * 100).to_integral_value())


def _payee(name: Segment, address: list[Segment]) -> Payee:
    tax_ids = (element(one, 2) for one in address if one[0] == "REF" and element(one, 1) in _TAX_ID)
    where = [one for one in address if one[0] in ("N3", "N4")]
    return Payee(npi=element(name, 9), name=element(name, 3), tax_id=next(tax_ids, ""), address=where)


def _line(line: Line, claim: Claim) -> BilledLine:
    return BilledLine(
        control=line.control,
        procedure=line.procedure,
        revenue=line.revenue,
        cents=cents(line.charge),
        units=line.units,
        days=line.days or claim.days,
        left=_left(line, claim),
    )


def _left(line: Line, claim: Claim) -> int | None:
    """The patient's share after the payers before: of the line (2430), else the whole line where only 2320 speaks."""
    if claim.responsibility == "P":
        return None
    if not line.prior:
        return cents(line.charge)
    shares = [one for one in line.prior if one[0] == "CAS" and element(one, 1) == "PR"]
    return sum(cents(amount) for one in shares for amount in one[3::3] if amount)
