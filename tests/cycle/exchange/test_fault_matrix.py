"""Whatever is killed, cut, refused, full or standing still: after recovery each file arrived once, or waits in doubt.

Recovery is what Airflow does: the same verb again, a few times. The partner's own count decides.
"""

import hashlib
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from revcycle.cycle.exchange import CollectCounts, HostKeyChanged, collect, publish
from revcycle.cycle.exchange.collect import KILL_POINTS as COLLECT_POINTS
from revcycle.cycle.exchange.publish import KILL_POINTS as PUBLISH_POINTS
from revcycle.foundation.errors import RevcycleError
from revcycle.foundation.store.tables import received_file
from tests.cycle.exchange import victim
from tests.cycle.exchange.practice import NOW, PARTNER, STEP, Practice, answer

RENAME: dict[str, Any] = {"style": "rename"}
FOLDER: dict[str, Any] = {"style": "folder", "temporary": "/inbound/tmp"}
DIRECT: dict[str, Any] = {"style": "direct"}
STYLES = {"rename": RENAME, "folder": FOLDER, "direct": DIRECT}
QUICK = 0.3  # seconds to wait for a partner that stands still

Make = Callable[..., Practice]


def publish_once(practice: Practice, interchange_id: int, *, seconds: float = 5) -> None:
    box = practice.box(seconds=seconds)
    publish(practice.engine, practice.archive, interchange_id, box, state_holds_sample=True, now=NOW, step=STEP)


def recover(practice: Practice, interchange_id: int) -> None:
    """The same task again, until it ends well."""
    for _ in range(3):
        try:
            return publish_once(practice, interchange_id)
        except RevcycleError:
            continue
    return None


def assert_arrived_once_or_in_doubt(practice: Practice, interchange_id: int, *, doubt: bool) -> None:
    """`doubt`: whether what was done to it leaves no way to know."""
    if practice.server.picks_up == "later":
        practice.server.pick_up()
    arrived = Counter((each.sha256, each.isa13) for each in practice.server.arrivals)
    state = practice.state_of(interchange_id)
    assert state == ("in_doubt" if doubt else "published")
    if state == "published":
        assert arrived == {(practice.sha256_of(interchange_id), "000000001"): 1}
        assert practice.attempts(interchange_id)[-1][1] == "published"
        assert practice.open_items("doubt") == []
    else:
        assert max(arrived.values(), default=0) <= 1
        assert practice.attempts(interchange_id)[-1][1] == "in_doubt"
        assert practice.open_items("doubt") == [interchange_id]
    left = {path.name for path in (practice.server.inbound / "tmp").iterdir()}
    assert left == set() or doubt


@pytest.mark.parametrize("picks_up", ["later", "instantly"])
@pytest.mark.parametrize("style", ["rename", "folder", "direct"])
@pytest.mark.parametrize("point", PUBLISH_POINTS)
def test_a_publisher_killed_at_a_state_boundary(practice_with: Make, point: str, style: str, picks_up: Any) -> None:
    practice = practice_with(STYLES[style])
    practice.server.picks_up = picks_up
    one = practice.interchange(1, size=50_000)
    killed = victim.start(practice, "publish", "kill", point, interchange=one)
    assert victim.ended(killed) == -9
    recover(practice, one)
    bytes_may_be_seen = style == "direct" and point in ("uploading", "sent")
    taken_away_unseen = style != "direct" and point == "renamed" and picks_up == "instantly"
    doubt = bytes_may_be_seen or taken_away_unseen
    assert_arrived_once_or_in_doubt(practice, one, doubt=doubt)


