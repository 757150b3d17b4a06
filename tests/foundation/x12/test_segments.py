"""Bytes into segments: what is accepted, what is refused, and that a bad part spoils nothing beside it."""

import pytest

from revcycle.foundation.x12.segments import LONGEST_SEGMENT, Problem, Segment, UnreadableFile, read_segments
from tests.answer_files import Sent, ta1

PLAIN = ta1(Sent(1, 7, 8, "B0001", ()), "A").encode()
ISA = PLAIN[:106]


def read(data: bytes) -> tuple[list[Segment], list[Problem]]:
    problems: list[Problem] = []
    return list(read_segments(data, problems)), problems


def test_a_segment_has_elements_and_components_empty_where_absent() -> None:
    segments, problems = read(ISA + b"STC*A7:562:85**U~IEA*0*000000900~")
    assert problems == []
    assert [segment.number for segment in segments] == [1, 2, 3]
    status = segments[1]
    assert (status.id, status.e(2), status.e(3), status.e(99)) == ("STC", "", "U", "")
    assert (status.c(1, 2), status.c(1, 4), status.c(7, 1)) == ("562", "", "")


@pytest.mark.parametrize("between", [b"\n", b"\r\n", b" \r\n\n"])
def test_line_ends_and_blanks_between_segments_are_no_part_of_them(between: bytes) -> None:
    assert read(PLAIN.replace(b"~", b"~" + between)) == read(PLAIN)


def test_each_interchange_has_its_own_delimiters() -> None:
    other = PLAIN.translate(bytes.maketrans(b"*:~", b"|>\n"))
    segments, problems = read(PLAIN + b"\r\n" + other)
    assert problems == []
    assert [segment.elements[:2] for segment in segments[3:]] == [segment.elements[:2] for segment in segments[:3]]
    assert [segment.number for segment in segments] == [1, 2, 3, 4, 5, 6]


def test_an_interchange_without_its_end_does_not_swallow_the_next() -> None:
    other = PLAIN.translate(bytes.maketrans(b"*:~", b"|>\n"))
    segments, problems = read(PLAIN[: PLAIN.index(b"IEA")] + other)
    assert problems == []
    assert [segment.id for segment in segments] == ["ISA", "TA1", "ISA", "TA1", "IEA"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "structure.empty"),
        (b"\r\n \n", "structure.empty"),
        (b"\xef\xbb\xbf", "structure.empty"),
        (b"<html><body>503 Service Unavailable</body></html>", "structure.not_x12"),
        (b"isa*00", "structure.not_x12"),
        (b"ISA", "structure.not_x12"),
        (ISA[:80], "structure.not_x12"),
        (ISA.replace(b"*", b"A"), "structure.not_x12"),
        (ISA[:-2] + b"~~", "structure.not_x12"),
        (ISA[:-1] + b"\x00", "structure.not_x12"),
        (ISA[:-1] + b"\xa7", "structure.not_x12"),
    ],
)
def test_a_file_that_is_no_interchange_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(UnreadableFile) as refused:
        read(data)
    assert refused.value.code == code


def test_a_byte_order_mark_and_a_wide_isa_are_reported_and_read() -> None:
    wide = PLAIN.replace(b"CLEARING1      ", b"CLEARING1         ")
    segments, problems = read(b"\xef\xbb\xbf" + wide)
    assert [segment.id for segment in segments] == ["ISA", "TA1", "IEA"]
    assert [(problem.code, problem.fatal) for problem in problems] == [
        ("structure.characters", False),
        ("structure.envelope", False),
    ]


@pytest.mark.parametrize("sign", [b"\x00", b"\x1a", b"\x7f", b"\xc4", "Ä".encode()])
def test_a_byte_outside_the_set_is_kept_and_reported(sign: bytes) -> None:
    segments, (problem,) = read(ISA + b"NM1*QC*1*M" + sign + b"LLER~IEA*0*000000900~")
    assert segments[1].e(3).encode("latin-1") == b"M" + sign + b"LLER"
    assert (problem.segment, problem.code, problem.fatal) == (2, "structure.characters", False)


@pytest.mark.parametrize("empty", [b"~", b"*A*B~"])
def test_a_segment_without_a_name_has_a_number_and_a_problem(empty: bytes) -> None:
    segments, (problem,) = read(ISA + empty + b"IEA*0*000000900~")
    assert [(segment.number, segment.id) for segment in segments] == [(1, "ISA"), (2, ""), (3, "IEA")]
    assert (problem.segment, problem.code, problem.fatal) == (2, "structure.order", True)


def test_a_segment_that_is_too_long_is_left_out_and_the_next_ones_are_read() -> None:
    longest = b"NTE*ADD*" + b"Q" * (LONGEST_SEGMENT - 8)
    segments, problems = read(ISA + longest + b"~" + longest + b"Q~IEA*0*000000900~")
    assert [segment.id for segment in segments] == ["ISA", "NTE", "", "IEA"]
    assert [(problem.segment, problem.code) for problem in problems] == [(3, "structure.truncated")]


@pytest.mark.parametrize("rest", [b"TA1*00", b"Q" * (LONGEST_SEGMENT * 3)])
def test_without_a_terminator_the_file_ends_at_the_last_segment(rest: bytes) -> None:
    segments, problems = read(PLAIN[: PLAIN.index(b"IEA")] + rest)
    assert [segment.id for segment in segments] == ["ISA", "TA1", ""]
    assert [(problem.segment, problem.code) for problem in problems] == [(3, "structure.truncated")]


@pytest.mark.parametrize(
    ("rest", "code"),
    [(b"\x1a", "structure.envelope"), (b"ISA*00*", "structure.truncated"), (b"GS*HC~", "structure.envelope")],
)
def test_what_follows_an_interchange_and_is_none_leaves_it_whole(rest: bytes, code: str) -> None:
    segments, (problem,) = read(PLAIN + b"\n" + rest)
    assert [segment.id for segment in segments] == ["ISA", "TA1", "IEA"]
    assert (problem.segment, problem.code, problem.fatal) == (4, code, True)
