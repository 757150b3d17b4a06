"""Publish to and collect from the clearinghouse simulator, another implementation of a partner than the tests' own."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from clearinghouse_simulator import Simulator
from revcycle.cycle.exchange import Login, Mailbox, PartnerAway, collect, open_mailbox, publish
from tests.cycle.exchange.practice import NOW, PARTNER, STEP, Practice


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[Simulator]:
    with Simulator(tmp_path / "simulator") as running:
        yield running


def test_a_file_is_taken_once_though_the_rename_was_not_answered_and_its_answer_comes_back(
    practice: Practice, simulator: Simulator
) -> None:
    def box() -> AbstractContextManager[Mailbox]:
        login = Login(
            simulator.host, simulator.port, simulator.user, simulator.password, host_keys=(simulator.host_key,)
        )
        return open_mailbox(login, practice.partner.model_copy(update={"host_keys": []}), seconds=5)

    def send() -> None:
        publish(practice.engine, practice.archive, one, box, state_holds_sample=True, now=NOW, step=STEP)

    one = practice.interchange(1)
    simulator.add_fault(fault="drop", on="rename", performed=True)
    with pytest.raises(PartnerAway):
        send()
    send()
    assert practice.state_of(one) == "in_doubt"
    simulator.settle()
    assert [(file.sha256, file.isa13) for file in simulator.files] == [(practice.sha256_of(one), "000000001")]
    collect(practice.engine, practice.archive, PARTNER, box, now=NOW, step=STEP, interval=0.1)
    assert {kind for _, kind, _ in practice.received()} <= {"TA1", "999"}
    assert practice.received() != []
