"""The first nights of a new practice, as `up` plays them, held against what the clearinghouse says that it paid."""

import sys
from decimal import Decimal

import pytest

from tests.drills.conftest import Practice
from tests.drills.running_state import DRILL

pytestmark = DRILL
SECONDS = 240
LIMIT_MIB = 4 * 1024
TO_THE_NEXT_PAYER = """
SELECT coalesce(sum(CASE WHEN t.debit_claim > 0 THEN t.amount_cents ELSE 0 END), 0)::bigint
FROM transfer t JOIN journal_entry e ON e.id = t.entry_id
WHERE e.kind = 'responsibility' AND t.debit_account = 'receivable.insurance' AND t.credit_account = t.debit_account
"""


def told(practice: Practice, figure: str) -> Decimal:
    """A figure of the clearinghouse's truth, over everything that it paid."""
    return sum((Decimal(one[figure]) for one in practice.truth), Decimal(0))


@pytest.mark.parametrize("figure", ["paid", "adjusted", "denied"])
def test_what_was_posted_is_what_was_paid(practice: Practice, figure: str) -> None:
    assert Decimal(practice.summary[figure]) == told(practice, figure) > 0


def test_what_patients_owe_is_theirs_or_went_to_their_next_payer(practice: Practice) -> None:
    with practice.running.practice() as connection:
        ((onward,),) = connection.execute(TO_THE_NEXT_PAYER).fetchall()
    patient = Decimal(practice.summary["patient"])
    assert patient + Decimal(int(str(onward))) / 100 == told(practice, "patient_responsibility") > patient > 0


def test_every_payment_is_posted_or_quarantined_as_it_should_be(practice: Practice) -> None:
    statuses = [one["status"] for one in practice.truth]
    posted = statuses.count("posted") + statuses.count("notification")
    assert (practice.summary["remittances_posted"], practice.summary["remittances_quarantined"]) == (
        posted,
        statuses.count("quarantined"),
    )


def test_the_nights_show_a_case_of_every_kind_and_the_ledger_holds(practice: Practice) -> None:
    shown = practice.summary
    kinds = ("claims_held", "claims_sent", "claims_accepted", "claims_rejected", "remittances_quarantined")
    assert all(shown[kind] > 0 for kind in kinds)
    assert shown["ledger_verified"]


def test_the_nights_take_no_longer_and_no_more_memory_than_they_may(
    practice: Practice, capsys: pytest.CaptureFixture[str]
) -> None:
    taken = practice.summary["seconds"]
    seconds = taken["services"] + taken["night"]
    with capsys.disabled():
        sys.stderr.write(f"first nights: {seconds:.0f} s, {practice.highest_mib:.0f} MiB\n")
    assert practice.highest_mib < LIMIT_MIB