PARTWAY = 100_000
OUTGOING = [
    # what is done to which operation; whether a partner that leaves the files lying ends in doubt
    ("connect", "cut", {}),
    ("login", "cut", {}),
    ("login", "stall", {}),
    ("open", "cut", {}),
    ("open", "stall", {}),
    ("open", "permission", {}),
    ("open", "full", {}),
    ("write", "cut", {}),
    ("write", "stall", {}),
    ("write", "permission", {}),
    ("write", "full", {}),
    ("write", "cut", {"after_bytes": PARTWAY}),
    ("write", "stall", {"after_bytes": PARTWAY}),
    ("write", "full", {"after_bytes": PARTWAY}),
    ("close", "cut", {}),
    ("close", "stall", {}),
    ("close", "full", {}),
    ("close", "cut", {"performed": True}),
    ("stat", "cut", {}),
    ("stat", "cut", {"nth": 2}),
    ("stat", "stall", {"nth": 2}),
    ("stat", "permission", {"nth": 2}),
    ("rename", "cut", {}),
    ("rename", "stall", {}),
    ("rename", "permission", {}),
    ("rename", "full", {}),
    ("rename", "failure", {}),
    ("rename", "cut", {"performed": True}),
    ("rename", "stall", {"performed": True}),
]


@pytest.mark.parametrize("picks_up", ["later", "instantly"])
@pytest.mark.parametrize(("on", "do", "how"), OUTGOING, ids=str)
def test_a_partner_that_fails_while_we_publish(practice: Practice, on: Any, do: Any, how: Any, picks_up: Any) -> None:
    practice.server.picks_up = picks_up
    practice.server.fault(on, do, **how)
    one = practice.interchange(1)
    with pytest.raises(RevcycleError):
        publish_once(practice, one, seconds=QUICK)
    recover(practice, one)
    performed = on == "rename" and how.get("performed")
    assert_arrived_once_or_in_doubt(practice, one, doubt=performed and picks_up == "instantly")


@pytest.mark.parametrize("picks_up", ["later", "instantly"])
def test_a_rename_that_is_done_and_yet_refused(practice: Practice, picks_up: Any) -> None:
    practice.server.picks_up = picks_up
    practice.server.fault("rename", "failure", performed=True)
    one = practice.interchange(1)
    recover(practice, one)
    assert_arrived_once_or_in_doubt(practice, one, doubt=picks_up == "instantly")


@pytest.mark.parametrize("picks_up", ["later", "instantly"])
@pytest.mark.parametrize(
    ("on", "do", "how"),
    [
        ("open", "cut", {}),
        ("open", "permission", {}),
        ("write", "cut", {"after_bytes": PARTWAY}),
        ("write", "stall", {"after_bytes": PARTWAY}),
        ("write", "full", {"after_bytes": PARTWAY}),
        ("close", "full", {}),
        ("close", "full", {"performed": True}),
        ("close", "cut", {"performed": True}),
        ("stat", "cut", {"nth": 2}),
    ],
    ids=str,
)
def test_a_cut_without_a_hidden_name_is_a_doubt(practice_with: Make, on: Any, do: Any, how: Any, picks_up: Any) -> None:
    practice = practice_with(DIRECT)
    practice.server.picks_up = picks_up
    practice.server.fault(on, do, **how)
    one = practice.interchange(1)
    publish_once(practice, one, seconds=QUICK)
    recover(practice, one)
    assert_arrived_once_or_in_doubt(practice, one, doubt=True)
    assert practice.attempts(one)[-1][2].startswith("Partner")


@pytest.mark.parametrize("do", ["cut", "stall", "permission"])
def test_without_a_hidden_name_nothing_is_in_doubt_before_the_first_byte(practice_with: Make, do: Any) -> None:
    practice = practice_with(DIRECT)
    practice.server.fault("login", do)
    one = practice.interchange(1)
    with pytest.raises(RevcycleError):
        publish_once(practice, one, seconds=QUICK)
    recover(practice, one)
    assert_arrived_once_or_in_doubt(practice, one, doubt=False)


@pytest.mark.parametrize("style", ["rename", "folder", "direct"])
def test_a_server_with_another_host_key_gets_nothing(practice_with: Make, style: str) -> None:
    practice = practice_with(STYLES[style])
    one = practice.interchange(1)
    box = practice.box()
    practice.server.change_host_key(1)
    for _ in range(2):
        with pytest.raises(HostKeyChanged, match="SHA256:"):
            publish(practice.engine, practice.archive, one, box, state_holds_sample=True, now=NOW, step=STEP)
    assert practice.server.done["login"] == 0
    assert practice.state_of(one) == "prepared"
    practice.server.change_host_key(0)
    recover(practice, one)
    assert_arrived_once_or_in_doubt(practice, one, doubt=False)


