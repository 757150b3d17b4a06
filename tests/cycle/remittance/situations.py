"""What payers do with a claim of 120.00, by name: the payments they send, and what the claim comes to in the end.

Of each the payments in the order they are meant in, and paid, adjusted, moved on to the patient (cents) with the state
of the claim, and of the next payer's where there is one. `{name}` stands for a trace of its own, so that all of them
can be posted to one practice.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from tests.cycle.remittance.cashier import OTHER_TRN03, visit
from tests.payments import Adjustment, Claim, Payment, reversed_of

NEXT = "ICN2"
"""The next payer's own number of the claims it takes back."""
Payments = Callable[[str, str], Sequence[Payment]]
"""From the patient control number and a name."""


@dataclass(frozen=True)
class Ending:
    """Cents paid, adjusted and moved on, the claim's state, and the open items it leaves, by kind."""

    paid: int = 0
    adjusted: int = 0
    moved: int = 0
    state: str = "closed"
    items: tuple[str, ...] = ()
    next: "Ending | None" = None
    """Of the next payer's claim, where the patient has further coverage."""


def line(paid: int, *cas: Adjustment, **more: str) -> Payments:
    """One payment with one service."""
    return lambda number, name: [Payment([Claim(number, [visit(paid, *cas)], **more)], trace=name)]


def then(*claims: Callable[[str], Sequence[Claim]]) -> Payments:
    """Several payments, each of the claims made from the number."""
    return lambda number, name: [Payment(make(number), trace=f"{name}{n}") for n, make in enumerate(claims)]


def first(number: str) -> Claim:
    return Claim(number, [visit(80_00, ("CO", "45", 20_00), ("PR", "1", 20_00))])


def corrected(number: str) -> Claim:
    return Claim(number, [visit(90_00, ("CO", "45", 10_00), ("PR", "1", 20_00))])


def denied(number: str) -> Claim:
    return Claim(number, [visit(0, ("CO", "97", 120_00))])


def on_claim_level(number: str, name: str) -> Sequence[Payment]:
    return [Payment([Claim(number, [visit(120_00)], cas=[("CO", "253", 2_40)])], trace=name)]


def without_services(number: str, name: str) -> Sequence[Payment]:
    return [Payment([Claim(number, paid_alone=100_00, cas=[("CO", "45", 20_00)])], trace=name)]


def with_provider_adjustment(reason: str, cents: int) -> Payments:
    return lambda number, name: [Payment([Claim(number, [visit(120_00)])], trace=name, plb=[(reason, name, cents)])]


def carried_forward(number: str, name: str) -> Sequence[Payment]:
    """Paid, taken back without cash, and the debt set off against the corrected payment."""
    return [
        Payment([first(number)], trace=f"{name}0"),
        Payment([reversed_of(first(number))], trace="0", plb=[("FB", name, -80_00)]),
        Payment([corrected(number)], trace=f"{name}2", plb=[("FB", name, 80_00)]),
    ]


def taken_back(number: str, name: str) -> Sequence[Payment]:
    return [
        Payment([first(number)], trace=f"{name}0"),
        Payment([reversed_of(first(number))], trace=f"{name}1", plb=[("WO", name, -80_00)]),
    ]


def notice(number: str, name: str) -> Sequence[Payment]:
    return [Payment([denied(number)], trace=name, handling="H")]


def two_of_one(number: str, name: str) -> Sequence[Payment]:
    """Two CLPs of one claim in one set: the reversal and its correction."""
    return [
        Payment([first(number)], trace=f"{name}0"),
        Payment([reversed_of(first(number)), corrected(number)], trace=f"{name}1"),
    ]


def forwarded(number: str) -> Claim:
    """The first payment, with the word that the next payer has the claim."""
    return replace(first(number), status="19")


def by_next(number: str) -> Claim:
    """The next payer pays 15.00 of the share of 20.00, and names the claim as the payer before does."""
    return Claim(number, [visit(15_00, ("OA", "23", 100_00), ("PR", "2", 5_00))], status="2")


def reversed_by_next(number: str) -> Claim:
    return replace(reversed_of(by_next(number)), payer_number=NEXT)


