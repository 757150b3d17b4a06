"""What a payer decides on a claim: every cent of each line is paid or adjusted, so that an 835 of it balances.

All of it follows from the claim alone (a hash of its number, line and procedure), in whatever order claims come.
Sequestration: 2 % of Medicare's payment (CO 253). A payer that is not the first repeats what earlier ones did (OA 23).
"""

from dataclasses import dataclass, replace
from typing import Self

from clearinghouse_simulator.conditions import drawn
from clearinghouse_simulator.payments.billed import BilledClaim, BilledLine
from clearinghouse_simulator.payments.plan import Decision, PayerTerms, PaymentRule

REVERSAL = "22"
MEDICARE = ("MA", "MB")
SEQUESTRATION_PERCENT = 2
COINSURANCE_PERCENT = 20
COPAYS = (1000, 2000, 2500, 4000)
DEFAULT_CODES = {"deny": "CO:197", "partial": "CO:97"}
_STATUS = {"P": "1", "S": "2", "T": "3"}
_FORWARDED = {"P": "19", "S": "20", "T": "21"}


@dataclass(frozen=True)
class Adjustment:
    """One reason of a CAS; `remark` is the LQ*HE that explains it."""

    group: str
    reason: str
    cents: int
    remark: str = ""


@dataclass(frozen=True)
class DecidedLine:
    """A line and what was adjusted of it; `sign` is -1 in a reversal. `allowed` stands in AMT*B6."""

    line: BilledLine
    adjustments: tuple[Adjustment, ...] = ()
    allowed: int = 0
    sign: int = 1

    @property
    def charged(self) -> int:
        return self.sign * self.line.cents

    @property
    def paid(self) -> int:
        return self.charged - sum(one.cents for one in self.adjustments)

    def negated(self) -> Self:
        undone = tuple(replace(one, cents=-one.cents, remark="") for one in self.adjustments)
        return replace(self, adjustments=undone, sign=-self.sign)


@dataclass(frozen=True)
class DecidedClaim:
    """A claim with its CLP02; `interest` is paid besides, by a PLB."""

    claim: BilledClaim
    status: str
    lines: tuple[DecidedLine, ...]
    interest: int = 0

    @property
    def charged(self) -> int:
        return sum(line.charged for line in self.lines)

    @property
    def paid(self) -> int:
        return sum(line.paid for line in self.lines)

    @property
    def patient(self) -> int:
        """What is left to the patient: CLP05."""
        return sum(one.cents for line in self.lines for one in line.adjustments if one.group == "PR")

    def negated(self) -> Self:
        """The reversal of it: CLP02 22, every amount with the other sign."""
        return replace(self, status=REVERSAL, lines=tuple(line.negated() for line in self.lines), interest=0)


def decide(claim: BilledClaim, rule: PaymentRule, terms: PayerTerms, *, corrected: bool = False) -> DecidedClaim:
    """The first decision on a claim, or the one that corrects it."""
    decision: Decision = (rule.correction or "pay") if corrected else rule.decision
    judge = _Judge(claim, rule, terms, "corrected" if corrected else "")
    return DecidedClaim(claim, _status(claim, rule, decision), tuple(judge.lines(decision)))


def interest_on(decided: DecidedClaim) -> int:
    """One percent of what was paid, at least a cent."""
    return max(_percent(decided.paid, 1), 1) if decided.paid > 0 else 0


def _status(claim: BilledClaim, rule: PaymentRule, decision: Decision) -> str:
    if decision == "deny" and rule.status == "4":
        return "4"
    statuses = _FORWARDED if rule.outcome == "crossover" else _STATUS
    return statuses.get(claim.responsibility, statuses["T"])


