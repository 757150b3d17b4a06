"""An interchange that left after the backup is not sent again after the restore: the archive's mark tells."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from revcycle.cycle import answers
from revcycle.cycle.exchange import PublishCounts, collect, publish, reconcile, settle_doubts, waiting
from revcycle.foundation.errors import RevcycleError
from tests.cycle.exchange.practice import NOW, PARTNER, STEP, Practice, isa
from tests.restored import Dump

Make = Callable[..., Practice]
STYLES = [{"style": "rename"}, {"style": "folder", "temporary": "/inbound/tmp"}, {"style": "direct"}]


def send(practice: Practice, one: int, **how: Any) -> PublishCounts:
    given = {"state_holds_sample": True, "now": NOW, "step": STEP} | how
    return publish(practice.engine, practice.archive, one, practice.box(), **given)


def acknowledge(practice: Practice, isa13: int) -> None:
    """The partner accepts the interchange, and we collect its answer."""
    head = f"GS*FA*R*S*20261124*0600*{isa13}*X*005010X231A1~ST*999*0001*005010X231A1~"
    practice.deliver("a.999", isa(isa13, f"{head}AK1*HC*{isa13}*005010X222A1~AK9*A*1*1*1~SE*4*0001~GE*1*{isa13}~"))
    collect(practice.engine, practice.archive, PARTNER, practice.box(), now=NOW, step=STEP, sleep=lambda _: None)


@pytest.mark.parametrize("manners", STYLES, ids=lambda manners: manners["style"])
def test_what_left_after_the_backup_is_in_doubt_after_the_restore(
    practice_with: Make, manners: dict[str, Any], tmp_path: Path
) -> None:
    practice = practice_with(manners)
    one = practice.interchange(1)
    dump = Dump(practice.engine, tmp_path)
    send(practice, one)
    practice.server.pick_up()
    dump.put_back()
    assert practice.state_of(one) == "prepared"
    assert send(practice, one) == PublishCounts(in_doubt=1)
    assert practice.open_items("doubt") == [one]
    practice.server.pick_up()
    assert len(practice.server.arrivals) == 1


@pytest.mark.parametrize("manners", STYLES[:2], ids=lambda manners: manners["style"])
def test_what_still_lies_at_the_partner_is_published_after_the_restore(
    practice_with: Make, manners: dict[str, Any], tmp_path: Path
) -> None:
    practice = practice_with(manners)
    one = practice.interchange(1)
    dump = Dump(practice.engine, tmp_path)
    send(practice, one)
    dump.put_back()
    assert send(practice, one).published == 1
    assert practice.scalar("SELECT count(*) FROM expected_answer") == 2 + 2 * 3
    practice.server.pick_up()
    assert len(practice.server.arrivals) == 1


@pytest.mark.parametrize("state", ["prepared", "uploading", "uploaded", "releasing", "in_doubt"])
def test_an_archived_answer_proves_that_an_interchange_arrived(practice: Practice, state: str, tmp_path: Path) -> None:
    one = practice.interchange(1)
    practice.scalar("WITH i AS (UPDATE interchange SET state = :state RETURNING 1) TABLE i", state=state)
    dump = Dump(practice.engine, tmp_path)
    acknowledge(practice, 1)
    dump.put_back()
    reconcile(practice.engine, practice.archive, apply=True, now=NOW, step=STEP)
    assert answers.apply(practice.engine, practice.archive, now=NOW, step=STEP).doubts_ended == 1
    assert practice.state_of(one) == "published"
    assert waiting(practice.engine) == []
    assert practice.scalar("SELECT count(*) FROM expected_answer WHERE kind = '999' AND met_by IS NOT NULL") == 1


def test_an_answer_that_comes_while_the_same_bytes_are_sent_again_ends_the_sending(practice: Practice) -> None:
    """As after a doubt: the first delivery is answered while the second goes up."""
    one = practice.interchange(1)

    def answered(point: str) -> None:
        if point == "sent":
            acknowledge(practice, 1)
            answers.apply(practice.engine, practice.archive, now=NOW, step=STEP)

    assert send(practice, one, reach=answered).published == 1
    assert practice.state_of(one) == "published"
    practice.server.pick_up()
    assert practice.server.arrivals == []


def test_a_release_that_was_marked_and_not_begun_goes_on(practice: Practice) -> None:
    one = practice.interchange(1)

    def stop(point: str) -> None:
        if point == "marked":
            raise RevcycleError("stopped")

    with pytest.raises(RevcycleError):
        send(practice, one, reach=stop)
    assert practice.state_of(one) == "uploaded"
    assert send(practice, one).published == 1
    practice.server.pick_up()
    assert len(practice.server.arrivals) == 1


@pytest.mark.parametrize("manners", STYLES, ids=lambda manners: manners["style"])
def test_a_decision_to_send_again_is_not_stopped_by_the_first_release(
    practice_with: Make, manners: dict[str, Any], tmp_path: Path
) -> None:
    practice = practice_with(manners)
    one = practice.interchange(1)
    dump = Dump(practice.engine, tmp_path)
    send(practice, one)
    practice.server.pick_up()
    dump.put_back()
    send(practice, one)
    again(practice, one)
    dump = Dump(practice.engine, tmp_path)
    assert send(practice, one).published == 1
    practice.server.pick_up()
    assert len(practice.server.arrivals) == 2
    dump.put_back()
    assert send(practice, one) == PublishCounts(in_doubt=1)  # the second release is a mark of its own
    practice.server.pick_up()
    assert len(practice.server.arrivals) == 2


def again(practice: Practice, one: int) -> None:
    """The doubt is over its time: the same bytes are sent again."""
    assert settle_doubts(practice.engine, now=NOW + timedelta(hours=25), step=STEP).sent_again == 1
    assert waiting(practice.engine) == [one]
