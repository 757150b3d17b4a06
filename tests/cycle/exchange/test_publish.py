"""What publishing an interchange does when nothing is broken, and what it refuses."""

from collections.abc import Callable

from revcycle.cycle.exchange import publish, waiting
from tests.cycle.exchange.practice import NOW, STEP, Practice


def send(practice: Practice, interchange_id: int, **how: object) -> object:
    given = {"state_holds_sample": True, "now": NOW, "step": STEP} | how
    return publish(practice.engine, practice.archive, interchange_id, practice.box(), **given)


def test_an_interchange_arrives_under_its_name(practice: Practice) -> None:
    one = practice.interchange(7)
    counts = send(practice, one)
    practice.server.pick_up()
    assert [(each.name, each.sha256) for each in practice.server.arrivals] == [
        ("SENDER-000000007.837", practice.sha256_of(one))
    ]
    assert counts.published == 1
    assert practice.state_of(one) == "published"
