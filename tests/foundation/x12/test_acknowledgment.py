"""TA1 and 999: what a partner says of an interchange, a group, its sets and their segments."""

import pytest

from revcycle.foundation.x12.acknowledgment import (
    ElementError,
    GroupAcknowledgment,
    InterchangeAcknowledgment,
    SegmentError,
    SetAcknowledgment,
    read_999,
    read_ta1,
)
from revcycle.foundation.x12.envelope import take_apart
from revcycle.foundation.x12.segments import Problem
from tests.answer_files import Sent, ack, envelope, ta1
from tests.oracles.x12_oracles import pyx12_errors

SENT = Sent(1, 7, 8, "B0001", ("P1", "P2"))
AK1 = "AK1*HC*8*005010X222A1"
AK2 = "AK2*837*{0}*005010X222A1"
ACCEPTED = [AK1, AK2.format("0001"), "IK5*A", "AK9*A*1*1*1"]
WITH_ERRORS = [
    AK1,
    AK2.format("0001"),
    "IK3*CLM*22*2300*8",
    "CTX*SITUATIONAL TRIGGER*CLM*22**5:3",
    "CTX*CLM01:P1",
    "IK4*5:3*1325*7*9",
    "CTX*SITUATIONAL TRIGGER*CLM*22",
    "IK4*2*782*I10*X",
    "IK3*NM1*31*2310B*3",
    "IK5*E*5",
    "AK9*E*1*1*1",
]
PARTIAL = [AK1, AK2.format("0001"), "IK5*A", AK2.format("0002"), "IK3*SBR*9**5", "IK5*R*5", "AK9*P*2*2*1"]
REFUSED = [AK1, "AK9*R*1*1*0*5"]


def file(body: list[str], version: str = "005010X231A1") -> bytes:
    return envelope("FA", version, "999", body, isa13=901).encode()


def read(data: bytes) -> tuple[GroupAcknowledgment | None, list[Problem]]:
    (answer,) = take_apart(data).sets
    problems: list[Problem] = []
    return read_999(answer, problems), problems


@pytest.mark.parametrize("body", [ACCEPTED, PARTIAL, REFUSED])
def test_others_find_no_error_in_these_samples(body: list[str]) -> None:
    assert pyx12_errors(file(body)) == []


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (ta1(SENT, "A"), InterchangeAcknowledgment(2, "000000007", "261124", "0500", "A", "000")),
        (ta1(SENT, "R", "025"), InterchangeAcknowledgment(2, "000000007", "261124", "0500", "R", "025")),
        (
            ack(SENT, before="TA1*000000007*261124*0500*E*005"),
            InterchangeAcknowledgment(2, "000000007", "261124", "0500", "E", "005"),
        ),
    ],
)
def test_a_ta1_stands_alone_or_before_a_group(data: str, expected: InterchangeAcknowledgment) -> None:
    content = take_apart(data.encode())
    assert list(read_ta1(content)) == [expected]
    assert content.interchange_answers[0][0] is content.interchanges[0]
    assert content.problems == []


def test_every_ta1_of_a_file_is_read_with_its_interchange() -> None:
    content = take_apart((ta1(SENT, "A", isa13=900) + ta1(SENT, "R", "025", isa13=901)).encode())
    assert [(one.segment, one.code) for one in read_ta1(content)] == [(2, "A"), (5, "R")]
    assert [one.isa13 for one, _ in content.interchange_answers] == ["000000900", "000000901"]


def test_an_accepted_set() -> None:
    assert read(file(ACCEPTED)) == (GroupAcknowledgment(4, "8", "A", 7, [SetAcknowledgment(5, "837", "0001", "A")]), [])


def test_errors_of_segments_and_elements_with_what_they_belong_to() -> None:
    group, problems = read(file(WITH_ERRORS))
    assert problems == []
    assert group is not None
    (answered,) = group.sets
    contexts = ["SITUATIONAL TRIGGER", "CLM01:P1", "SITUATIONAL TRIGGER"]
    elements = [ElementError(9, "05-3", "7"), ElementError(11, "02", "I10")]
    assert (group.code, answered.code) == ("E", "E")
    assert answered.errors == [
        SegmentError(6, "CLM", "22", "2300", "8", contexts, elements),
        SegmentError(12, "NM1", "31", "2310B", "3"),
    ]
    assert [error.claim for error in answered.errors] == ["P1", ""]


