"""Every situation comes to its ending: posted twice, in any order of the files, and after a kill at any step."""

import random
from dataclasses import replace

import pytest

from revcycle.cycle.remittance import booking, claims, denials, facts, matching, onward, register, to_do
from revcycle.foundation.ledger.verify import verify
from tests.cycle.remittance.cashier import Cashier
from tests.cycle.remittance.situations import SITUATIONS, Ending
from tests.cycle.remittance.victim import killed_after
from tests.payments import Payment, remittance_file

STEPS = [
    (matching, "match"),
    (matching, "match_services"),
    (facts, "write"),
    (booking, "book"),
    (register, "set_state"),
    (onward, "make"),
    (onward, "submit_or_hold"),
    (claims, "follow"),
    (denials, "deny"),
    (to_do, "raise_work"),
    (register, "write_set"),
]


def files(cashier: Cashier) -> list[bytes]:
    """All payments of all situations, a file each, in the order they are meant in."""
    numbers = dict(zip(SITUATIONS, cashier.claims(*({} for _ in SITUATIONS)), strict=True))
    made: list[Payment] = []
    for place, (name, (payments, ending)) in enumerate(SITUATIONS.items()):
        if ending.next:
            cashier.cover(f"P{place}", responsibility="S", payer="LARKSPUR", member_id=f"L{place}")
        made += payments(numbers[name], f"TRACE{place}-")
    for payment in made:
        payment.payee = cashier.payee
    return [remittance_file(payment) for payment in made]


def endings(cashier: Cashier) -> dict[str, Ending]:
    """What each claim came to, by the name of its situation."""
    found = cashier.rows("""SELECT e.source_encounter_id, coalesce(b.paid_cents, 0), coalesce(b.adjusted_cents, 0),
        coalesce(b.moved_cents, 0), c.state,
        (SELECT coalesce(array_agg(DISTINCT w.cause_kind ORDER BY w.cause_kind), '{}') FROM work_item w
         WHERE w.claim_id = c.id AND w.closed_at IS NULL)
        FROM claim c JOIN encounter e ON e.id = c.encounter_id LEFT JOIN claim_balance b ON b.claim_id = c.id
        ORDER BY length(e.source_encounter_id), e.source_encounter_id, c.responsibility DESC""")
    rows: dict[str, Ending] = {}
    for encounter, *row, items in found:  # the next payer's claim stands before the claim before it
        rows[encounter] = Ending(*row, tuple(items), next=rows.get(encounter))
    return dict(zip(SITUATIONS, rows.values(), strict=True))


def without_items(one: Ending) -> Ending:
    """What does not depend on the order of the files."""
    return replace(one, items=(), next=one.next and without_items(one.next))


def assert_proven(cashier: Cashier) -> None:
    with cashier.engine.connect() as connection:
        assert [proof.name for proof in verify(connection) if not proof.holds] == []


def test_every_situation_comes_to_its_ending_however_often_it_is_posted(cashier: Cashier) -> None:
    assert len(SITUATIONS) >= 40
    data = files(cashier)
    for one in data:
        cashier.post(one)
    once = cashier.moved()
    assert endings(cashier) == {name: ending for name, (_, ending) in SITUATIONS.items()}
    assert_proven(cashier)
    for one in data:
        assert [result.status for result in cashier.post(one)] == ["duplicate"]
    assert cashier.moved() == once
    assert_proven(cashier)


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_the_files_does_not_matter(cashier: Cashier, seed: int) -> None:
    data = files(cashier)
    random.Random(seed).shuffle(data)
    for one in data:
        cashier.post(one)
    found = {name: without_items(ending) for name, ending in endings(cashier).items()}
    assert found == {name: without_items(ending) for name, (_, ending) in SITUATIONS.items()}
    assert_proven(cashier)


def test_a_kill_after_any_step_leaves_nothing_half_done(cashier: Cashier) -> None:
    data = files(cashier)
    assert len(data) > 4 * len(STEPS)
    for number, one in enumerate(data):
        if number % 4 == 0:
            module, name = STEPS[number // 4 % len(STEPS)]
            before = cashier.moved()
            assert killed_after(cashier, module.__name__, name, cashier.take_in(one))
            assert cashier.moved() == before
        cashier.post(one)
    assert endings(cashier) == {name: ending for name, (_, ending) in SITUATIONS.items()}
    assert_proven(cashier)
