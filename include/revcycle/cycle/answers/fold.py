"""Where a claim stands by all that was said of it: a fold over a set, so that order and repetition play no part.

The order of the parties: 835 > 277CA of the payer > of an intermediary > of the clearinghouse > 999 > TA1. Within a
party the later own time is higher, at equal times a rejection is. The highest says where the claim stands.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Verdict = Literal["received", "accepted", "rejected"]
Scope = Literal["claim", "set", "others"]
RANK = {
    ("TA1", "clearinghouse"): 1,
    ("999", "clearinghouse"): 2,
    ("277CA", "clearinghouse"): 3,
    ("277CA", "intermediary"): 4,
    ("277CA", "payer"): 5,
}
STATES = ("acknowledged", "partly rejected", "rejected")
OF_EQUALS = {"rejected": 2, "accepted": 1, "received": 0}
OF_SCOPES = {"claim": 2, "set": 1, "others": 0}


@dataclass(frozen=True)
class Evidence:
    """One thing said of a submission.

    `scope` is what the answer speaks of: this claim; the whole set without naming claims; or the whole set, naming
    `others` as the cause. `received` is the receipt that the party states, `payer_claim_number` the payer's number for
    the claim, `event` the key of the row. What decides nothing (TA1 note 025) is no evidence.
    """

    kind: str
    party: str
    at: datetime
    verdict: Verdict
    scope: Scope = "claim"
    received: datetime | None = None
    payer_claim_number: str = ""
    event: int = 0


def highest(evidence: Iterable[Evidence]) -> Evidence | None:
    """The piece of evidence that says where the claim stands; None where there is none."""
    return max(evidence, key=_precedence, default=None)


def answered(said: Iterable[tuple[str, datetime, str]]) -> str:
    """The state of an interchange by its TA1 and 999, each as (kind, own time, state); '' where there is none."""
    ordered = ((RANK[kind, "clearinghouse"], at, STATES.index(state), state) for kind, at, state in said)
    return max(ordered, default=(0, None, 0, ""))[3]


def receipt(evidence: Iterable[Evidence], *, payer_answers: bool) -> datetime | None:
    """When the payer received the claim, as proof of filing (the claim is not filed where it was rejected after).

    The payer's own 277CA proves it; an acceptance on the way to it only where payer data says that the payer sends
    none. Of several receipts the earliest counts. Source: 42 CFR 424.44 and the payers' own limits count from receipt.
    """
    said = list(evidence)
    last = highest(said)
    if last is None or last.verdict == "rejected":
        return None
    proving = [one for one in said if one.kind == "277CA" and _proves(one, payer_answers=payer_answers)]
    return min((one.received or one.at for one in proving if not _rejected_after(one, said)), default=None)


def _proves(one: Evidence, *, payer_answers: bool) -> bool:
    if one.party == "payer":
        return one.verdict != "rejected"
    return one.verdict == "accepted" and not payer_answers


def _rejected_after(one: Evidence, said: Iterable[Evidence]) -> bool:
    same = (other for other in said if (other.kind, other.party) == (one.kind, one.party))
    return any(other.verdict == "rejected" and other.at >= one.at for other in same)


def _precedence(one: Evidence) -> tuple[int, datetime, int, int, str, int]:
    """What is alike in all but the key of its row says the same, so it does not matter which of them came first."""
    party, verdict, scope = RANK[one.kind, one.party], OF_EQUALS[one.verdict], OF_SCOPES[one.scope]
    return party, one.at, verdict, scope, one.payer_claim_number, -one.event
