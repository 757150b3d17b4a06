"""Files as a partner writes them: the 837 it got from us, and the TA1, 999 and 277CA it answers with."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from tests.deliveries import BILLING

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
PAYER_ID = "SMEDB"
PARTS = 10  # segments of one claim in the 837 below
HEAD = 3  # ST, BHT, HL of the billing provider


@dataclass(frozen=True)
class Sent:
    """One interchange as sent: its numbers, and the patient control numbers of its claims by position."""

    id: int
    isa13: int
    gs06: int
    bht03: str
    pcns: tuple[str, ...]

    def position(self, claim: int) -> int:
        """Where the CLM of a claim (from 1) stands, ST being 1."""
        return HEAD + (claim - 1) * PARTS + 5


def write_837(isa13: int, gs06: int, bht03: str, pcns: Sequence[str]) -> str:
    """An 837P whose claims stand where `Sent.position` says; it has what finding a claim by position needs."""
    body = [f"BHT*0019*00*{bht03}*20261124*0500*CH", "HL*1**20*1"]
    for number, pcn in enumerate(pcns, 2):
        body += [f"HL*{number}*1*22*0", "SBR*P*18*******MB", "NM1*IL*1*QUILLFEATHER*ADA****MI*SYN0042"]
        body += [f"NM1*PR*2*MEDICARE*****PI*{PAYER_ID}", f"CLM*{pcn}*120***11:B:1*Y*A*Y*Y", "HI*ABK:I10"]
        body += ["LX*1", "SV1*HC:99213*120*UN*1*11**1", "DTP*472*D8*20261119", f"REF*6R*{pcn}L01"]
    return envelope("HC", "005010X222A1", "837", body, isa13=isa13, gs06=gs06, sender="FIXTURE01")


def envelope(
    group: str,
    version: str,
    kind: str,
    body: Sequence[str],
    *,
    isa13: int,
    gs06: int = 1,
    sender: str = "CLEARING1",
    at: datetime = NOW,
    before: str = "",
    st_index: str = "0001",
) -> str:
    """One interchange with one group and one transaction set around `body`."""
    count = len("~".join(body).split("~")) + 2
    day, time = at.strftime("%Y%m%d"), at.strftime("%H%M")
    isa = f"ISA*00*{'':10}*00*{'':10}*ZZ*{sender:15}*ZZ*{'OTHER':15}*{day[2:]}*{time}*^*00501*{isa13:09}*0*T*:"
    segments = [isa, *([before] if before else []), f"GS*{group}*{sender}*OTHER*{day}*{time}*{gs06}*X*{version}"]
    reference = f"*{version}" if kind != "TA1" else ""
    segments += [
        f"ST*{kind}*{st_index}{reference}",
        *body,
        f"SE*{count}*{st_index}",
        f"GE*1*{gs06}",
        f"IEA*1*{isa13:09}",
    ]
    return "~".join(segments) + "~"


def ta1(sent: Sent, code: str, note: str = "000", *, at: datetime = NOW, isa13: int = 900) -> str:
    """A TA1 that stands alone."""
    day, time = at.strftime("%y%m%d"), at.strftime("%H%M")
    isa = f"ISA*00*{'':10}*00*{'':10}*ZZ*{'CLEARING1':15}*ZZ*{'FIXTURE01':15}*{day}*{time}*^*00501*{isa13:09}*0*T*:"
    return f"{isa}~{_ta1(sent, code, note)}~IEA*0*{isa13:09}~"


def _ta1(sent: Sent, code: str, note: str) -> str:
    return f"TA1*{sent.isa13:09}*261124*0500*{code}*{note}"


def ack(
    sent: Sent,
    code: str = "A",
    *,
    errors: Sequence[str] = (),
    group: str = "",
    sets: bool = True,
    at: datetime = NOW,
    isa13: int = 901,
    before: str = "",
    accepted: str = "",
) -> str:
    """A 999; `errors` are the IK3, CTX and IK4 segments, `group` the AK901 where it differs from IK501."""
    taken = accepted or ("1" if code in "AE" else "0")
    body = [f"AK1*HC*{sent.gs06}*005010X222A1"]
    if sets:
        body += ["AK2*837*0001*005010X222A1", *errors, f"IK5*{code}" + ("*5" if code not in "AE" else "")]
    body.append(f"AK9*{group or code}*1*1*{taken}")
    return envelope("FA", "005010X231A1", "999", body, isa13=isa13, gs06=isa13, at=at, before=before)


def claim_ack(
    sent: Sent,
    claims: Sequence[tuple[str, Sequence[str]]] = (),
    *,
    payer: bool = False,
    at: datetime = NOW,
    batch: str = "A1:19",
    provider: str = "",
    isa13: int = 902,
    bht03: str = "",
    payer_id: str = PAYER_ID,
    lines: Sequence[str] = (),
    numbers: str = "",
    source_id: str = "CLEARING1",
) -> str:
    """A 277CA: each claim is a patient control number with the STC01 composites it gets, each an STC of its own."""
    day, time = at.strftime("%Y%m%d"), at.strftime("%H%M")
    source = (
        f"NM1*PR*2*FIXTURE PAYER*****PI*{payer_id}" if payer else f"NM1*AY*2*FIXTURE CLEARINGHOUSE*****46*{source_id}"
    )
    body = [f"BHT*0085*08*R{isa13}*{day}*{time}*TH", "HL*1**20*1", source, f"TRN*1*S{isa13}", f"DTP*050*D8*{day}"]
    body += [f"DTP*009*D8*{day}", "HL*2*1*21*1", "NM1*41*2*FIXTURE GROUP*****46*FIX001"]
    body += [f"TRN*2*{bht03 or sent.bht03}", f"STC*{batch}*{day}*{_action(batch)}*120"]
    if claims or provider:
        body += ["HL*3*2*19*1", f"NM1*85*2*FIXTURE GROUP*****XX*{BILLING}"]
        body += ["TRN*1*0", f"STC*{provider}*{day}*{_action(provider)}*120"] if provider else []
    for number, (pcn, statuses) in enumerate(claims, 4):
        body += [f"HL*{number}*3*PT", "NM1*QC*1*QUILLFEATHER*ADA****MI*SYN0042", f"TRN*2*{pcn}"]
        body += [f"STC*{status}*{day}*{_action(status)}*120" for status in statuses]
        body += [f"REF*1K*{numbers}"] if numbers else []
        body += ["DTP*472*D8*20261119", *lines]
    return envelope("HN", "005010X214", "277", body, isa13=isa13, gs06=isa13, at=at)


def _action(status: str) -> str:
    """STC03 as the guide wants it; tests write it against the code where they mean to."""
    return "U" if status[:2] in ("A3", "A6", "A7", "A8") else "WQ"
