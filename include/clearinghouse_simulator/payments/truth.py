"""What a correct reader makes of each 835: a line of JSON for each transaction set, in the simulator's own folder.

Money is text with two decimals. Of a set that must not be posted (quarantined, duplicate, conflict) nothing counts:
its figures are 0.00 and it lists no claims.
"""

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

from clearinghouse_simulator.payments.adjudication import Adjustment, DecidedClaim
from clearinghouse_simulator.payments.remittance import Remittance

Status = Literal["posted", "notification", "quarantined", "duplicate", "conflict"]
Treatment = Literal["posted", "memo", "denied", "waiting"]

CONTRACTUAL = ("45", "253", "237", "144")
PATIENT = ("1", "2", "3", "66")


def treatment(adjustment: Adjustment) -> Treatment:
    """What becomes of an adjusted amount; a reversal's like the one it takes back.

    A CO reason is posted only where it is a write-off by contract or law, a PR reason only where the plan itself
    leaves the amount to the patient; what an earlier payer did (OA 23) is no news.
    """
    group, reason = adjustment.group, adjustment.reason
    if (group, reason) == ("OA", "23"):
        return "memo"
    if group == "PR":
        return "posted" if reason in PATIENT else "waiting"
    paid_above_charge = reason == "94" and adjustment.cents < 0
    return "posted" if group == "CO" and (reason in CONTRACTUAL or paid_above_charge) else "denied"


def figures(remittance: Remittance) -> dict[str, Any]:
    """The part of the truth that depends on the payment alone."""
    reasons = [one for claim in remittance.claims for line in claim.lines for one in line.adjustments]
    sums = {
        "adjusted": sum(one.cents for one in reasons if treatment(one) == "posted" and one.group != "PR"),
        "patient_responsibility": sum(one.cents for one in reasons if treatment(one) == "posted" and one.group == "PR"),
        "denied": sum(one.cents for one in reasons if treatment(one) == "denied"),
    }
    return {
        "paid": dollars(remittance.paid),
        **{name: dollars(amount) for name, amount in sums.items()},
        "provider_adjustments": dollars(remittance.adjusted),
        "claims": [_claim(claim) for claim in remittance.claims],
    }


NOTHING: dict[str, Any] = {
    **dict.fromkeys(("paid", "adjusted", "patient_responsibility", "denied", "provider_adjustments"), "0.00"),
    "claims": [],
}


def dollars(cents: int) -> str:
    """An amount as text with two decimals."""
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def _claim(decided: DecidedClaim) -> dict[str, Any]:
    adjustments = [
        {
            "line_control_number": line.line.control or None,
            "group": one.group,
            "reason": one.reason,
            "amount": dollars(one.cents),
            "treatment": treatment(one),
        }
        for line in decided.lines
        for one in line.adjustments
    ]
    return {
        "patient_control_number": decided.claim.number,
        "status": decided.status,
        "paid": dollars(decided.paid),
        "services": len(decided.lines),
        "adjustments": adjustments,
    }


class TruthFile:
    """`truth.jsonl`: a set is told once, in one write, before its file appears; a line torn by a crash is cut off."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.touch(mode=0o600)
        kept = _whole_lines(path.read_bytes())
        os.truncate(path, len(kept))
        self._told = {json.loads(line)["file"] for line in kept.splitlines()}

    def tell(self, file: str, entries: Iterable[str]) -> None:
        """Add the entries (JSON) of a file, unless it was told before."""
        if file in self._told:
            return
        with self._path.open("ab") as out:
            out.write("".join(f"{entry}\n" for entry in entries).encode())
            out.flush()
            os.fsync(out.fileno())
        self._told.add(file)

    def entries(self) -> list[dict[str, Any]]:
        """All that was told, in order; not what is being written at this moment."""
        return [json.loads(line) for line in _whole_lines(self._path.read_bytes()).splitlines()]


def _whole_lines(text: bytes) -> bytes:
    return text[: text.rfind(b"\n") + 1]
