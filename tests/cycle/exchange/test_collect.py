"""What collecting takes from a mailbox, what it leaves, and what it knows again."""

import os
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from revcycle.cycle.exchange import CollectCounts, PartnerRefused, collect
from revcycle.foundation.errors import InputUnusable
from revcycle.foundation.store.tables import received_file
from tests.cycle.exchange.practice import NOW, PARTNER, STEP, Practice, answer, isa

Make = Callable[..., Practice]
LATER = NOW + timedelta(minutes=30)


def look(practice: Practice, *, now: datetime = NOW, partner: str = PARTNER, **how: Any) -> CollectCounts:
    given = {"interval": 2, "sleep": lambda _: None} | how
    return collect(practice.engine, practice.archive, partner, practice.box(), now=now, step=STEP, **given)


def test_a_file_is_registered_with_its_kind(practice: Practice) -> None:
    practice.deliver("a.999", answer(1))
    practice.deliver("b.277ca", answer(2, "277").replace(b"005010X231A1", b"005010X214"))
    practice.deliver("c.835", answer(3, "835"))
    practice.deliver("d.ta1", isa(4, "TA1*000000001*261124*0600*A*000~"))
    assert look(practice) == CollectCounts(listed=4, registered=4)
    assert practice.received() == [
        ("a.999", "999", "registered"),
        ("b.277ca", "277CA", "registered"),
        ("c.835", "835", "registered"),
        ("d.ta1", "TA1", "registered"),
    ]


def test_a_file_is_fetched_once(practice: Practice) -> None:
    practice.deliver("a.999", answer(1))
    look(practice)
    practice.server.done.clear()
    assert look(practice, now=LATER) == CollectCounts(listed=1)
    assert practice.server.done == {"list": 1}


def test_the_looks_are_apart(practice: Practice) -> None:
    slept: list[float] = []
    practice.deliver("a.999", answer(1))
    look(practice, sleep=slept.append)
    assert slept == [2]
    look(practice, now=LATER, sleep=slept.append)
    assert slept == [2]


def test_a_growing_file_waits_until_two_looks_agree(practice: Practice) -> None:
    whole = answer(1)
    path = practice.deliver("a.999", whole[:40])

    def grow(_: float) -> None:
        path.write_bytes(path.read_bytes() + whole[len(path.read_bytes()) :][:40])

    assert look(practice, sleep=grow) == CollectCounts(listed=1, growing=1)
    assert look(practice, now=LATER, sleep=grow) == CollectCounts(listed=1, growing=1)
    practice.deliver("a.999", whole)
    assert look(practice, now=LATER + timedelta(minutes=30)).registered == 1
    assert practice.archive.open(practice.scalar("SELECT sha256 FROM received_file")).read() == whole


def test_a_file_that_changes_while_it_is_read_is_left(practice: Practice) -> None:
    path = practice.deliver("a.999", answer(1))
    fetching = iter([True])

    def grow(point: str) -> None:
        if point == "sighted" and next(fetching, False):
            path.write_bytes(answer(1) + answer(2))

    assert look(practice, reach=grow, sleep=lambda _: None).growing == 1
    assert practice.received() == []
    assert look(practice, now=LATER).registered == 1


def test_a_file_that_is_gone_before_it_is_read_is_left(practice: Practice) -> None:
    path = practice.deliver("a.999", answer(1))
    look(practice, sleep=lambda _: path.touch())  # the second look differs: not fetched
    assert look(practice, now=LATER, reach=lambda point: path.unlink(missing_ok=True) if point == "sighted" else None)
    assert practice.received() == []


def test_the_same_bytes_under_two_names_are_one_file(practice: Practice) -> None:
    practice.deliver("a.999", answer(1))
    practice.deliver("b.999", answer(1))
    assert look(practice) == CollectCounts(listed=2, registered=1, again=1)
    assert practice.received() == [("a.999", "999", "registered")]
    assert practice.scalar("SELECT count(*) FROM remote_sighting WHERE file_id IS NOT NULL") == 2


def test_other_bytes_under_the_same_name_are_another_file(practice: Practice) -> None:
    practice.deliver("a.999", answer(1))
    look(practice)
    practice.deliver("a.999", answer(2), mtime=1_790_000_100)
    assert look(practice, now=LATER).registered == 1
    assert practice.received() == [("a.999", "999", "registered"), ("a.999", "999", "registered")]


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", "unreadable"),
        (b"<html>maintenance</html>", "unreadable"),
        (b"ISA*00*cut", "unreadable"),
        (isa(9), "unknown"),
        (answer(9, "837"), "837"),
        (answer(9, "277"), "277"),
    ],
)
def test_what_nothing_here_reads_is_quarantined_with_an_item(practice: Practice, content: bytes, kind: str) -> None:
    practice.deliver("a.999", content)
    practice.deliver("b.999", answer(1))
    assert look(practice) == CollectCounts(listed=2, registered=2, quarantined=1)
    assert practice.received() == [("a.999", kind, "quarantined"), ("b.999", "999", "registered")]
    file_id = practice.scalar("SELECT id FROM received_file WHERE state = 'quarantined'")
    assert practice.open_items("quarantined_file") == [file_id]
    assert practice.scalar("SELECT reason FROM problem WHERE file_id = :file", file=file_id) != ""


