"""What the clearinghouse and the payers say to a file, without any rule of a scenario."""

import pytest

from tests.clearinghouse_simulator.partner_client import Simulate, answer, give, kinds, only
from tests.clearinghouse_simulator.partner_files import PlainClaim, batch, complaints, professional

TWO = [PlainClaim("A1", charge="100.5"), PlainClaim("A2", payer="TIDEWATER", charge="49.5")]
BROKEN = PlainClaim("BAD", charge="1X")


def test_a_good_file_is_answered_by_the_interchange_the_sets_the_clearinghouse_and_each_payer(
    simulate: Simulate,
) -> None:
    simulator = simulate()
    give(simulator, professional(TWO))

    assert kinds(simulator) == ["ta1", "999", "clearinghouse", "payer", "payer"]
    for each in simulator.outbound.iterdir():
        assert complaints(each.read_bytes()) == [], each.name
    assert answer(simulator, "ta1")[1] == ["TA1", "000000001", "261124", "0230", "A", "000"]
    assert only(answer(simulator, "999"), "GS", "AK1", "AK2", "IK5", "AK9") == [
        answer(simulator, "999")[1],
        ["AK1", "HC", "1", "005010X222A1"],
        ["AK2", "837", "0001", "005010X222A1"],
        ["IK5", "A"],
        ["AK9", "A", "1", "1", "1"],
    ]
    assert answer(simulator, "999")[1][-1] == "005010X231A1"
    assert simulator.accepted == {"A1": 1, "A2": 1}
    assert [(one.claims, one.verdict, one.usage) for one in simulator.files] == [(2, "accepted", "T")]


def test_the_277ca_answers_the_batch_the_provider_and_each_claim(simulate: Simulate) -> None:
    simulator = simulate()
    give(simulator, professional(TWO))

    told = answer(simulator, "clearinghouse")
    assert only(told, "NM1")[0][1] == "AY"
    assert only(told, "TRN")[1:] == [["TRN", "2", batch(1)], ["TRN", "1", "0"], ["TRN", "2", "A1"], ["TRN", "2", "A2"]]
    assert [one[1] for one in only(told, "STC")] == ["A1:19:AY", "A1:19:40", "A1:19:40", "A1:19:40"]
    assert only(told, "QTY", "AMT") == [
        ["QTY", "90", "2"],
        ["AMT", "YU", "150"],
        ["QTY", "QA", "2"],
        ["AMT", "YU", "150"],
    ]
    payer = answer(simulator, "payer", 0)
    assert only(payer, "NM1")[0] == ["NM1", "PR", "2", "LARKSPUR PLAN", "", "", "", "", "PI", "LARKSPUR"]
    assert only(payer, "STC")[-1][1] == "A2:20"
    assert only(payer, "AMT")[0] == ["AMT", "YU", "100.5"]
    assert [one[1] for one in only(payer, "REF")] == ["1K", "D9"]
    assert only(payer, "REF")[1] == only(told, "REF")[0], "the clearinghouse's number of a claim is one"


def test_production_is_refused_and_nothing_else_is_said(simulate: Simulate) -> None:
    simulator = simulate()
    give(simulator, professional(TWO, usage="P"))

    assert kinds(simulator) == ["ta1"]
    isa, ta1, _ = answer(simulator, "ta1")
    assert ta1[4:] == ["R", "020"]
    assert isa[15] == "T"
    assert simulator.rejected == {"A1": 1, "A2": 1}
    assert not simulator.accepted


def test_a_number_seen_before_is_refused_unless_its_interchange_was_refused_too(simulate: Simulate) -> None:
    simulator = simulate()
    give(simulator, professional(TWO, usage="P"), professional(TWO), professional(TWO))

    assert [answer(simulator, "ta1", n)[1][4:] for n in range(3)] == [["R", "020"], ["A", "000"], ["R", "025"]]
    assert simulator.accepted == {"A1": 1, "A2": 1}


def test_a_partner_may_take_a_number_twice(simulate: Simulate) -> None:
    simulator = simulate({"duplicate_isa13": "accept"})
    give(simulator, professional(TWO), professional(TWO))
    assert simulator.accepted == {"A1": 2, "A2": 2}


@pytest.mark.parametrize(
    ("old", "new", "note"),
    [
        (b"IEA*1*000000001~\n", b"", "023"),
        (b"IEA*1*000000001", b"IEA*1*000000002", "001"),
        (b"IEA*1*", b"IEA*2*", "021"),
        (b"*00501*", b"*00401*", "017"),
        (b"IEA*1*", b"IEA*0*", "021"),
    ],
)
def test_a_damaged_envelope_is_refused_with_its_note(simulate: Simulate, old: bytes, new: bytes, note: str) -> None:
    simulator = simulate()
    give(simulator, professional(TWO).replace(old, new))
    assert kinds(simulator) == ["ta1"]
    assert answer(simulator, "ta1")[1][4:] == ["R", note]


@pytest.mark.parametrize("data", [b"", b"<html>", b"ISA*00*", b"ISA" + b"*" * 200])
def test_what_is_no_interchange_is_kept_and_not_answered(simulate: Simulate, data: bytes) -> None:
    simulator = simulate()
    give(simulator, data)
    assert simulator.answers == []
    (kept,) = simulator.files
    assert (kept.verdict, kept.path.read_bytes()) == ("unreadable", data)


def test_an_error_is_placed_and_its_claim_named(simulate: Simulate) -> None:
    simulator = simulate()
    data = professional([PlainClaim("A1"), BROKEN])
    give(simulator, data)

    told = answer(simulator, "999")
    sent = [line.split("*")[0] for line in data.decode().splitlines()[2:]]
    (first, second) = only(told, "IK3")
    assert [sent[int(one[2]) - 1] for one in (first, second)] == [first[1], second[1]] == ["CLM", "SV1"]
    assert only(told, "CTX") == [["CTX", "CLM01:BAD"]] * 2
    assert only(told, "IK5", "AK9") == [["IK5", "R", "5"], ["AK9", "R", "1", "1", "0"]]
    assert kinds(simulator) == ["ta1", "999"]
    assert simulator.rejected == {"A1": 1, "BAD": 1}
    assert complaints((simulator.outbound / simulator.answers[1].name).read_bytes()) == []


def test_the_good_sets_of_a_group_go_on(simulate: Simulate) -> None:
    simulator = simulate()
    give(simulator, professional([PlainClaim("A1"), BROKEN], sets=2))

    assert only(answer(simulator, "999"), "IK5", "AK9") == [
        ["IK5", "A"],
        ["IK5", "R", "5"],
        ["AK9", "P", "2", "2", "1"],
    ]
    assert [one.verdict for one in simulator.files] == ["partial"]
    assert simulator.accepted == {"A1": 1}


def test_a_group_of_another_version_is_refused_as_a_whole(simulate: Simulate) -> None:
    simulator = simulate()
    give(simulator, professional(TWO, version="005010X222"))
    told = answer(simulator, "999")
    assert only(told, "AK2", "AK9") == [["AK9", "R", "1", "1", "0", "2"]]


def test_every_answer_has_control_numbers_of_its_own(simulate: Simulate) -> None:
    simulator = simulate()
    give(simulator, professional(TWO), professional(TWO, control=2))
    files = list(simulator.outbound.iterdir())
    numbers = {each.read_text().splitlines()[0].split("*")[13] for each in files}
    assert len(numbers) == len(files) == 10
