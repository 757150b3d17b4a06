"""What `status` says of the exchange: each sentence with the command that helps."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine

from revcycle.cycle import answers
from revcycle.cycle.exchange import pause
from revcycle.foundation import work
from revcycle.foundation.register import INTERCHANGE
from revcycle.foundation.state import State
from revcycle.local.standing import Standing, standing_of
from tests.cycle.exchange.conftest import partner_server, practice, practice_with
from tests.cycle.exchange.practice import NOW, PARTNER, STEP, Practice
from tests.cycle.remittance.cashier import Cashier, visit
from tests.deliveries import Desk
from tests.payments import Claim, Payment, remittance_file
from tests.sent_claims import Office

__all__ = ["partner_server", "practice", "practice_with"]


@pytest.mark.parametrize(
    ("standing", "advice"),
    [
        ({"paused": ("everything",)}, "./revcycle pause-sending off ends"),
        ({"paused": ("MEDICARE",)}, "./revcycle pause-sending off --payer MEDICARE ends"),
        ({"quarantined": 2}, "./revcycle work quarantine"),
        (
            {"unusable": {"ops": 2}},
            "2 files of partners are in quarantine; ./revcycle work list --queue ops says",
        ),
        ({"unusable": {"biller": 1}}, "./revcycle work list --queue biller says why."),
        ({"behind": "The archive holds more."}, "The archive holds more."),
    ],
    ids=str,
)
def test_the_advice_is_the_command_that_helps(standing: dict[str, Any], advice: str) -> None:
    (said,) = Standing(**standing).sentences()
    assert advice in said


def test_what_waits_is_told_with_its_pause(practice: Practice) -> None:
    practice.interchange()
    pause(practice.engine, on=True, by="ada", reason="", now=NOW, step=STEP)
    stands = standing_of(practice.engine, practice.archive)
    assert stands.sentences()[0].startswith("Sending of everything is paused")
    assert "1 interchanges with 2 claims (10.00) are prepared and wait" in stands.sentences()[1]


def test_a_database_that_is_older_than_the_archive_says_why_nothing_is_sent(practice: Practice) -> None:
    practice.interchange()
    manifest = practice.archive.put(b"of an interchange that the restored database does not know")
    practice.archive.label(INTERCHANGE, f"{PARTNER}-000000009", manifest)
    [first, *_] = standing_of(practice.engine, practice.archive).sentences()
    assert first.startswith(f"The archive holds 1 interchanges of {PARTNER} that the database does not know")
    assert "./revcycle reconcile --apply" in first


def test_a_file_whose_item_is_released_is_no_trouble_any_more(engine: Engine, state: State) -> None:
    office = Office(engine, state)
    office.receive("<html>away</html>", "999")
    answers.apply(engine, office.archive, now=NOW, step=STEP)
    assert standing_of(engine, office.archive).unusable == {"ops": 1}
    release(engine, item_of(engine, "quarantined_file"), by="bo")
    assert standing_of(engine, office.archive).unusable == {}


def test_a_quarantined_file_that_nobody_was_asked_about_counts(engine: Engine, state: State) -> None:
    office = Office(engine, state)
    office.receive("ISA", "835")
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE received_file SET state = 'quarantined'")
    assert standing_of(engine, office.archive).unusable == {"biller": 1}


@pytest.fixture
def cashier(desk: Desk) -> Cashier:
    return Cashier(desk)


def test_a_remittance_whose_mended_delivery_was_posted_is_no_trouble_any_more(cashier: Cashier) -> None:
    (number,) = cashier.claims({})
    data = remittance_file(Payment([Claim(number, [visit(120_00)])], payee=cashier.payee))
    cashier.post(data.replace(b"CLP*" + number.encode() + b"*1*120*120", b"CLP*" + number.encode() + b"*1*121*120"))
    assert standing_of(cashier.engine, cashier.archive).unusable == {"biller": 1}
    cashier.post(data)
    assert standing_of(cashier.engine, cashier.archive).unusable == {}


def item_of(engine: Engine, kind: str) -> int:
    (item,) = (one["item"] for one in work.worklist(engine, now=NOW, who="bo") if one["kind"] == kind)
    return int(item)


def release(engine: Engine, item: int, *, by: str) -> None:
    work.decide(engine, item, kind="release", reason="it came again", by=by, now=datetime.now(UTC), step=STEP)
