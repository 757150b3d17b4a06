"""What publishing an interchange does when nothing is broken, and what it refuses."""

import math
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from asyncssh.sftp import SFTPHandler
from sqlalchemy import text

from revcycle.cycle.exchange import PartnerAway, PartnerFull, PublishCounts, SendingRefused, pause, publish, waiting
from revcycle.cycle.exchange.mailbox import CHUNK
from revcycle.foundation.errors import InputUnusable
from tests.cycle.exchange.practice import NOW, PAYER, STEP, Practice

Make = Callable[..., Practice]


def send(practice: Practice, interchange_id: int, **how: Any) -> PublishCounts:
    given = {"state_holds_sample": True, "now": NOW, "step": STEP} | how
    return publish(practice.engine, practice.archive, interchange_id, practice.box(), **given)


@pytest.mark.parametrize(
    "manners",
    [
        {"style": "rename"},
        {"style": "rename", "temporary": "{name}.tmp", "read_back": True},
        {"style": "folder", "temporary": "/inbound/tmp"},
        {"style": "direct"},
    ],
)
def test_an_interchange_arrives_under_its_name(practice_with: Make, manners: dict[str, Any]) -> None:
    practice = practice_with(manners)
    one = practice.interchange(7)
    counts = send(practice, one)
    practice.server.pick_up()
    arrived = [(each.name, each.sha256) for each in practice.server.arrivals]
    assert arrived == [("SENDER-000000007.837", practice.sha256_of(one))]
    assert counts.published == 1 and counts.claims == 2
    assert practice.state_of(one) == "published"
    assert practice.attempts(one) == [("prepared", "published", "")]


def test_what_was_sent_is_not_sent_again(practice: Practice) -> None:
    one = practice.interchange()
    send(practice, one)
    assert send(practice, one) == PublishCounts(already=1)
    practice.server.pick_up()
    assert send(practice, one) == PublishCounts(already=1)
    assert len(practice.server.arrivals) == 1


