"""A remittance that is a cent off anywhere moves nothing, wherever the cent is."""

import re
from collections.abc import Iterator

from tests.cycle.remittance.cashier import PAYEE, Cashier, visit
from tests.payments import Claim, Payment, Service, money, remittance_file

# Segment, and the elements of it that carry an amount which something else has to agree with.
AMOUNTS = {b"BPR": (2,), b"CLP": (3, 4), b"SVC": (2, 3), b"CAS": (3,), b"PLB": (4,)}


def payment(numbers: list[str]) -> Payment:
    """Every level that has amounts: services, claims with and without services, a provider's adjustment."""
    claims = [
        Claim(numbers[0], [visit(8000, ("CO", "45", 3000), ("PR", "2", 1000))]),
        Claim(numbers[1], [Service(7000, [("CO", "45", 2000)]), Service(3000)]),
        Claim(numbers[2], cas=[("CO", "45", 4000)], paid_alone=8000),
    ]
    return Payment(claims, trace="CENT", plb=[("WO", "OLD", 1500)], payee=PAYEE)


def one_cent_off(file: bytes) -> Iterator[tuple[str, bytes]]:
    """The file with each of its amounts a cent up and a cent down, and which it was."""
    for found in re.finditer(rb"(BPR|CLP|SVC|CAS|PLB)\*[^~]*", file):
        elements = found.group().split(b"*")
        for place in AMOUNTS[elements[0]]:
            for cents in (1, -1):
                changed = list(elements)
                changed[place] = money(round(float(elements[place]) * 100) + cents).encode()
                yield (
                    f"{found.group()!r} {place} {cents}",
                    file[: found.start()] + b"*".join(changed) + file[found.end() :],
                )


def test_a_remittance_that_is_a_cent_off_anywhere_is_quarantined_and_moves_nothing(cashier: Cashier) -> None:
    file = remittance_file(payment(cashier.claims({}, {}, {})))
    spoilt = list(one_cent_off(file))
    assert len(spoilt) > 30
    for where, data in spoilt:
        assert [result.status for result in cashier.post(data)] == ["quarantined"], where
    assert (cashier.moved(), set(cashier.states())) == ({}, {"submitted"})
    assert [result.status for result in cashier.post(file)] == ["posted"]
    assert cashier.moved() != {}
