"""Whatever bytes arrive: the readers end, say what is wrong, and never take over what a break has spoiled."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from revcycle.foundation.x12.acknowledgment import read_999, read_ta1
from revcycle.foundation.x12.claim_acknowledgment import read_277ca
from revcycle.foundation.x12.envelope import Content, kinds, take_apart
from revcycle.foundation.x12.segments import Problem, UnreadableFile
from tests.answer_files import Sent, ack, claim_ack, ta1

SENT = Sent(1, 7, 8, "B0001", ("P1", "P2"))
ERRORS = ("IK3*CLM*8*2300*8", "CTX*CLM01:P1", "IK4*5:3*1325*7*9")
FILES = [
    file.encode()
    for file in (
        ta1(SENT, "A"),
        ack(SENT, "R", errors=ERRORS, before="TA1*000000007*261124*0500*A*000"),
        claim_ack(SENT, [("P1", ["A2:20"]), ("P2", ["A7:562:85", "A7:21"])], lines=["SVC*HC:99213*1", "STC*A7:454**U"]),
        ack(SENT) + claim_ack(SENT, [("P1", ["A2:20"])]) + ta1(SENT, "R", "025"),
    )
]
PIECES = [
    b"",
    b"~",
    b"*",
    b":",
    b"\x00",
    b"\xff",
    b"ISA",
    b"ST*999*0001~",
    b"SE*1*0001~",
    b"IEA*1*1~",
    b"GS*~",
    b"HL*1**20~",
]


@st.composite
def broken(draw: st.DrawFn) -> bytes:
    """A file with up to three stretches replaced by something else."""
    data = draw(st.sampled_from(FILES))
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(data)))
        stop = min(len(data), start + draw(st.integers(0, 40)))
        data = data[:start] + draw(st.sampled_from(PIECES) | st.binary(max_size=4)) + data[stop:]
    return data


def read(content: Content) -> list[Problem]:
    """Read all that a file says; the problems met."""
    problems = list(content.problems)
    assert all(one.isa13 is not None for one in read_ta1(content))
    for one in content.sets:
        read_999(one, problems)
        read_277ca(one, problems)
    return problems


@settings(max_examples=300, deadline=None)
@given(broken())
@example(b"ISA")
@example(b"~" * 1000)
@example(FILES[1] * 3)
def test_no_file_stops_the_readers(data: bytes) -> None:
    try:
        content = take_apart(data)
    except UnreadableFile as refused:
        assert refused.code in ("structure.empty", "structure.not_x12")
        return
    spoiled = {problem.st_index for problem in content.problems if problem.fatal}
    assert all(one.index in spoiled for one in content.sets if not one.whole)
    assert all(0 <= problem.st_index <= len(content.sets) for problem in read(content))
    assert list(kinds(content))
    assert all(len(one.body_sha256()) == 64 for one in content.sets)


def plainly_whole(data: bytes) -> bool:
    """Whether counts and numbers of a file with these delimiters agree, by splitting and counting alone."""
    opened: list[list[str]] = []
    for segment in (one.strip("\r\n ") for one in data.decode("latin-1").split("~")):
        elements = segment.split("*")
        if elements[0] == "ST":
            opened.append([segment])
        elif opened and not opened[-1][-1].startswith("SE*"):
            opened[-1].append(segment)
    return all(closes(one) for one in opened)


def closes(segments: list[str]) -> bool:
    name, count, control, *_ = [*segments[-1].split("*"), "", ""]
    _, _, opening, *_ = [*segments[0].split("*"), "", ""]
    return name == "SE" and count.lstrip("0") == str(len(segments)) and control == opening


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(FILES[1:3]), st.data())
def test_a_set_whose_counts_do_not_agree_is_never_whole(data: bytes, drawn: st.DataObject) -> None:
    body = data.index(b"ST*")
    start = drawn.draw(st.integers(body, len(data)))
    data = data[:start] + data[start + drawn.draw(st.integers(0, 60)) :]
    content = take_apart(data)
    if not plainly_whole(data):
        assert not all(one.whole for one in content.sets)
    for one in content.sets:
        assert one.whole or any(problem.fatal and problem.st_index == one.index for problem in content.problems)
