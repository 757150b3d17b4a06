"""The answers to one claim lead to the same state in every order and however often each comes.

Each order has an interchange of its own, so that one practice goes through all of them.
"""

from collections.abc import Sequence
from datetime import timedelta
from itertools import permutations

import pytest

from tests.answer_files import NOW, Sent, ack, claim_ack, ta1
from tests.cycle.answers.ending import applied, claims, deliver, ending, receive
from tests.sent_claims import Office

OK, BAD, ONE_BAD = ("A2:20",), ("A7:562:82",), ("A2:20", "A6:254")
CASES = {
    "all accept": ("A", "A", OK, OK),
    "interchange rejected, the rest accepts": ("R", "A", OK, OK),
    "set rejected, the rest accepts": ("A", "R", OK, OK),
    "set rejected without a claim's name, the rest accepts": ("A", "r", OK, OK),
    "clearinghouse rejects, payer accepts": ("A", "A", BAD, OK),
    "payer rejects": ("A", "A", OK, BAD),
    "both reject": ("A", "A", BAD, BAD),
    "all reject": ("R", "R", BAD, BAD),
    "accepted with errors": ("E", "E", ("A1:19", "A2:20"), ("A1:19",)),
    "one status of several rejects": ("A", "A", OK, ONE_BAD),
}


def answers(sent: Sent, case: str) -> list[str]:
    """TA1, 999, and the 277CA of clearinghouse and payer, to the first of the interchange's claims."""
    interchange, group, clearinghouse, payer = CASES[case]
    pcn = sent.pcns[0]
    errors = ["IK3*NM1*7*2310B*8", f"CTX*CLM01:{pcn}"] if group == "R" else []
    return [
        ta1(sent, interchange, "023" if interchange == "R" else "000"),
        ack(sent, group.upper(), errors=errors),
        claim_ack(sent, [(pcn, clearinghouse)], at=NOW + timedelta(hours=1)),
        claim_ack(sent, [(pcn, payer)], payer=True, at=NOW + timedelta(hours=2), isa13=903, numbers="ICN1"),
    ]


def all_orders(office: Office, files: Sequence[Sequence[str]], sent: Sequence[Sent]) -> list[object]:
    """The ending of every order of an interchange's answers; all are delivered, then applied."""
    for order, its in zip(permutations(range(len(files[0]))), files, strict=True):
        deliver(office, [its[place] for place in order])
    applied(office)
    return [ending(office, one) for one in sent]


@pytest.mark.parametrize("case", CASES)
def test_all_orders_of_four_answers_end_alike(office: Office, case: str) -> None:
    sent = [office.send(2) for _ in permutations(range(4))]
    first, *others = all_orders(office, [answers(one, case) for one in sent], sent)
    assert all(one == first for one in others)
    rejected = CASES[case][3] in (BAD, ONE_BAD)
    expected = ("open", "rejected", "rejected") if rejected else ("submitted", "")
    state = claims(office)[sent[0].pcns[0]]
    assert (state[: len(expected)], state[3]) == (expected, "payer")


@pytest.mark.parametrize("second", [OK, BAD])
def test_several_answers_of_several_parties_end_alike_in_every_order(office: Office, second: tuple[str]) -> None:
    said = [("A0:16", 1, "CLEARING1"), (BAD[0], 2, "CLEARING1"), ("A1:19", 3, "GATEWAY7"), (second[0], 3, "GATEWAY7")]
    sent = [office.send() for _ in permutations(range(4))]
    files = [
        [
            claim_ack(one, [(one.pcns[0], [code])], at=NOW + timedelta(hours=hour), source_id=name, isa13=910 + number)
            for number, (code, hour, name) in enumerate(said)
        ]
        for one in sent
    ]
    first, *others = all_orders(office, files, sent)
    assert all(one == first for one in others)
    verdict = "rejected" if second == BAD else "accepted"
    assert claims(office)[sent[0].pcns[0]][2:] == (verdict, "intermediary")


def test_applying_file_by_file_ends_as_applying_all_at_once(office: Office) -> None:
    case = "set rejected, the rest accepts"
    one, other = office.send(2), office.send(2)
    receive(office, *answers(one, case))
    deliver(office, answers(other, case))
    applied(office)
    assert ending(office, one) == ending(office, other)


def test_every_set_in_another_file_again_changes_nothing(office: Office) -> None:
    sent = office.send(3)
    statuses = [(sent.pcns[0], BAD), (sent.pcns[1], OK)]
    files = [ta1(sent, "A"), ack(sent, "A"), claim_ack(sent, statuses)]
    again = [ta1(sent, "A", isa13=950), ack(sent, "A", isa13=951), files[2].replace("000000902", "000000952")]
    receive(office, *files)
    before = ending(office, sent), office.all("SELECT id FROM answer ORDER BY id")
    assert receive(office, *again).repeated == 3
    assert (ending(office, sent), office.all("SELECT id FROM answer ORDER BY id")) == before


@pytest.mark.parametrize("kind", ["TA1", "999"])
def test_a_set_that_comes_again_in_a_later_envelope_was_said_when_it_came_first(office: Office, kind: str) -> None:
    """The own time of a TA1 and a 999 stands in the envelope, which is new with every delivery."""
    sent = [office.send(2) for _ in permutations(range(3))]

    def said(one: Sent, code: str, hour: int) -> str:
        at, isa13 = NOW + timedelta(hours=hour), 910 + hour
        if kind == "TA1":
            return ta1(one, code, "023" if code == "R" else "000", at=at, isa13=isa13)
        return ack(one, code, at=at, isa13=isa13)

    files = [[said(one, "R", 0), said(one, "A", 1), said(one, "R", 2)] for one in sent]
    first, *others = all_orders(office, files, sent)
    assert all(one == first for one in others)
    assert claims(office)[sent[0].pcns[0]][:3] == ("submitted", "", "received")


def test_an_earlier_delivery_that_comes_last_moves_what_was_said_to_its_time(office: Office) -> None:
    sent = office.send(2)
    receive(office, ack(sent, "A", at=NOW + timedelta(hours=1), isa13=911))
    receive(office, ack(sent, "R", at=NOW + timedelta(hours=2), isa13=912))
    assert claims(office)[sent.pcns[0]][:3] == ("open", "rejected", "rejected")
    assert receive(office, ack(sent, "R", at=NOW, isa13=910)).lifted == 2
    assert claims(office)[sent.pcns[0]][:3] == ("submitted", "", "received")


def test_of_two_payer_numbers_at_one_time_the_same_stands_in_every_order(office: Office) -> None:
    one, other = office.send(), office.send()
    for sent, numbers in ((one, ("ICN1", "ICN2")), (other, ("ICN2", "ICN1"))):
        for place, number in enumerate(numbers):
            receive(office, claim_ack(sent, [(sent.pcns[0], OK)], payer=True, isa13=920 + place, numbers=number))
    assert ending(office, one) == ending(office, other)
    assert office.all("SELECT DISTINCT payer_claim_number FROM payer_opinion") == [("ICN2",)]
