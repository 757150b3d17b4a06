"""The payers' cashier: writes out what is due, one payment for each payer, payee and day."""

import logging
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from itertools import groupby

from clearinghouse_simulator.mailbox import Mailbox
from clearinghouse_simulator.memory import Memory
from clearinghouse_simulator.payments.compose import Composition
from clearinghouse_simulator.payments.files import Writer
from clearinghouse_simulator.payments.memory import Carried, DueStep
from clearinghouse_simulator.payments.plan import PayerTerms, Payments
from clearinghouse_simulator.payments.remittance import ProviderAdjustment, Remittance
from clearinghouse_simulator.payments.truth import TruthFile
from clearinghouse_simulator.scenario import Scenario

log = logging.getLogger(__name__)


class Cashier:
    """Works in the thread that answers files, so that numbers are given once. Killed anywhere, it goes on."""

    def __init__(
        self,
        mailbox: Mailbox,
        memory: Memory,
        truth: TruthFile,
        scenario: Callable[[], Scenario],
        now: Callable[[], datetime],
    ) -> None:
        self._mailbox = mailbox
        self._memory = memory
        self._truth = truth
        self._scenario = scenario
        self._now = now

    def pay(self, *, everything: bool = False) -> None:
        """Write out what is due by now, or with `everything` all that was ever promised."""
        books = self._memory.payments
        next_due = books.next_due()
        if next_due is None:
            return
        until = None if everything else self._now().timestamp()
        if until is not None and until < next_due:
            return
        while steps := sorted(books.steps_of_next_day(until), key=_payment):  # a day may bring steps of later ones
            for _, together in groupby(steps, _payment):
                self._pay(list(together))
        for file in books.undelivered(until):
            self._truth.tell(file.name, [file.truth])
            self._mailbox.deliver(file.name, file.body)
            books.delivered(file)

    def _pay(self, steps: list[DueStep]) -> None:
        books, scenario = self._memory.payments, self._scenario()
        with books.transaction():
            composition = Composition(books)
            for step in steps:
                composition.take(step)
            if not composition.claims and not composition.provider_adjustments:
                return
            payments = scenario.payments or Payments()
            remittance = self._balanced(composition, steps[0], payments)
            nth = books.payments_so_far() + 1
            rule = payments.file_rule_for(remittance.payer_id, nth, remittance.trace, scenario.seed)
            route, number = steps[0].of.claim.route, self._memory.numbers_so_far() + 1
            files = Writer(remittance, route, max(one.step.due for one in steps), number).files(rule)
            books.write(files)
        log.info("payment %d: %d claims, %d files", nth, len(remittance.claims), len(files))

    def _balanced(self, composition: Composition, step: DueStep, payments: Payments) -> Remittance:
        """The payment, with what was carried forward to it and what it carries forward: no payment is below zero."""
        claim, books = step.of.claim, self._memory.payments
        before, adjustments = books.carried(claim.payer_id, claim.payee), list(composition.provider_adjustments)
        if before:
            adjustments.append(ProviderAdjustment("FB", before.reference, before.cents))
        trace = _trace(step, composition)
        net = sum(one.paid for one in composition.claims) - sum(one.cents for one in adjustments)
        after = Carried(-net, f"BF{trace[3:]}") if net < 0 else None
        if after:
            adjustments.append(ProviderAdjustment("FB", after.reference, -after.cents))
        books.carry(claim.payer_id, claim.payee, after)
        return Remittance(
            payer_id=claim.payer_id,
            payer_name=claim.payer_name,
            payer_tax_id=tax_id(claim.payer_id, step.of.terms),
            payee=claim.payee,
            day=step.step.day,
            trace=trace,
            claims=tuple(composition.claims),
            provider_adjustments=tuple(adjustments),
            zero_pay=payments.zero_pay,
        )


def tax_id(payer_id: str, terms: PayerTerms) -> str:
    """The payer's tax id: the scenario's, else one that no payer has (they never begin with 00)."""
    return terms.tax_id or f"00{_digits(payer_id, 7)}"


def _payment(due: DueStep) -> tuple[str, ...]:
    """What goes into one payment: same day, payer, payee, and way back to the practice."""
    claim, step = due.of.claim, due.step
    return (step.day, step.batch, claim.payer_id, claim.payee.npi, claim.payee.tax_id, *claim.route)


def _trace(step: DueStep, composition: Composition) -> str:
    """A trace that follows from the content, and so from nothing else than what is paid."""
    content = [*_payment(step), *(f"{one.claim.number} {one.status} {one.paid}" for one in composition.claims)]
    content += [f"{one.reason} {one.reference} {one.cents}" for one in composition.provider_adjustments]
    return f"EFT{_digits('|'.join(content), 12)}"


def _digits(text: str, count: int) -> str:
    return f"{int.from_bytes(sha256(text.encode()).digest()[:8], 'big') % 10**count:0{count}d}"
