"""A second reader of an 835, on Decimals and of its own: what it says, and whether its three balances hold."""

from dataclasses import dataclass, field
from decimal import Decimal

from tests.clearinghouse_simulator.partner_files import segments


@dataclass
class Service:
    """An SVC with its CAS."""

    procedure: str
    charge: Decimal
    paid: Decimal
    control: str = ""
    adjustments: list[tuple[str, str, Decimal]] = field(default_factory=list)
    allowed: Decimal | None = None
    remarks: list[str] = field(default_factory=list)
    dates: list[tuple[str, str]] = field(default_factory=list)

    @property
    def off(self) -> bool:
        return self.charge - sum(amount for *_, amount in self.adjustments) != self.paid


@dataclass
class Paid:
    """A CLP with its services."""

    number: str
    status: str
    charge: Decimal
    paid: Decimal
    patient: str
    icn: str
    services: list[Service] = field(default_factory=list)

    @property
    def adjustments(self) -> list[tuple[str, str, Decimal]]:
        return [one for service in self.services for one in service.adjustments]


@dataclass
class Told:
    """One 835 file of one transaction set."""

    data: bytes
    handling: str = ""
    amount: Decimal = Decimal(0)
    day: str = ""
    trace: tuple[str, str] = ("", "")
    claims: list[Paid] = field(default_factory=list)
    plb: list[tuple[str, Decimal]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.all = segments(self.data)
        for one in self.all:
            self._take(one)

    def _take(self, one: list[str]) -> None:
        match one[0]:
            case "BPR":
                self.handling, self.amount, self.day = one[1], Decimal(one[2]), one[16]
            case "TRN":
                self.trace = (one[2], one[3])
            case "CLP":
                self.claims.append(Paid(one[1], one[2], Decimal(one[3]), Decimal(one[4]), one[5], one[7]))
            case "SVC":
                self.claims[-1].services.append(Service(one[1], Decimal(one[2]), Decimal(one[3])))
            case "PLB":
                self.plb += [(one[n], Decimal(one[n + 1])) for n in range(3, len(one), 2)]
            case "CAS" | "REF" | "AMT" | "LQ" | "DTM" if self.claims and self.claims[-1].services:
                self._take_in_service(self.claims[-1].services[-1], one)

    def _take_in_service(self, service: Service, one: list[str]) -> None:
        match one[0], one[1]:
            case "CAS", group:
                service.adjustments += [(group, one[n], Decimal(one[n + 1])) for n in range(2, len(one), 3)]
            case "REF", "6R":
                service.control = one[2]
            case "AMT", "B6":
                service.allowed = Decimal(one[2])
            case "LQ", "HE":
                service.remarks.append(one[2])
            case "DTM", qualifier:
                service.dates.append((qualifier, one[2]))

    def off(self) -> list[str]:
        """The balances that do not hold."""
        found = []
        for claim in self.claims:
            found += ["service" for service in claim.services if service.off]
            if claim.charge - sum(amount for *_, amount in claim.adjustments) != claim.paid:
                found.append("claim")
            if claim.charge != sum(service.charge for service in claim.services):
                found.append("lines")
        if sum(claim.paid for claim in self.claims) - sum(amount for _, amount in self.plb) != self.amount:
            found.append("transaction")
        return found

    def of(self, number: str) -> list[Paid]:
        """All CLP of a claim number, in order."""
        return [claim for claim in self.claims if claim.number == number]