def collect_again(practice: Practice) -> CollectCounts | None:
    """The same task again; each look is some minutes after the one before."""
    for minutes in (30, 60, 90):
        try:
            return collect(
                practice.engine,
                practice.archive,
                PARTNER,
                practice.box(),
                now=NOW + timedelta(minutes=minutes),
                step=STEP,
                interval=0,
                sleep=lambda _: None,
            )
        except RevcycleError:
            continue
    return None


def assert_each_registered_once(practice: Practice, files: dict[str, bytes]) -> None:
    """By name; every object is in the archive as it was sent, and nothing half fetched is left."""
    assert sorted(name for name, _, _ in practice.received()) == sorted(files)
    digests = {hashlib.sha256(content).hexdigest() for content in files.values()}
    for sha256 in digests:
        practice.archive.verify(sha256)
    assert set(practice.archive.labels("received")) == {f"{PARTNER}-{sha256}" for sha256 in digests}
    assert practice.scalar("SELECT count(*) FROM remote_sighting WHERE file_id IS NULL") == 0
    assert list(practice.archive.root.glob(".*")) == []


def old_and_new(practice: Practice) -> dict[str, bytes]:
    """One file that is registered and applied, two that came since."""
    files = {f"{number}.999": answer(number) + b" " * 100_000 * number for number in (1, 2, 3)}
    practice.deliver("1.999", files["1.999"])
    collect_again(practice)
    with practice.engine.begin() as connection:
        connection.execute(update(received_file).values(state="applied"))
    practice.server.done.clear()
    for name in ("2.999", "3.999"):
        practice.deliver(name, files[name])
    return files


@pytest.mark.parametrize("point", COLLECT_POINTS)
def test_a_collector_killed_between_two_steps(practice_with: Make, point: str) -> None:
    practice = practice_with({"removes": True})
    files = old_and_new(practice)
    killed = victim.start(practice, "collect", "kill", point)
    assert victim.ended(killed) == -9
    collect_again(practice)
    assert_each_registered_once(practice, files)
    assert sorted(path.name for path in practice.server.outbound.iterdir()) == ["2.999", "3.999"]


@pytest.mark.parametrize("point", ["locked", "fetched", "archived"])
def test_a_collector_whose_disk_is_full(practice: Practice, point: str) -> None:
    files = old_and_new(practice)
    stopped = victim.start(practice, "collect", "full", point)
    assert victim.ended(stopped) == 1
    collect_again(practice)
    assert_each_registered_once(practice, files)


INCOMING = [
    ("connect", "cut", {}),
    ("login", "cut", {}),
    ("login", "stall", {}),
    ("list", "cut", {}),
    ("list", "stall", {}),
    ("list", "permission", {}),
    ("list", "cut", {"nth": 2}),
    ("open", "cut", {}),
    ("open", "stall", {"nth": 2}),
    ("open", "permission", {}),
    ("read", "cut", {}),
    ("read", "stall", {}),
    ("read", "permission", {}),
    ("read", "failure", {"after_bytes": PARTWAY}),
    ("read", "cut", {"after_bytes": PARTWAY}),
    ("read", "stall", {"after_bytes": PARTWAY}),
    ("close", "cut", {}),
    ("remove", "cut", {}),
    ("remove", "cut", {"performed": True}),
    ("remove", "stall", {"performed": True}),
    ("remove", "permission", {}),
]


@pytest.mark.parametrize(("on", "do", "how"), INCOMING, ids=str)
def test_a_partner_that_fails_while_we_collect(practice_with: Make, on: Any, do: Any, how: Any) -> None:
    practice = practice_with({"removes": True})
    files = old_and_new(practice)
    practice.server.fault(on, do, **how)
    with pytest.raises(RevcycleError):
        collect(
            practice.engine,
            practice.archive,
            PARTNER,
            practice.box(seconds=QUICK),
            now=NOW + timedelta(hours=2),
            step=STEP,
            interval=0,
            sleep=lambda _: None,
        )
    collect_again(practice)
    assert_each_registered_once(practice, files)
    assert sorted(path.name for path in practice.server.outbound.iterdir()) == ["2.999", "3.999"]
