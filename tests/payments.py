"""835 files of ours, written plainly: claims with lines and adjustments, whose totals add up unless a test says not."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count

PAYER_TRN03 = "1999888777"
PAYEE_NPI = "1234567893"
Adjustment = tuple[str, str, int]
"""Group, reason, cents."""


def money(cents: int) -> str:
    """Cents as X12 writes them."""
    sign, cents = ("-", -cents) if cents < 0 else ("", cents)
    whole, part = divmod(cents, 100)
    return f"{sign}{whole}" + (f".{part:02}".rstrip("0") if part else "")


@dataclass
class Service:
    """An SVC with its adjustments; the charge is what was paid plus what was adjusted."""

    paid: int
    cas: Sequence[Adjustment] = ()
    procedure: str = "99213"
    modifiers: str = ""
    number: str = ""
    day: str = "20261105"

    @property
    def charge(self) -> int:
        return self.paid + sum(cents for _, _, cents in self.cas)

    def segments(self) -> list[str]:
        code = ":".join(["HC", self.procedure, *filter(None, self.modifiers.split(";"))])
        rows = [f"SVC*{code}*{money(self.charge)}*{money(self.paid)}**1", f"DTM*472*{self.day}"]
        rows += [f"CAS*{group}*{reason}*{money(cents)}" for group, reason, cents in self.cas]
        return rows + ([f"REF*6R*{self.number}"] if self.number else [])


@dataclass
class Claim:
    """A CLP with its services; its own adjustments stand beside theirs."""

    number: str
    services: Sequence[Service] = ()
    cas: Sequence[Adjustment] = ()
    status: str = "1"
    paid_alone: int = 0
    payer_number: str = "ICN1"
    member_id: str = ""
    more: Sequence[str] = ()

    @property
    def paid(self) -> int:
        return self.paid_alone + sum(one.paid for one in self.services) - sum(cents for _, _, cents in self._own)

    @property
    def _own(self) -> Sequence[Adjustment]:
        return self.cas if self.services else ()

    @property
    def charge(self) -> int:
        own = sum(cents for _, _, cents in self.cas)
        return self.paid + own + sum(cents for one in self.services for _, _, cents in one.cas)

    def segments(self) -> list[str]:
        charge, paid = money(self.charge), money(self.paid)
        rows = [f"CLP*{self.number}*{self.status}*{charge}*{paid}**12*{self.payer_number}*11*1"]
        rows += [f"CAS*{group}*{reason}*{money(cents)}" for group, reason, cents in self.cas]
        rows.append("NM1*QC*1*DOE*JANE" + (f"****MI*{self.member_id}" if self.member_id else ""))
        rows += self.more
        return rows + [segment for one in self.services for segment in one.segments()]


def reversed_of(claim: Claim) -> Claim:
    """The reversal of a claim: every amount with the other sign."""
    back = [
        Service(-one.paid, [(g, r, -c) for g, r, c in one.cas], one.procedure, one.modifiers, one.number, one.day)
        for one in claim.services
    ]
    own = [(g, r, -c) for g, r, c in claim.cas]
    return Claim(claim.number, back, own, "22", -claim.paid_alone, claim.payer_number, claim.member_id)


@dataclass
class Payment:
    """A transaction set; `amount` follows from its claims and provider adjustments."""

    claims: Sequence[Claim]
    trace: str = "EFT1"
    plb: Sequence[tuple[str, str, int]] = ()
    handling: str = "I"
    paid_on: str = "20261120"
    payer: str = PAYER_TRN03
    payee: str = PAYEE_NPI
    extra: Sequence[str] = field(default_factory=tuple)

    @property
    def amount(self) -> int:
        return sum(claim.paid for claim in self.claims) - sum(cents for _, _, cents in self.plb)

    def segments(self) -> list[str]:
        sign = "D" if self.amount < 0 else "C"
        method = "ACH*CCP*01*999999992*DA*123456*1512345678**01*999988880*DA*98765" if self.amount else "NON" + "*" * 11
        rows = [
            f"BPR*{self.handling}*{money(abs(self.amount))}*{sign}*{method}*{self.paid_on}",
            f"TRN*1*{self.trace}*{self.payer}",
            "DTM*405*20261120",
            "N1*PR*SYNTHETIC PLAN",
            "N3*1 MAIN ST",
            "N4*ALBANY*NY*12207",
            "PER*BL*EDI*TE*8005551234",
            f"N1*PE*SYNTHETIC GROUP*XX*{self.payee}",
            *self.extra,
            "LX*1",
        ]
        rows += [segment for claim in self.claims for segment in claim.segments()]
        return rows + [f"PLB*{self.payee}*20261231*{r}:{ref}*{money(cents)}" for r, ref, cents in self.plb]


_controls = count(1)


def remittance_file(*payments: Payment, isa13: int | None = None, day: str = "261120", end: str = "~\n") -> bytes:
    """One interchange and group with a set for each payment."""
    number = next(_controls) if isa13 is None else isa13
    rows = [
        f"ISA*00*          *00*          *ZZ*SYNTHPAYER     *ZZ*SYNTHPROV      *{day}*1200*^*00501*{number:09}*0*T*:",
        f"GS*HP*SYNTHPAYER*SYNTHPROV*20{day}*1200*{number}*X*005010X221A1",
    ]
    for place, payment in enumerate(payments, start=1):
        body = payment.segments()
        rows += [f"ST*835*{place:04}", *body, f"SE*{len(body) + 2}*{place:04}"]
    rows += [f"GE*{len(payments)}*{number}", f"IEA*1*{number:09}"]
    return (end.join(rows) + end).encode()
