"""Applying answers may be killed anywhere and run twice at once: the end is that of one whole run."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import event

from revcycle.cycle.answers import apply
from tests.answer_files import NOW, ack, claim_ack, ta1
from tests.cycle.answers.ending import applied, deliver, ending
from tests.sent_claims import STEP, Office, Sent


class Killed(Exception):
    """Stands for the end of the process."""


def answers(sent: Sent) -> list[str]:
    return [
        ta1(sent, "A"),
        ack(sent, "R", errors=["IK3*NM1*9*2310B*8", f"CTX*CLM01:{sent.pcns[0]}"]),
        claim_ack(sent, [(sent.pcns[1], ["A2:20"])], payer=True),
    ]


def test_a_run_killed_after_any_file_is_finished_by_the_next(office: Office) -> None:
    whole, cut = office.send(3), office.send(3)
    deliver(office, answers(whole))
    applied(office)
    deliver(office, answers(cut))
    reached: list[str] = []

    def stop(point: str) -> None:
        reached.append(point)
        raise Killed

    for _ in range(3):
        with pytest.raises(Killed):
            apply(office.engine, office.archive, now=NOW, step=STEP, reach=stop)
    assert reached == ["applied"] * 3
    assert applied(office).files == 0
    assert ending(office, cut) == ending(office, whole)


def killed_at(office: Office, statement: int) -> bool:
    """Apply, killed before that statement of the run; False where the run was over by then."""
    seen: list[object] = []

    def kill(*_: object) -> None:
        seen.append(None)
        if len(seen) == statement:
            raise Killed

    event.listen(office.engine, "before_cursor_execute", kill)
    try:
        applied(office)
    except Killed:
        return True
    finally:
        event.remove(office.engine, "before_cursor_execute", kill)
    return False


def test_a_run_killed_at_any_statement_leaves_nothing_half_done(office: Office) -> None:
    whole, cut = office.send(2), office.send(2)
    deliver(office, answers(whole)[1:2])
    applied(office)
    deliver(office, answers(cut)[1:2])
    kills = 0
    while killed_at(office, 1 + 3 * kills):  # every third statement, through the whole run
        kills += 1
        assert office.one("SELECT count(*) FROM received_file WHERE state = 'registered'") == 1
    assert kills > 10
    assert ending(office, cut) == ending(office, whole)


def test_two_runs_at_once_apply_each_file_once(office: Office) -> None:
    sent = [office.send(2) for _ in range(8)]
    for one in sent:
        deliver(office, answers(one))
    with ThreadPoolExecutor(2) as pool:
        counts = list(pool.map(lambda _: applied(office), range(2)))
    assert sum(one.files for one in counts) == 24
    first, *others = [ending(office, one) for one in sent]
    assert all(one == first for one in others)
