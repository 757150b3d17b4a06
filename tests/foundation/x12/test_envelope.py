"""The envelope taken apart: sets that stand by themselves, and what spoils one of them."""

import pytest

from revcycle.foundation.x12.envelope import Content, kinds, take_apart
from tests.answer_files import Sent, ack, claim_ack, envelope, ta1, write_837

SENT = Sent(1, 7, 8, "B0001", ("P1", "P2"))
SET = ("ST*999*{0}*005010X231A1", "AK1*HC*8", "AK9*A*1*1*1", "SE*4*{0}")


def file(*sets: str, groups: str = "1", count: str = "", ge: str = "5", iea: str = "000000900") -> bytes:
    """One group around sets; a set is its segments joined by `~`."""
    isa = f"ISA*00*{'':10}*00*{'':10}*ZZ*{'CLEARING1':15}*ZZ*{'OTHER':15}*261124*1200*^*00501*000000900*0*T*:"
    group = "GS*FA*CLEARING1*OTHER*20261124*1200*5*X*005010X231A1"
    tail = [f"GE*{count or len(sets)}*{ge}", f"IEA*{groups}*{iea}"]
    return ("~".join([isa, group, *sets, *tail]) + "~").encode("latin-1")


def one(control: str) -> str:
    return "~".join(SET).format(control)


def seen(content: Content) -> list[tuple[int, str, bool]]:
    return [(problem.st_index, problem.code, problem.fatal) for problem in content.problems]


def test_a_set_knows_its_interchange_group_and_segments() -> None:
    content = take_apart(file(one("0001"), one("0002")))
    assert content.problems == []
    assert [(each.index, each.st02, each.first, each.whole) for each in content.sets] == [
        (1, "0001", 3, True),
        (2, "0002", 7, True),
    ]
    first = content.sets[0]
    assert first.group is not None
    assert (first.interchange.isa13, first.interchange.sender, first.interchange.usage) == (
        "000000900",
        "CLEARING1",
        "T",
    )
    assert (first.group.gs06, first.group.date, first.group.time, first.version) == (
        "5",
        "20261124",
        "1200",
        "005010X231A1",
    )
    assert [segment.id for segment in first.segments] == ["AK1", "AK9"]


@pytest.mark.parametrize(
    ("broken", "code"),
    [
        (one("0002").replace("SE*4", "SE*5"), "structure.count"),
        (one("0002").replace("SE*4", "SE*"), "structure.count"),
        (one("0002").replace("SE*4*0002", "SE*4*0003"), "structure.envelope"),
        (one("0002").replace("~SE*4*0002", ""), "structure.order"),
        (one("0002").replace("~AK9", "~~AK9").replace("SE*4", "SE*5"), "structure.order"),
        (one("0002").replace("~AK9", "~*AK9*R~AK9").replace("SE*4", "SE*5"), "structure.order"),
        (one("0002").replace("~AK9", f"~{'Q' * 70_000}~AK9").replace("SE*4", "SE*5"), "structure.truncated"),
    ],
)
def test_what_breaks_a_set_spoils_it_and_not_its_neighbours(broken: str, code: str) -> None:
    content = take_apart(file(one("0001"), broken, one("0003")))
    assert [each.whole for each in content.sets] == [True, False, True]
    assert (2, code, True) in seen(content)
    assert {index for index, _, _ in seen(content)} == {2}


@pytest.mark.parametrize(
    "data",
    [
        file(one("0001"), count="2"),
        file(one("0001"), ge="6"),
        file(one("0001"), groups="3"),
        file(one("0001"), iea="000000901"),
        file(one("0001")).replace(b"GE*1*5~", b""),
        file(one("0001")).replace(b"IEA*1*000000900~", b""),
        file(one("0001") + "~NTE*ADD*OUTSIDE"),
        file(one("0001") + "~SE*4*0001"),
        file(one("0001")) + b"TRAILING BYTES",
    ],
)
def test_what_is_wrong_further_out_is_reported_and_leaves_the_set_whole(data: bytes) -> None:
    content = take_apart(data)
    assert [each.whole for each in content.sets] == [True]
    assert [index for index, _, _ in seen(content)] == [0]