class _Judge:
    """Decides the lines of one claim; `salt` makes a correction differ from what it corrects."""

    def __init__(self, claim: BilledClaim, rule: PaymentRule, terms: PayerTerms, salt: str) -> None:
        self._claim = claim
        self._rule = rule
        self._terms = terms
        self._salt = salt

    def lines(self, decision: Decision) -> list[DecidedLine]:
        lines = self._claim.lines
        if decision == "deny":
            return [self._denied(line, decision) for line in lines]
        if decision == "patient":
            return [self._owed_by_patient(line) for line in lines]
        decided = [self._paid(n, line) for n, line in enumerate(lines)]
        if decision == "partial" and len(lines) == 1:
            return [self._half_denied(decided[0])]
        if decision == "partial":
            kept = len(lines) - max(1, len(lines) // 3)
            return decided[:kept] + [self._denied(line, decision) for line in lines[kept:]]
        return decided

    def _paid(self, n: int, line: BilledLine) -> DecidedLine:
        allowed = self._allowed(line)
        shares = self._shares(n, line, allowed)
        return self._settled(line, allowed, shares)

    def _settled(self, line: BilledLine, allowed: int, shares: list[Adjustment]) -> DecidedLine:
        due = allowed - sum(one.cents for one in shares)
        kept = _percent(due, SEQUESTRATION_PERCENT) if self._is_sequestered() else 0
        adjustments = [self._reduction(line, allowed), *shares, Adjustment("CO", "253", kept)]
        return DecidedLine(line, tuple(one for one in adjustments if one.cents), allowed)

    def _reduction(self, line: BilledLine, allowed: int) -> Adjustment:
        group, reason = ("CO", "45") if line.left is None else ("OA", "23")
        return Adjustment(group, reason, line.cents - allowed)

    def _allowed(self, line: BilledLine) -> int:
        if line.left is not None:
            return min(line.left, line.cents)
        low, high = self._terms.allowed
        return _percent(line.cents, low + int(self._drawn("allowed", line) * (high - low + 1)))

    def _shares(self, n: int, line: BilledLine, allowed: int) -> list[Adjustment]:
        """The patient's part: on four lines in ten nothing, else copay (once a claim), coinsurance or deductible."""
        drawn = self._drawn("share", line)
        if line.left is not None or drawn < 0.4:
            return []
        if drawn < 0.6:
            copay = COPAYS[int(self._drawn("copay", line) * len(COPAYS))]
            return [Adjustment("PR", "3", min(copay, allowed))] if n == 0 else []
        deductible = _percent(allowed, 25) if drawn >= 0.85 else 0
        return [
            Adjustment("PR", "1", deductible),
            Adjustment("PR", "2", _percent(allowed - deductible, COINSURANCE_PERCENT)),
        ]

    def _owed_by_patient(self, line: BilledLine) -> DecidedLine:
        allowed = self._allowed(line)
        return self._settled(line, allowed, [Adjustment("PR", "1", allowed)])

    def _denied(self, line: BilledLine, decision: Decision) -> DecidedLine:
        whole = self._refusal(line.cents, decision)
        return DecidedLine(line, (whole,) if whole.cents else ())

    def _half_denied(self, decided: DecidedLine) -> DecidedLine:
        """Of a claim of one line half of what is allowed; nothing of it is the patient's."""
        half = decided.allowed - decided.allowed // 2
        return self._settled(decided.line, decided.allowed, [self._refusal(half, "partial")])

    def _refusal(self, amount: int, decision: Decision) -> Adjustment:
        codes = self._rule.codes or [DEFAULT_CODES[decision]]
        chosen = codes[int(drawn(f"code|{self._salt}", self._claim.number) * len(codes))]
        group, reason, remark, *_ = f"{chosen}::".split(":")
        return Adjustment(group, reason, amount, remark)

    def _is_sequestered(self) -> bool:
        told = self._terms.sequestration
        return self._claim.filing in MEDICARE if told is None else told

    def _drawn(self, what: str, line: BilledLine) -> float:
        place = self._claim.lines.index(line)
        return drawn(f"{what}|{self._salt}", f"{self._claim.number}|{place}|{line.procedure}")


def _percent(amount: int, percent: int) -> int:
    """So many percent of an amount in cents, half a cent up."""
    return (amount * percent + 50) // 100
