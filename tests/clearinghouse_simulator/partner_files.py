"""A plain 837P, enough for the simulator's tests: one claim a subscriber, and pyx12 on what comes back."""

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import pyx12.params
import pyx12.x12n_document


@dataclass(frozen=True)
class PlainClaim:
    """A claim; a charge that is no number makes pyx12 refuse its transaction set.

    `lines`: the charges of several lines; else one of the whole charge. `owed`: what an earlier payer, of whom the
    claim then tells, left to the patient of each line.
    """

    number: str
    payer: str = "LARKSPUR"
    charge: str = "150"
    frequency: str = "1"
    lines: tuple[str, ...] = ()
    original: str = "ICN1"
    filing: str = "CI"
    dependent: bool = False
    owed: str = ""
    days: str = "D8*20261120"

    @property
    def charges(self) -> tuple[str, ...]:
        return self.lines or (self.charge,)

    @property
    def total(self) -> str:
        return f"{sum(map(Decimal, self.lines)):f}" if self.lines else self.charge


def professional(
    claims: Sequence[PlainClaim],
    *,
    control: int = 1,
    usage: str = "T",
    version: str = "005010X222A1",
    providers: int = 1,
    sets: int = 1,
) -> bytes:
    """An interchange of one group; each set holds all its claims, spread over its billing providers in turn.

    With several sets the claims are dealt out to them, set by set.
    """
    parties = f"ZZ*{'PRACTICE':<15}*ZZ*{'CLEARING':<15}"
    isa = f"ISA*00*{' ' * 10}*00*{' ' * 10}*{parties}*261124*0230*^*00501*{control:09d}*0*{usage}*:"
    body = [isa, f"GS*HC*PRACTICE*CLEARING*20261124*0230*{control}*X*{version}"]
    for n in range(sets):
        body += _set(n + 1, claims[n::sets], control, version, providers)
    body += [f"GE*{sets}*{control}", f"IEA*1*{control:09d}"]
    return ("~\n".join(body) + "~\n").encode("ascii")


def _set(ordinal: int, claims: Sequence[PlainClaim], control: int, version: str, providers: int) -> list[str]:
    lines = [
        f"ST*837*{ordinal:04d}*{version}",
        f"BHT*0019*00*{batch(control, ordinal)}*20261124*0230*CH",
        "NM1*41*2*SAMPLE GROUP*****46*PRACTICE",
        "PER*IC*BILLING*TE*2075550100",
        "NM1*40*2*CLEARINGHOUSE*****46*CLEARING",
    ]
    levels = 0
    for provider in range(providers):
        levels += 1
        top = levels
        lines += [
            f"HL*{top}**20*1",
            f"NM1*85*2*SAMPLE GROUP {provider}*****XX*1234567893",
            "N3*1 EXAMPLE SQUARE",
            "N4*SAMPLETON*ME*039910001",
            "REF*EI*000000001",
        ]
        for claim in claims[provider::providers]:
            levels += 1
            lines += _claim(levels, top, claim)
            levels += claim.dependent
    return [*lines, f"SE*{len(lines) + 1}*{ordinal:04d}"]


def _claim(level: int, provider: int, claim: PlainClaim) -> list[str]:
    about = ["N3*2 MOCKUP WHARF", "N4*SAMPLETON*ME*039910001", "DMG*D8*19700228*F"]
    dependent = [f"HL*{level + 1}*{level}*23*0", "PAT*19", "NM1*QC*1*SPECIMEN*MAX", *about] if claim.dependent else []
    coverage = "S" if claim.owed else "P"
    return [
        f"HL*{level}*{provider}*22*{int(claim.dependent)}",
        f"SBR*{coverage}*{'' if claim.dependent else '18'}*******{claim.filing}",
        "NM1*IL*1*SPECIMEN*ADA****MI*W0001",
        *about,
        f"NM1*PR*2*{claim.payer} PLAN*****PI*{claim.payer}",
        *dependent,
        f"CLM*{claim.number}*{claim.total}***11:B:{claim.frequency}*Y*A*Y*Y",
        *([f"REF*F8*{claim.original}"] if claim.frequency in "78" else []),
        "HI*ABK:J069",
        *(_earlier_payer() if claim.owed else []),
        *(part for n, charge in enumerate(claim.charges, start=1) for part in _line(n, charge, claim)),
    ]


def _earlier_payer() -> list[str]:
    return [
        "SBR*P*18*******CI",
        "AMT*D*50",
        "OI***Y***Y",
        "NM1*IL*1*SPECIMEN*ADA****MI*X0001",
        "NM1*PR*2*EARLIER PLAN*****PI*EARLIER",
        "REF*F8*EARLIERICN",
    ]


def _line(n: int, charge: str, claim: PlainClaim) -> list[str]:
    written_off = Decimal(charge) - 50 - Decimal(claim.owed) if claim.owed else 0
    earlier = [
        "SVD*EARLIER*50*HC:99213**1",
        f"CAS*CO*45*{written_off}",
        f"CAS*PR*2*{claim.owed}",
        "DTP*573*D8*20261122",
    ]
    return [
        f"LX*{n}",
        f"SV1*HC:{99212 + n}:25*{charge}*UN*1***1",
        f"DTP*472*{claim.days}",
        f"REF*6R*{claim.number}L{n}",
        *(earlier if claim.owed else []),
    ]


def institutional(number: str, charges: Sequence[str], *, control: int = 1) -> bytes:
    """An 837I with one claim; its first line has a revenue code only, the others a procedure besides."""
    lines = [
        part
        for n, charge in enumerate(charges, start=1)
        for part in (
            f"LX*{n}",
            f"SV2*045{n}*{'' if n == 1 else 'HC:99283'}*{charge}*UN*{n}",
            "DTP*472*D8*20261120",
            f"REF*6R*{number}L{n}",
        )
    ]
    claim = [
        f"CLM*{number}*{sum(map(Decimal, charges)):f}***13:A:1**A*Y*Y",
        "DTP*434*RD8*20261120-20261121",
        "CL1*1*7*01",
        "HI*ABK:J069",
        "HI*APR:J069",
        "NM1*71*1*SPECIMEN*IDA****XX*1234567893",
    ]
    plain = professional([PlainClaim(number)], control=control, version="005010X223A2").decode("ascii").split("~\n")
    start = next(n for n, one in enumerate(plain) if one.startswith("CLM"))
    end = next(n for n, one in enumerate(plain) if one.startswith("SE*"))
    first = next(n for n, one in enumerate(plain) if one.startswith("ST*"))
    body = [*plain[:start], *claim, *lines]
    return "~\n".join([*body, f"SE*{len(body) - first + 1}*0001", *plain[end + 1 :]]).encode("ascii")


def batch(control: int, ordinal: int = 1) -> str:
    """BHT03 of a set: what a 277CA answers."""
    return f"B{control:06d}{ordinal}"


def segments(data: bytes) -> list[list[str]]:
    """An answer as lists of elements."""
    return [line.rstrip("~").split("*") for line in data.decode("ascii").splitlines()]


def complaints(data: bytes) -> list[str]:
    """What pyx12 finds wrong in a file; empty for a valid one."""
    errors = io.StringIO()
    document = io.StringIO(data.decode("ascii"))
    if pyx12.x12n_document.x12n_document(pyx12.params.params(), document, None, None, fd_json=errors):
        return []
    return re.findall(r'"message": "([^"]+)"', errors.getvalue()) or [errors.getvalue()]
