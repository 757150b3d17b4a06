"""From the steps that are due on a day to what stands in the payment: claims in their order, and the PLB."""

from dataclasses import replace

from clearinghouse_simulator.payments.adjudication import DecidedClaim, decide, interest_on
from clearinghouse_simulator.payments.memory import Adjudicated, DueStep, PaymentMemory
from clearinghouse_simulator.payments.remittance import ProviderAdjustment
from clearinghouse_simulator.payments.steps import recovery

FIRST, CORRECTED, NONE = "first", "corrected", ""


class Composition:
    """Takes steps off the list one by one; all of it inside one transaction of the memory."""

    def __init__(self, memory: PaymentMemory) -> None:
        self._memory = memory
        self.claims: list[DecidedClaim] = []
        self.provider_adjustments: list[ProviderAdjustment] = []

    def take(self, due: DueStep) -> None:
        """Do what a step asks for, unless the claim was replaced or voided meanwhile."""
        if not self._memory.done(due):
            return
        match due.step.action:
            case "pay":
                self._take_back_original(due.of)
                self._decide(due.of, FIRST)
            case "void":
                self._take_back_original(due.of)
            case "interest":
                self._pay_interest(due.of)
            case "reverse":
                self._reverse(due.of, FIRST)
            case "correct":
                self._decide(due.of, CORRECTED)
            case "withhold":
                self._withhold(due)
            case "recover":
                self._adjust("WO", due.of, _taken_back(due.of))

    def _decide(self, of: Adjudicated, which: str) -> None:
        self.claims.append(_decided(of, which))
        self._memory.stand(of, which)

    def _reverse(self, of: Adjudicated, which: str) -> None:
        self.claims.append(_decided(of, which).negated())
        if of.standing == which:
            self._memory.stand(of, NONE)

    def _take_back_original(self, of: Adjudicated) -> None:
        """A replacement (7) or a void (8) ends the claim it names, paid already or still to be paid."""
        original = self._memory.original_of(of.claim) if of.claim.frequency in ("7", "8") else None
        if original is None:
            return
        standing = original.standing
        if standing:
            self._reverse(original, standing)
        # Where the correction came before the reversal, that reversal is still owed.
        self._memory.drop_steps(original, but=("recover", "reverse") if standing == CORRECTED else ("recover",))

    def _pay_interest(self, of: Adjudicated) -> None:
        decided = self.claims[-1]
        self.claims[-1] = replace(decided, interest=interest_on(decided))
        self._adjust("L6", of, -interest_on(decided))

    def _withhold(self, due: DueStep) -> None:
        if _taken_back(due.of) > 0:
            self._adjust("WO", due.of, -_taken_back(due.of))
            self._memory.add_step(due.of, recovery(due.of.rule, due.step.due))

    def _adjust(self, reason: str, of: Adjudicated, cents: int) -> None:
        if cents:
            self.provider_adjustments.append(ProviderAdjustment(reason, of.claim.number, cents))


def _decided(of: Adjudicated, which: str) -> DecidedClaim:
    return decide(of.claim, of.rule, of.terms, corrected=which == CORRECTED)


def _taken_back(of: Adjudicated) -> int:
    """What the payee owes of a claim after its reversal and, where there is one, its correction."""
    corrected = _decided(of, CORRECTED).paid if of.rule.correction else 0
    return _decided(of, FIRST).paid - corrected
