"""Whatever a file looks like, the clearinghouse says something to it and goes on."""

from datetime import UTC, datetime
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clearinghouse_simulator.clearinghouse import Clearinghouse
from clearinghouse_simulator.mailbox import Mailbox
from clearinghouse_simulator.memory import Memory
from clearinghouse_simulator.scenario import Scenario
from tests.clearinghouse_simulator.partner_files import PlainClaim, professional

GOOD = professional([PlainClaim("A1"), PlainClaim("A2", payer="TIDEWATER")], sets=2)
SEGMENTS = GOOD.splitlines(keepends=True)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """The good file with segments lost, doubled or moved, or some of its bytes replaced."""
    segments = list(SEGMENTS)
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(1, len(segments) - 1))
        match draw(st.sampled_from(("lose", "double", "move"))):
            case "lose":
                del segments[at]
            case "double":
                segments.insert(at, segments[at])
            case "move":
                segments.insert(draw(st.integers(1, len(segments) - 1)), segments.pop(at))
    data = bytearray(b"".join(segments))
    for _ in range(draw(st.integers(0, 3))):
        data[draw(st.integers(0, len(data) - 1))] = draw(st.sampled_from(b"~*:^ A0\x00\xe9\n"))
    return bytes(data)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(damaged())
def test_a_damaged_file_is_answered_once_and_never_stops_the_clearinghouse(tmp_path: Path, data: bytes) -> None:
    mailbox = Mailbox(tmp_path)
    memory = Memory(tmp_path / "memory.sqlite", mailbox.received)
    house = Clearinghouse(mailbox, memory, lambda: Scenario(duplicate_isa13="accept"), lambda: datetime.now(UTC))
    before, answered = len(memory.files()), len(memory.answers())
    (mailbox.inbound / "claims.837").write_bytes(data)
    house.answer(mailbox.take("claims.837"))

    files, answers = memory.files(), memory.answers()
    memory.close()
    assert len(files) == before + 1
    assert mailbox.unanswered() == []
    assert files[-1].path.read_bytes() == data
    if files[-1].verdict != "unreadable":
        assert len(answers) > answered, "a file with an ISA is answered"
