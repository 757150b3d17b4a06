"""An 835 (005010X221A1): one payment of one payer to one payee.

Balances: SVC02 - CAS = SVC03; CLP03 - all CAS = CLP04; the CLP04 - the PLB = BPR02 (1.10.2 of the guide).
"""

from dataclasses import dataclass
from itertools import groupby

from clearinghouse_simulator.interchange import Segment, element
from clearinghouse_simulator.payments.adjudication import REVERSAL, Adjustment, DecidedClaim, DecidedLine
from clearinghouse_simulator.payments.billed import BilledClaim, BilledLine, Payee
from clearinghouse_simulator.payments.plan import ZeroPay

VERSION = "005010X221A1"
SET_CODE, GROUP_CODE = "835", "HP"

_FILING = {"12", "13", "14", "15", "16", "17", "AM", "CH", "DS", "HM", "LM", "MA", "MB", "MC", "OF", "TV", "VA", "WC"}
"""The codes that CLP06 shares with SBR09; others are written as ZZ."""


@dataclass(frozen=True)
class ProviderAdjustment:
    """A PLB amount in cents: a positive one lowers the payment."""

    reason: str
    reference: str
    cents: int


@dataclass(frozen=True)
class Remittance:
    """A payment. `day` is BPR16 (CCYYMMDD); `trace` is TRN02 of a payment with money."""

    payer_id: str
    payer_name: str
    payer_tax_id: str
    payee: Payee
    day: str
    trace: str
    claims: tuple[DecidedClaim, ...]
    provider_adjustments: tuple[ProviderAdjustment, ...]
    zero_pay: ZeroPay

    @property
    def paid(self) -> int:
        return sum(claim.paid for claim in self.claims)

    @property
    def adjusted(self) -> int:
        """The sum of the PLB."""
        return sum(one.cents for one in self.provider_adjustments)

    @property
    def amount(self) -> int:
        return self.paid - self.adjusted

    @property
    def reassociation(self) -> str:
        """TRN02: of payments of nothing most payers use one and the same."""
        return "0" if self.amount == 0 and self.zero_pay.trace == "reused" else self.trace

    @property
    def payer_trn03(self) -> str:
        return f"1{self.payer_tax_id}"

    def body(self) -> list[Segment]:
        """All between ST and SE."""
        content = [*self._head(), ["LX", "1"]] if self.claims else self._head()
        for claim in self.claims:
            content += _claim(claim)
        return content + self._foot()

    def _head(self) -> list[Segment]:
        payee = self.payee
        return [
            self._payment(),
            ["TRN", "1", self.reassociation, self.payer_trn03],
            ["DTM", "405", self.day],
            ["N1", "PR", self.payer_name],
            ["N3", "1 EXAMPLE SQUARE"],
            ["N4", "SAMPLETON", "ME", "039910001"],
            ["PER", "BL", "CLAIMS DESK", "TE", "2075550199"],
            ["N1", "PE", payee.name, "XX", payee.npi],
            *payee.address,
            ["REF", "TJ", payee.tax_id],
        ]

    def _payment(self) -> Segment:
        if self.amount == 0:
            return ["BPR", self.zero_pay.handling, "0", "C", "NON", *[""] * 11, self.day]
        accounts = ["01", "999999992", "DA", "123456", self.payer_trn03, "", "01", "999988880", "DA", "98765"]
        return ["BPR", "I", money(self.amount), "C", "ACH", "CCP", *accounts, self.day]

    def _foot(self) -> list[Segment]:
        pairs = [(f"{one.reason}:{one.reference}", money(one.cents)) for one in self.provider_adjustments]
        head = ["PLB", self.payee.npi, f"{self.day[:4]}1231"]
        sixes = (pairs[n : n + 6] for n in range(0, len(pairs), 6))
        return [[*head, *(part for pair in six for part in pair)] for six in sixes]


def money(cents: int) -> str:
    """An amount as X12 writes it: no trailing zero behind the point."""
    whole, rest = divmod(abs(cents), 100)
    text = f"{whole}.{rest:02d}".rstrip("0").rstrip(".")
    return f"-{text}" if cents < 0 else text


def _claim(decided: DecidedClaim) -> list[Segment]:
    claim, reversal = decided.claim, decided.status == REVERSAL
    patient = "" if reversal or not decided.patient else money(decided.patient)
    head = ["CLP", claim.number, decided.status, money(decided.charged), money(decided.paid), patient]
    head += [claim.filing if claim.filing in _FILING else "ZZ", claim.icn, claim.facility, claim.frequency]
    content = [head, _patient(claim), *_insured(claim)]
    content.append(["DTM", "050", claim.received])
    if decided.interest:
        content.append(["AMT", "I", money(decided.interest)])
    for line in decided.lines:
        content += _service(line, claim)
    return content


def _patient(claim: BilledClaim) -> Segment:
    return ["NM1", "QC", "1", *(element(claim.patient, n) for n in range(3, 8)), "MI", claim.member_id]


def _insured(claim: BilledClaim) -> list[Segment]:
    if claim.insured == claim.patient:
        return []
    names = (element(claim.insured, n) for n in range(2, 8))
    return [["NM1", "IL", *names, "MI", claim.member_id]]


def _service(decided: DecidedLine, claim: BilledClaim) -> list[Segment]:
    line = decided.line
    procedure = line.procedure or f"NU:{line.revenue}"
    revenue = line.revenue if line.procedure else ""
    content = [["SVC", procedure, money(decided.charged), money(decided.paid), revenue, line.units]]
    content += _days(line, claim)
    for group, reasons in groupby(decided.adjustments, lambda one: one.group):
        content.append(["CAS", group, *_reasons(list(reasons))])
    if line.control:
        content.append(["REF", "6R", line.control])
    if decided.sign > 0:
        content.append(["AMT", "B6", money(decided.allowed)])
    return content + [["LQ", "HE", one.remark] for one in decided.adjustments if one.remark]


def _days(line: BilledLine, claim: BilledClaim) -> list[Segment]:
    days = sorted(day[:8] for day in line.days) or [claim.received]
    if days[0] == days[-1]:
        return [["DTM", "472", days[0]]]
    return [["DTM", "150", days[0]], ["DTM", "151", days[-1]]]


def _reasons(adjustments: list[Adjustment]) -> Segment:
    """Reason, amount and an empty quantity for each; a CAS holds six, a line has fewer."""
    return [part for one in adjustments for part in (one.reason, money(one.cents), "")]