def test_a_problem_in_the_last_segment_of_a_set_is_the_sets() -> None:
    content = take_apart(file(one("0001"), one("000\xe4"), one("0003")))
    assert [(problem.st_index, problem.segment) for problem in content.problems] == [(2, 7), (2, 10)]


def test_a_group_without_its_end_is_reported_where_the_next_begins() -> None:
    two = file(one("0001")).replace(b"GE*1*5~", b"GS*FA*CLEARING1*OTHER*20261124*1200*6*X*005010X231A1~GE*0*6~")
    content = take_apart(two.replace(b"IEA*1", b"IEA*2"))
    assert [(problem.segment, problem.reason) for problem in content.problems] == [
        (7, "the functional group has no GE")
    ]


def test_a_set_outside_a_group_is_not_whole() -> None:
    data = file(one("0001")).decode()
    without = data[: data.index("GS*")] + data[data.index("ST*") :]
    content = take_apart(without.replace("GE*1*5~", "").replace("IEA*1", "IEA*0").encode())
    assert [(each.whole, each.version) for each in content.sets] == [(False, "")]
    assert seen(content) == [(1, "structure.order", True)]


@pytest.mark.parametrize("cut", range(1, len(one("0002")), 7))
def test_of_a_cut_file_the_sets_before_the_cut_stand(cut: int) -> None:
    data = file(one("0001"), one("0002"))
    content = take_apart(data[: data.index(b"ST*999*0002") + cut])
    assert content.sets[0].whole
    assert not any(each.whole for each in content.sets[1:])
    assert "structure.truncated" in {code for _, code, _ in seen(content)}


def test_a_file_that_ends_between_two_sets_says_so() -> None:
    data = file(one("0001"), one("0002"))
    content = take_apart(data[: data.index(b"ST*999*0002")])
    assert [each.whole for each in content.sets] == [True]
    assert seen(content) == [(0, "structure.envelope", False)] * 2


def test_the_body_of_a_set_is_the_same_in_every_delivery_of_it() -> None:
    said = one("0001").replace("AK1*HC*8", "CTX*CLM01:P1")
    trailing = said.replace("*A*1*1*1", "*A*1*1*1**")
    again = file(said.replace("0001", "0009")).translate(bytes.maketrans(b"*:~", b"|>\n")).replace(b"\n", b"\n\r\n")
    bodies = {take_apart(data).sets[0].body_sha256() for data in (file(said), file(trailing), again)}
    assert len(bodies) == 1
    assert take_apart(file(said.replace("*A*1", "*R*1"))).sets[0].body_sha256() not in bodies


def test_a_set_with_a_segment_that_cannot_be_read_has_a_body_too() -> None:
    spoiled = take_apart(file(one("0001").replace("~AK9", f"~{'Q' * 70_000}~AK9"))).sets[0]
    assert spoiled.body_sha256() != take_apart(file(one("0001"))).sets[0].body_sha256()


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (ta1(SENT, "A"), ["TA1"]),
        (ack(SENT), ["999"]),
        (ack(SENT, before="TA1*000000007*261124*0500*A*000"), ["TA1", "999"]),
        (claim_ack(SENT), ["277CA"]),
        (claim_ack(SENT).replace("005010X214", "005010X212"), ["277"]),
        (write_837(7, 8, "B0001", ["P1"]), ["837"]),
        (envelope("HP", "005010X221A1", "835", ["BPR*I*0"], isa13=9), ["835"]),
        (envelope("HS", "005010X279A1", "270", ["BHT*0022"], isa13=9), ["unknown"]),
        (ack(SENT) + claim_ack(SENT) + ack(SENT), ["999", "277CA"]),
        (file().decode(), ["unknown"]),
    ],
)
def test_a_file_is_known_by_its_sets(data: str, expected: list[str]) -> None:
    assert list(kinds(take_apart(data.encode()))) == expected