def test_two_publishers_at_the_same_moment_send_once(practice: Practice) -> None:
    one = practice.interchange()
    practice.server.picks_up = "instantly"
    start = threading.Barrier(2)
    counts: list[PublishCounts] = []

    def run() -> None:
        start.wait()
        counts.append(send(practice, one))

    both = [threading.Thread(target=run) for _ in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert sorted((each.published, each.already) for each in counts) == [(0, 1), (1, 0)]
    assert len(practice.server.arrivals) == 1


def test_what_is_owed_is_written_with_the_release(practice: Practice) -> None:
    one = practice.interchange(claims=2)
    send(practice, one)
    query = """
        SELECT string_agg(subject_kind || ' ' || kind || ' ' || party || ' ' ||
                          CAST(extract(epoch FROM due_at - :now) / 3600 AS integer), '; '
                          ORDER BY subject_kind, subject_id, kind, party) FROM expected_answer
    """
    claim = "submission 277CA clearinghouse 48; submission 277CA payer 48; submission 835 payer 720"
    expected = f"interchange 999 clearinghouse 24; interchange TA1 clearinghouse 2; {claim}; {claim}"
    assert practice.scalar(query, now=NOW) == expected


def test_a_partner_that_sends_no_positive_ta1_owes_none(practice_with: Make) -> None:
    practice = practice_with(sends_positive_ta1=False)
    send(practice, practice.interchange())
    assert practice.scalar("SELECT count(*) FROM expected_answer WHERE kind = 'TA1'") == 0


def test_a_cut_transfer_is_continued_after_what_is_there(practice: Practice) -> None:
    one = practice.interchange(size=2_000_000)
    content = practice.archive.path(practice.sha256_of(one)).read_bytes()
    (practice.server.inbound / ".SENDER-000000001.837.part").write_bytes(content[:1_500_000])
    send(practice, one)
    practice.server.pick_up()
    assert [each.sha256 for each in practice.server.arrivals] == [practice.sha256_of(one)]
    assert practice.server.done["write"] == math.ceil((len(content) - 1_500_000) / CHUNK)


def test_other_bytes_under_the_hidden_name_are_written_over(practice: Practice) -> None:
    one = practice.interchange()
    (practice.server.inbound / ".SENDER-000000001.837.part").write_bytes(b"what another program left")
    send(practice, one)
    practice.server.pick_up()
    assert [each.sha256 for each in practice.server.arrivals] == [practice.sha256_of(one)]


def test_a_mailbox_that_may_only_be_written_gets_the_file_from_its_beginning(practice: Practice) -> None:
    one = practice.interchange()
    (practice.server.inbound / ".SENDER-000000001.837.part").write_bytes(b"a part")
    practice.server.fault("read", "permission", times=99)
    send(practice, one)
    practice.server.pick_up()
    assert [each.sha256 for each in practice.server.arrivals] == [practice.sha256_of(one)]


def test_a_hidden_file_that_is_taken_away_is_a_doubt(practice: Practice) -> None:
    """Against the agreement; putting it there again could deliver it twice."""
    one = practice.interchange()
    hidden = practice.server.inbound / ".SENDER-000000001.837.part"
    counts = send(practice, one, reach=lambda point: practice.server.take(hidden) if point == "sent" else None)
    assert counts == PublishCounts(in_doubt=1)
    assert send(practice, one) == PublishCounts(in_doubt=1)
    assert len(practice.server.arrivals) == 1


@pytest.fixture
def out_of_turn(practice: Practice, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server answers the second write before the first, as the protocol lets it do."""
    answer, held = SFTPHandler.send_packet, []

    def send_packet(self: SFTPHandler, *what: Any) -> None:
        writes = practice.server.done["write"]
        if writes == 1 and not held:
            held.append(what)
            return
        answer(self, *what)
        if writes == 2 and held:
            answer(self, *held.pop())

    monkeypatch.setattr(SFTPHandler, "send_packet", send_packet)


@pytest.mark.usefixtures("out_of_turn")
def test_answers_may_come_out_of_turn(practice: Practice) -> None:
    one = practice.interchange()
    assert send(practice, one).published == 1
    practice.server.pick_up()
    assert [each.sha256 for each in practice.server.arrivals] == [practice.sha256_of(one)]


@pytest.mark.usefixtures("out_of_turn")
def test_a_refusal_that_comes_out_of_turn_is_heard(practice: Practice) -> None:
    one = practice.interchange()
    practice.server.fault("write", "full", nth=2)
    with pytest.raises(PartnerFull):
        send(practice, one)


def test_bytes_that_read_back_otherwise_are_not_released(practice_with: Make) -> None:
    practice = practice_with({"read_back": True})
    one = practice.interchange()
    hidden = practice.server.inbound / ".SENDER-000000001.837.part"

    def spoil(point: str) -> None:
        if point == "sent":
            hidden.write_bytes(b"x" * hidden.stat().st_size)

    with pytest.raises(PartnerAway, match="other bytes"):
        send(practice, one, reach=spoil)
    practice.server.pick_up()
    assert practice.server.arrivals == []
    send(practice, one)
    practice.server.pick_up()
    assert [each.sha256 for each in practice.server.arrivals] == [practice.sha256_of(one)]


def test_nothing_is_sent_while_sending_is_paused(practice: Practice) -> None:
    one = practice.interchange()
    given = {"payer": "", "by": "ada", "reason": "new key", "step": STEP}
    pause(practice.engine, on=True, now=NOW, **given)
    assert waiting(practice.engine) == []
    with pytest.raises(SendingRefused, match=r"paused by ada .*pause-sending off"):
        send(practice, one)
    pause(practice.engine, on=False, now=NOW + timedelta(hours=1), **given)
    assert waiting(practice.engine) == [one]
    assert send(practice, one).published == 1
    assert waiting(practice.engine) == []


def test_a_file_with_claims_of_a_paused_payer_waits_and_the_others_go(practice: Practice) -> None:
    """What is not batched yet is held at assembly; what is, waits in its file."""
    one, other = practice.interchange(), practice.interchange(2)
    with practice.engine.begin() as connection:
        connection.execute(text("UPDATE claim SET payer = 'OTHER' WHERE claim_number >= 'C000000200'"))
    practice.scalar(
        "WITH w AS (INSERT INTO payer (code, name, kind, time_zone, version, run_id)"
        f" SELECT '{PAYER}', 'Larkspur', 'commercial', 'America/Chicago', 1, min(id) FROM run RETURNING 1) TABLE w"
    )
    given = {"payer": PAYER, "by": "ada", "reason": "", "step": STEP}
    pause(practice.engine, on=True, now=NOW, **given)
    assert waiting(practice.engine) == [other]
    with pytest.raises(SendingRefused, match=f"{PAYER} is paused by ada .*off --payer {PAYER}"):
        send(practice, one)
    assert send(practice, other).published == 1
    pause(practice.engine, on=False, now=NOW + timedelta(hours=1), **given)
    assert (waiting(practice.engine), send(practice, one).published) == ([one], 1)


def test_pausing_an_unknown_payer_is_refused(practice: Practice) -> None:
    with pytest.raises(InputUnusable, match="--payer NOBODY"):
        pause(practice.engine, on=True, payer="NOBODY", by="ada", reason="", now=NOW, step=STEP)


def test_pausing_twice_is_as_once(practice: Practice) -> None:
    given = {"payer": "", "by": "ada", "reason": "r", "now": NOW, "step": STEP}
    counts = [pause(practice.engine, on=on, **given) for on in (True, True, False, False)]
    assert [(each.paused, each.resumed) for each in counts] == [(1, 0), (0, 0), (0, 1), (0, 0)]


@pytest.mark.parametrize(("partner", "usage"), [("P", "T"), ("T", "P"), ("P", "P")])
def test_the_sample_is_never_sent_as_production(practice_with: Make, partner: str, usage: str) -> None:
    practice = practice_with(usage=partner)
    one = practice.interchange(usage=usage)
    with pytest.raises(SendingRefused, match="sample"):
        send(practice, one)
    assert practice.server.done == {}
    assert send(practice, one, state_holds_sample=False).published == 1


def test_a_partner_that_is_no_longer_in_the_settings_is_named(practice: Practice) -> None:
    one = practice.interchange()
    practice.scalar("WITH w AS (DELETE FROM trading_partner RETURNING 1) TABLE w")
    with pytest.raises(InputUnusable, match="clearinghouse"):
        send(practice, one)
