"""From a payment to the files in which it comes: sound, or as a rule of the scenario spoils it."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256

from clearinghouse_simulator.interchange import Interchange, Segment
from clearinghouse_simulator.payments.memory import Written
from clearinghouse_simulator.payments.plan import FileRule
from clearinghouse_simulator.payments.remittance import GROUP_CODE, SET_CODE, VERSION, Remittance
from clearinghouse_simulator.payments.truth import NOTHING, Status, dollars, figures
from clearinghouse_simulator.writing import Envelope, amount, transaction_set

Change = Callable[[list[Segment]], list[Segment]]


@dataclass(frozen=True)
class Writer:
    """Writes the files of one payment, numbered from `first` on. `route` is ISA05 to ISA08 of the claims."""

    remittance: Remittance
    route: list[str]
    due: datetime
    first: int

    def files(self, rule: FileRule | None) -> list[Written]:
        """The file or files of the payment, in the order in which they appear."""
        sound: Status = "posted" if self.remittance.amount else "notification"
        match rule:
            case None:
                return [self._file(0, sound)]
            case FileRule(outcome="resent", after_days=days):
                return [self._file(0, sound), self._file(1, "duplicate", days=days)]
            case FileRule(outcome="conflict", after_days=days):
                return [self._file(0, sound), self._file(1, "conflict", days=days, change=_other_body)]
            case FileRule(outcome="broken", at=place):
                spoilt = self._file(0, "quarantined", change=lambda body: off_by_a_cent(body, place))
            case _:
                spoilt = self._file(0, "quarantined", cut=True)
        if rule.mended_after_days is None:
            return [spoilt]
        return [spoilt, self._file(1, sound, days=rule.mended_after_days)]

    def _file(
        self, n: int, status: Status, *, days: int = 0, change: Change | None = None, cut: bool = False
    ) -> Written:
        number, at = self.first + n, self.due + timedelta(days=days)
        body = self.remittance.body()
        segments = transaction_set(SET_CODE, n + 1, "", change(body) if change else body)
        envelope = Envelope(Interchange(["ISA", *[""] * 4, *self.route]), number, at)
        data = envelope.interchange(envelope.group(GROUP_CODE, VERSION, segments), groups=1)
        data = data[: len(data) * 2 // 3] if cut else data
        name = f"SIM{number:07d}.835"
        told = self._truth(name, data, number, segments[0], status)
        return Written(number, name, data, json.dumps(told), at.timestamp(), first=n == 0)

    def _truth(self, name: str, data: bytes, number: int, st: Segment, status: Status) -> dict[str, object]:
        payment = self.remittance
        return {
            "file": name,
            "sha256": sha256(data).hexdigest(),
            "isa13": f"{number:09d}",
            "st02": st[2],
            "trace": payment.reassociation,
            "payer": payment.payer_id,
            "payer_trn03": payment.payer_trn03,
            "amount": dollars(payment.amount),
            "payment_date": date.fromisoformat(payment.day).isoformat(),
            "status": status,
            **(figures(payment) if status in ("posted", "notification") else NOTHING),
        }


def off_by_a_cent(body: list[Segment], place: str) -> list[Segment]:
    """A body whose first amount paid of a service or claim, or whose BPR02, is a cent too high."""
    segment, element = {"service": ("SVC", 3), "claim": ("CLP", 4), "transaction": ("BPR", 2)}[place]
    spoilt = [list(one) for one in body]
    first = next((one for one in spoilt if one[0] == segment), spoilt[0])
    element = element if first[0] == segment else 2
    first[element] = amount(Decimal(first[element]) + Decimal("0.01"))
    return spoilt


def _other_body(body: list[Segment]) -> list[Segment]:
    """The same payment, told otherwise: another contractual reason, or where there is none another payer's name."""
    changed = [list(one) for one in body]
    reasons = (one for one in changed if one[:3] == ["CAS", "CO", "45"])
    reason = next(reasons, None)
    if reason:
        reason[2] = "237"
    else:
        next(one for one in changed if one[:2] == ["N1", "PR"])[2] += " PAYMENTS"
    return changed