def crossed(*claims: Callable[[str], Sequence[Claim]]) -> Payments:
    """Several payments, each of the claims made from the number; those of the next payer come from it."""

    def payments(number: str, name: str) -> Sequence[Payment]:
        made = [Payment(make(number), trace=f"{name}{n}") for n, make in enumerate(claims)]
        for one in made:
            if any(claim.status == "2" or claim.payer_number == NEXT for claim in one.claims):
                one.payer = OTHER_TRN03
        return made

    return payments


PAID = Ending(120_00)
SHARED = Ending(80_00, 20_00, 20_00)
CORRECTED = Ending(90_00, 10_00, 20_00)
BACK = Ending(state="submitted")
SITUATIONS: dict[str, tuple[Payments, Ending]] = {
    "paid in full": (line(120_00), PAID),
    "contractual reduction": (line(100_00, ("CO", "45", 20_00)), Ending(100_00, 20_00)),
    "sequestration": (line(117_60, ("CO", "253", 2_40)), Ending(117_60, 2_40)),
    "e-prescribing reduction": (line(118_00, ("CO", "237", 2_00)), Ending(118_00, 2_00)),
    "incentive reduction": (line(118_00, ("CO", "144", 2_00)), Ending(118_00, 2_00)),
    "deductible": (line(0, ("PR", "1", 120_00)), Ending(moved=120_00)),
    "coinsurance": (line(96_00, ("PR", "2", 24_00)), Ending(96_00, moved=24_00)),
    "copayment": (line(100_00, ("PR", "3", 20_00)), Ending(100_00, moved=20_00)),
    "blood deductible": (line(100_00, ("PR", "66", 20_00)), Ending(100_00, moved=20_00)),
    "reduction and share": (line(80_00, ("CO", "45", 20_00), ("PR", "1", 20_00)), SHARED),
    "three reasons of one group": (
        line(60_00, ("PR", "1", 20_00), ("PR", "2", 20_00), ("PR", "3", 20_00)),
        Ending(60_00, moved=60_00),
    ),
    "paid more than charged": (line(130_00, ("CO", "94", -10_00)), Ending(130_00, -10_00)),
    "denied as bundled": (line(0, ("CO", "97", 120_00)), Ending(state="adjudicated", items=("denial",))),
    "denied as late": (line(0, ("CO", "29", 120_00)), Ending(state="adjudicated", items=("denial",))),
    "denied as not necessary": (line(0, ("CO", "50", 120_00)), Ending(state="adjudicated", items=("denial",))),
    "denied by the payer's opinion": (line(0, ("PI", "97", 120_00)), Ending(state="adjudicated", items=("denial",))),
    "denied for other reasons": (line(0, ("OA", "18", 120_00)), Ending(state="adjudicated", items=("denial",))),
    "denied in part": (
        line(80_00, ("CO", "45", 20_00), ("CO", "16", 20_00)),
        Ending(80_00, 20_00, state="adjudicated", items=("denial",)),
    ),
    "denied with status 4": (
        line(0, ("CO", "31", 120_00), status="4"),
        Ending(state="adjudicated", items=("denial",)),
    ),
    "not covered, said to be the patient's": (
        line(0, ("PR", "204", 120_00)),
        Ending(state="adjudicated", items=("adjustment_waiting",)),
    ),
    "another payer first, said to be the patient's": (
        line(100_00, ("PR", "22", 20_00)),
        Ending(100_00, state="adjudicated", items=("adjustment_waiting",)),
    ),
    "a group of an older version": (
        line(100_00, ("CR", "45", 20_00)),
        Ending(100_00, state="adjudicated", items=("adjustment_waiting",)),
    ),
    "an increase nobody asked for": (
        line(130_00, ("CO", "96", -10_00)),
        Ending(130_00, state="adjudicated", items=("adjustment_waiting", "overpayment")),
    ),
    "reduction of the whole claim": (on_claim_level, Ending(117_60, 2_40)),
    "no services": (without_services, Ending(100_00, 20_00)),
    "notice without money": (notice, Ending(state="adjudicated", items=("denial",))),
    "processed as primary and sent on to nobody we know": (
        line(120_00, status="19"),
        Ending(120_00, items=("sent_on",)),
    ),
    "sent on to whom it concerns": (
        line(0, ("OA", "109", 120_00), status="23"),
        Ending(state="submitted", items=("sent_on",)),
    ),
    "predetermination": (line(0, ("CO", "45", 120_00), status="25"), BACK),
    "reversal and correction in one set": (two_of_one, CORRECTED),
    "reversal and correction in two files": (
        then(lambda n: [first(n)], lambda n: [reversed_of(first(n))], lambda n: [corrected(n)]),
        CORRECTED,
    ),
    "reversal without a correction": (then(lambda n: [first(n)], lambda n: [reversed_of(first(n))]), BACK),
    "denial reversed and paid": (
        then(lambda n: [denied(n)], lambda n: [reversed_of(denied(n)), corrected(n)]),
        CORRECTED,
    ),
    "payment reversed and denied": (
        then(lambda n: [first(n)], lambda n: [reversed_of(first(n)), denied(n)]),
        Ending(state="adjudicated", items=("denial",)),
    ),
    "corrected twice": (
        then(
            lambda n: [first(n)],
            lambda n: [reversed_of(first(n)), corrected(n)],
            lambda n: [reversed_of(corrected(n)), first(n)],
        ),
        SHARED,
    ),
    "paid twice under two traces": (
        then(lambda n: [Claim(n, [visit(120_00)])], lambda n: [Claim(n, [visit(120_00)])]),
        Ending(240_00, state="adjudicated", items=("overpayment",)),
    ),
    "debt carried forward": (carried_forward, CORRECTED),
    "taken back later": (taken_back, BACK),
    "overpayment of another recovered": (with_provider_adjustment("WO", 30_00), PAID),
    "interest": (with_provider_adjustment("L6", -1_50), PAID),
    "authorized return": (with_provider_adjustment("72", 10_00), PAID),
    "adjustment of the provider": (with_provider_adjustment("CS", 5_00), PAID),
    "levy": (with_provider_adjustment("LE", 5_00), PAID),
    "share of a next payer": (
        line(80_00, ("CO", "45", 20_00), ("PR", "1", 20_00)),
        replace(SHARED, next=Ending(state="open", items=("further_payer",))),
    ),
    "sent on to the next payer": (crossed(lambda n: [forwarded(n)]), replace(SHARED, next=BACK)),
    "sent on without a share": (
        line(100_00, ("CO", "45", 20_00), status="19"),
        Ending(100_00, 20_00, next=BACK),
    ),
    "sent on by a named carrier": (
        crossed(lambda n: [replace(first(n), more=["NM1*TT*2*LARKSPUR MUTUAL*****PI*LARKS"])]),
        replace(SHARED, next=BACK),
    ),
    "sent on to another than the coverage says": (
        crossed(lambda n: [replace(forwarded(n), more=["NM1*TT*2*ELSEWHERE*****PI*SMEDB"])]),
        replace(SHARED, next=Ending(state="open", items=("further_payer",))),
    ),
    "sent on and paid by the next payer": (
        crossed(lambda n: [forwarded(n)], lambda n: [by_next(n)]),
        replace(SHARED, next=Ending(15_00, moved=5_00)),
    ),
    "sent on, paid and taken back by the next payer": (
        crossed(lambda n: [forwarded(n)], lambda n: [by_next(n)], lambda n: [reversed_by_next(n)]),
        replace(SHARED, next=BACK),
    ),
    "sent on when it was corrected": (
        crossed(lambda n: [first(n)], lambda n: [reversed_of(first(n)), replace(corrected(n), status="19")]),
        replace(CORRECTED, next=BACK),
    ),
    "sent on, taken back and sent on anew": (
        crossed(
            lambda n: [forwarded(n)],
            lambda n: [reversed_of(forwarded(n))],
            lambda n: [replace(corrected(n), status="19")],
            lambda n: [by_next(n)],
        ),
        replace(CORRECTED, next=Ending(15_00, moved=5_00)),
    ),
    "sent on and taken back": (
        crossed(lambda n: [forwarded(n)], lambda n: [reversed_of(forwarded(n))]),
        replace(BACK, next=BACK),
    ),
}
