"""Which answers a file gets, in which order, how often and after how long."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from clearinghouse_simulator.acknowledgment import write_999
from clearinghouse_simulator.claim_acknowledgment import Batch, write_277ca
from clearinghouse_simulator.interchange_acknowledgment import NO_ERROR, ta1, write_ta1
from clearinghouse_simulator.judgement import Judgement
from clearinghouse_simulator.scenario import AnswerKind, Delivery, Scenario
from clearinghouse_simulator.writing import Envelope

_ENDINGS: dict[AnswerKind, str] = {"ta1": "TA1", "999": "999", "clearinghouse": "277CA", "payer": "277CA"}

Numbered = Callable[[int], Envelope]


@dataclass(frozen=True)
class Prepared:
    """An answer ready to be delivered; its id is its ISA13 and stands in its name."""

    id: int
    kind: AnswerKind
    name: str
    body: bytes
    delay: float


@dataclass(frozen=True)
class _Planned:
    kind: AnswerKind
    write: Callable[[Envelope], bytes]


def prepare(
    judgement: Judgement, scenario: Scenario, delivery: Delivery, numbered: Numbered, first: int
) -> list[Prepared]:
    """The answers in the order of their delivery, numbered from `first` on."""
    planned = sorted(_plan(judgement, scenario, delivery), key=lambda one: delivery.order.index(one.kind))
    prepared: list[Prepared] = []
    for one in planned:
        body = b""
        for copy in range(delivery.copies):
            number = first + len(prepared)
            if copy == 0 or delivery.renumber:
                body = one.write(numbered(number))
            name = f"SIM{number:07d}.{_ENDINGS[one.kind]}"
            prepared.append(Prepared(number, one.kind, name, body, delivery.delay_of(one.kind)))
    return prepared


def _plan(judgement: Judgement, scenario: Scenario, delivery: Delivery) -> Iterator[_Planned]:
    refused = judgement.note != NO_ERROR
    wanted = scenario.ta1 == "always" or (scenario.ta1 == "errors" and refused)
    says_ta1 = wanted and "ta1" not in delivery.silent
    says_999 = not refused and "999" not in delivery.silent
    within = says_ta1 and says_999 and not scenario.ta1_alone
    if says_ta1 and not within:
        yield _Planned("ta1", lambda envelope: write_ta1(envelope, judgement.note))
    if says_999:
        yield _Planned(
            "999",
            lambda envelope: write_999(
                envelope, judgement.groups, ta1(envelope.answered, judgement.note) if within else None
            ),
        )
    if judgement.clearinghouse and "clearinghouse" not in delivery.silent:
        yield _Planned("clearinghouse", _writing_277ca(judgement.clearinghouse))
    if "payer" not in delivery.silent:
        for batches in judgement.payers:
            yield _Planned("payer", _writing_277ca(batches))


def _writing_277ca(batches: list[Batch]) -> Callable[[Envelope], bytes]:
    return lambda envelope: write_277ca(envelope, batches)