def test_folders_and_hidden_files_are_not_ours(practice: Practice) -> None:
    practice.deliver(".a.999", answer(1))
    (practice.server.outbound / "old").mkdir()
    assert look(practice) == CollectCounts()


def test_one_refused_file_does_not_stop_the_others(practice: Practice) -> None:
    for number in (1, 2, 3):
        practice.deliver(f"{number}.999", answer(number))
    practice.server.fault("open", "permission", path="*2.999")
    with pytest.raises(PartnerRefused, match=r"2\.999"):
        look(practice)
    assert [name for name, _, _ in practice.received()] == ["1.999", "3.999"]
    assert look(practice, now=LATER).registered == 1


def test_a_file_is_removed_only_when_it_was_applied_and_we_are_to(practice_with: Make) -> None:
    practice = practice_with({"removes": True})
    path = practice.deliver("a.999", answer(1))
    look(practice)
    assert look(practice, now=LATER).removed == 0 and path.exists()
    with practice.engine.begin() as connection:
        connection.execute(update(received_file).values(state="applied"))
    assert look(practice, now=LATER).removed == 1
    assert not path.exists()
    assert practice.scalar("SELECT count(*) FROM remote_sighting WHERE removed_at IS NOT NULL") == 1


def test_a_refused_removal_is_told_after_everything_else_is_done(practice_with: Make) -> None:
    practice = practice_with({"removes": True})
    for name in ("a.999", "b.999"):
        practice.deliver(name, answer(1 if name < "b" else 2))
    look(practice)
    with practice.engine.begin() as connection:
        connection.execute(update(received_file).values(state="applied"))
    practice.deliver("c.999", answer(3))
    practice.server.fault("remove", "permission")
    with pytest.raises(PartnerRefused):
        look(practice, now=LATER)
    assert [name for name, _, _ in practice.received()] == ["a.999", "b.999", "c.999"]
    assert practice.scalar("SELECT count(*) FROM remote_sighting WHERE removed_at IS NOT NULL") == 1
    assert [path.name for path in sorted(practice.server.outbound.glob("*.999"))] == ["a.999", "c.999"]


def test_a_mailbox_that_we_are_not_to_empty_keeps_its_files(practice: Practice) -> None:
    path = practice.deliver("a.999", answer(1))
    look(practice)
    with practice.engine.begin() as connection:
        connection.execute(update(received_file).values(state="applied"))
    assert look(practice, now=LATER).removed == 0 and path.exists()


def test_what_was_fetched_since_a_time_is_fetched_again(practice: Practice) -> None:
    practice.deliver("a.999", answer(1), mtime=1_790_000_000)
    old = practice.deliver("b.999", answer(2), mtime=1_780_000_000)
    look(practice)
    changed = answer(3)
    path = practice.deliver("a.999", changed, mtime=1_790_000_000)  # same name, size and time: only its bytes differ
    old.touch()
    os.utime(old, (1_780_000_000, 1_780_000_000))
    assert look(practice, now=LATER).registered == 0
    since = datetime.fromtimestamp(1_785_000_000, tz=NOW.tzinfo)
    assert look(practice, now=LATER, since=since) == CollectCounts(listed=2, registered=1)
    assert path.stat().st_size == len(changed)


def test_two_collectors_at_the_same_moment_register_once(practice: Practice) -> None:
    for number in range(5):
        practice.deliver(f"{number}.999", answer(number))
    start = threading.Barrier(2)
    counts: list[CollectCounts] = []

    def run() -> None:
        start.wait()
        counts.append(look(practice))

    both = [threading.Thread(target=run) for _ in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert sorted((each.registered, each.again) for each in counts) == [(0, 0), (5, 0)]
    assert practice.server.done["read"] == 5


def test_a_folder_of_ten_thousand_known_files_takes_one_listing(practice: Practice) -> None:
    practice.deliver("known.999", answer(1))
    look(practice)
    for number in range(10_000):
        practice.deliver(f"{number:05}.999", answer(1))
    practice.scalar(
        """
        WITH seen AS (
            INSERT INTO remote_sighting (partner, path, size, mtime, seen_at, file_id, run_id)
            SELECT partner, '/outbound/' || lpad(n::text, 5, '0') || '.999', size, mtime, seen_at, file_id, run_id
            FROM remote_sighting, generate_series(0, 9999) AS n RETURNING 1
        ) SELECT count(*) FROM seen
        """
    )
    practice.deliver("new.999", answer(2))
    practice.server.done.clear()
    began = time.monotonic()
    assert look(practice, now=LATER) == CollectCounts(listed=10_002, registered=1)
    assert practice.server.done["open"] == 1
    assert practice.server.done["list"] == 2  # the second is for the new one
    assert time.monotonic() - began < 10


def test_a_partner_that_is_not_in_the_settings_is_named(practice: Practice) -> None:
    with pytest.raises(InputUnusable, match="nobody"):
        look(practice, partner="nobody")