def test_a_claim_is_named_whatever_the_delimiters() -> None:
    data = file(WITH_ERRORS).translate(bytes.maketrans(b"*:~^", b"|>\n!"))
    assert read(data) == read(file(WITH_ERRORS))


def test_a_bad_value_is_not_taken_over() -> None:
    group, _ = read(
        file([AK1, AK2.format("0001"), "IK3*NM1*9**8", "IK4*3*1035*6*QUILLFEATHER", "IK5*R", "AK9*R*1*1*0"])
    )
    assert "QUILLFEATHER" not in repr(group)


def test_of_a_group_taken_in_part_each_set_has_its_own_verdict() -> None:
    group, problems = read(file(PARTIAL))
    assert problems == []
    assert group is not None
    assert group.code == "P"
    assert [(one.st02, one.code, len(one.errors)) for one in group.sets] == [("0001", "A", 0), ("0002", "R", 1)]


def test_a_group_refused_as_a_whole_names_no_set() -> None:
    assert read(file(REFUSED)) == (GroupAcknowledgment(4, "8", "R", 5), [])


@pytest.mark.parametrize(
    ("body", "segment", "code", "fatal"),
    [
        (["AK9*A*1*1*1"], 3, "structure.order", True),
        ([AK1], 3, "structure.order", True),
        ([AK1, AK2.format("0001"), "AK9*A*1*1*0"], 5, "structure.order", True),
        ([AK1, AK2.format("0001"), "IK5*A", "AK9*A*1*1*2"], 7, "structure.count", False),
        ([AK1, AK2.format("0001"), "IK5*A", f"AK9*A*1*1*{'9' * 5000}"], 7, "structure.count", False),
        ([AK1, "IK3*CLM*22*2300*8", *ACCEPTED[1:]], 5, "structure.order", False),
        ([AK1, AK2.format("0001"), "CTX*CLM01:P1", "IK5*A", "AK9*A*1*1*1"], 6, "structure.order", False),
        ([AK1, AK2.format("0001"), "IK4*2*782*1", "IK5*A", "AK9*A*1*1*1"], 6, "structure.order", False),
        (
            [AK1, AK2.format("0001"), "IK3*CLM*9**8", "IK5*R", "CTX*CLM01:P1", "AK9*R*1*1*0"],
            8,
            "structure.order",
            False,
        ),
        (
            [AK1, AK2.format("0001"), "IK3*CLM*9**8", *ACCEPTED[1:2], "CTX*CLM01:P1", "IK5*R"],
            8,
            "structure.order",
            False,
        ),
        ([AK1, AK2.format("0001"), "IK5*R", "IK5*A", "AK9*R*1*1*0"], 7, "structure.order", False),
        ([*ACCEPTED[:3], AK1, ACCEPTED[3]], 7, "structure.order", False),
        ([*ACCEPTED, "AK9*R*1*1*0"], 8, "structure.order", False),
        ([*ACCEPTED[:3], "QTY*1", ACCEPTED[3]], 7, "structure.order", False),
    ],
)
def test_what_has_no_place_is_reported_by_its_segment(body: list[str], segment: int, code: str, fatal: bool) -> None:
    _, problems = read(file(body))
    assert (segment, code, fatal) in [(problem.segment, problem.code, problem.fatal) for problem in problems]


def test_the_first_verdict_on_a_set_and_a_group_holds() -> None:
    group, _ = read(file([AK1, AK2.format("0001"), "IK5*R", "IK5*A", "AK9*R*1*1*0", "AK9*A*1*1*1"]))
    assert group is not None
    assert (group.code, group.sets[0].code) == ("R", "R")


def test_a_version_that_is_not_known_is_a_fatal_problem() -> None:
    _, (problem,) = read(file(ACCEPTED, "005010X230"))
    assert (problem.st_index, problem.code, problem.found, problem.fatal) == (
        1,
        "structure.version",
        "005010X230",
        True,
    )
