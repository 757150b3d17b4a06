"""`claim_submission` and `acknowledgments`, task by task, over a real practice database and a clearinghouse."""

import json
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

import revcycle.cycle.edits.sweep as sweeping
from clearinghouse_simulator import Simulator
from revcycle.cycle.exchange import collect, pause
from revcycle.foundation.alarm import standing
from revcycle.foundation.state import State
from revcycle.foundation.store.digest import digest
from revcycle.foundation.store.runs import Step
from tests.dags.drop_folder import CLEAN, SETTINGS, UNKNOWN, write_delivery
from tests.dags.test_code_validation import announced, states, xcom

DAY = date(2026, 9, 10)
KEY = DAY.isoformat()
NOW = {"now": "2026-09-11T04:00:00+00:00"}
RULE = """
    claims: [{valid_from: 2010-01-01, source: test, partner: clearinghouse, payer_id: SMEDB, filing_indicator: MB}]}
"""
PARTNER = """
trading_partners:
  - connection: clearinghouse
    name: Test Clearinghouse
    sender_id: TESTGROUP
    receiver_id: TESTHOUSE
    submitter_name: Test Group
    submitter_id: T1
    contact_name: Billing
    contact_phone: "2075550100"
    receiver_name: Test Clearinghouse
"""
BILLING = SETTINGS.replace("time_zone: America/New_York}", f"time_zone: America/New_York,{RULE.strip()}") + PARTNER
Run = Callable[..., Any]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Simulator]:
    with Simulator(tmp_path / "house", scenario={"rules": []}) as simulator:
        yield simulator


@pytest.fixture
def practice(
    engine: Engine, database_url: str, stocked: State, house: Simulator, monkeypatch: pytest.MonkeyPatch
) -> Engine:
    """A practice whose tasks find its database and its partner's mailbox."""
    connection = {"conn_type": "sftp", "host": house.host, "port": house.port, "login": house.user}
    connection |= {"password": house.password, "extra": {"host_key": house.host_key}}
    monkeypatch.setenv("REVCYCLE_DATABASE_URL", database_url)
    monkeypatch.setenv("AIRFLOW_CONN_CLEARINGHOUSE", json.dumps(connection))
    monkeypatch.setattr(sweeping, "ENCOUNTERS_A_CHUNK", 2)
    monkeypatch.setitem(collect.__kwdefaults__, "interval", 0.2)
    stocked.practice_yaml.write_text(BILLING)
    return engine


@pytest.fixture
def night(practice: Engine, stocked: State, run_partition: Run) -> Run:
    """Deliver diagnoses, sweep, submit; returns the run of claim_submission."""
    deliver = partial(write_delivery, stocked)

    def make(*diagnoses: str, day: date = DAY, **conf: Any) -> Any:
        if diagnoses:
            deliver(day, *diagnoses)
        run_partition("code_validation", day.isoformat(), NOW | conf)
        return run_partition("claim_submission", day.isoformat(), NOW | conf)

    return make


@pytest.fixture
def answers(practice: Engine, house: Simulator, run_partition: Run) -> Run:
    def take(**conf: Any) -> Any:
        house.settle()
        return run_partition("acknowledgments", None, NOW | conf)

    return take


def rows(engine: Engine, query: str) -> list[tuple[Any, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def test_a_night_sends_what_is_clean_once_and_hands_its_date_on(practice: Engine, night: Run, house: Simulator) -> None:
    made = night(CLEAN, UNKNOWN, CLEAN)
    assert set(states(made).values()) == {"success"}
    assert xcom(made, "assemble")["held"] == 1
    assert xcom(made, "batch") == {"interchanges": 1, "claims": 2, "unwritable": 0}
    assert xcom(made, "publish", 0)["published"] == 1
    assert announced(made) == [("revcycle_submitted", KEY)]
    (label,) = [ti.rendered_map_index for ti in made.get_task_instances() if ti.task_id == "publish"]
    assert label == f"interchange {xcom(made, 'waiting')[0]} · 2 claims sent"
    house.settle()
    assert sorted(house.accepted.values()) == [1, 1]
    again = night()
    assert again.state == "success"
    assert "publish0" not in states(again)
    house.settle()
    assert len(house.files) == 1


def test_answers_are_collected_applied_and_awaited(practice: Engine, night: Run, answers: Run) -> None:
    night(CLEAN, CLEAN)
    made = answers()
    assert set(states(made).values()) == {"success"}
    assert xcom(made, "apply")["accepted"] == 2
    assert rows(practice, "SELECT state, answered FROM interchange") == [("published", "acknowledged")]
    assert rows(practice, "SELECT DISTINCT verdict, party FROM payer_opinion") == [("accepted", "payer")]
    before = digest(practice)
    answers(since="2020-01-01T00:00:00+00:00")
    night()
    assert digest(practice) == before


def test_the_log_of_a_publish_task_ends_with_the_chain_and_holds_no_secret(
    practice: Engine, night: Run, house: Simulator, capfd: pytest.CaptureFixture[str]
) -> None:
    night(CLEAN)
    said = "".join(capfd.readouterr())
    assert all(f"{kind:<6}" in said for kind in ("837", "TA1", "999", "277CA"))
    assert house.password not in said


def test_an_overdue_answer_is_red_once(
    practice: Engine, night: Run, answers: Run, house: Simulator, state: State
) -> None:
    house.use({"delivery": [{"silent": ["payer"]}]})
    night(CLEAN)
    assert answers().state == "success"
    late = {"now": "2026-09-20T04:00:00+00:00"}
    red = answers(**late)
    assert (states(red)["in_time"], red.state) == ("failed", "failed")
    assert [alarm["dag_id"] for alarm in standing(state, DAY)] == ["acknowledgments"]
    assert answers(**late).state == "success"
    assert rows(practice, "SELECT cause_kind FROM work_item WHERE closed_at IS NULL") == [("overdue",)]


@pytest.mark.parametrize("broken", ["collect", "partners"])
def test_a_mailbox_that_could_not_be_looked_at_makes_the_run_red_and_stops_nothing_else(
    night: Run, answers: Run, house: Simulator, stocked: State, broken: str
) -> None:
    night(CLEAN)
    if broken == "collect":
        house.add_fault(fault="refuse", on="login", error="permission", times=None)
    else:
        stocked.practice_yaml.write_text("name: ")
    made = answers()
    assert made.state == "failed"
    ended = states(made)
    assert ended["all_collected"] == "upstream_failed"
    assert ended["apply"] == ended["in_time"] == "success"


def test_a_rejected_claim_comes_back_with_an_item_and_goes_again_when_corrected(
    practice: Engine, night: Run, answers: Run, house: Simulator, stocked: State
) -> None:
    house.use({"rules": [{"outcome": "reject_claim", "by": "payer", "codes": ["A7:562:85"]}]})
    night(CLEAN)
    assert xcom(answers(), "apply")["rejected"] == 1
    assert rows(practice, "SELECT state FROM claim") == [("open",)]
    assert rows(practice, "SELECT cause_kind, queue FROM work_item WHERE closed_at IS NULL") == [
        ("rejection", "biller")
    ]
    assert "publish0" not in states(night())


def test_a_failed_chunk_keeps_exactly_its_encounters_from_being_sent(
    practice: Engine, night: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = sweeping.sweep

    def fails_for_the_first_chunk(engine: Engine, *, chunk: sweeping.Chunk, **more: Any) -> sweeping.SweepCounts:
        if chunk.index == 0:
            raise ValueError("a fault in a rule")
        return plain(engine, chunk=chunk, **more)

    with monkeypatch.context() as patch:
        patch.setattr(sweeping, "sweep", fails_for_the_first_chunk)
        assert xcom(night(CLEAN, CLEAN, CLEAN), "batch")["claims"] == 2
    assert xcom(night(), "batch")["claims"] == 1
    assert rows(practice, "SELECT count(*), count(DISTINCT claim_id) FROM claim_submission") == [(3, 3)]


def test_edits_that_changed_since_the_sweep_hold_everything_up(
    practice: Engine, night: Run, run_partition: Run
) -> None:
    night(UNKNOWN)
    with practice.begin() as connection:
        connection.execute(text("UPDATE finding SET state = 'fixed'"))
        connection.execute(text("UPDATE sweep_result SET edit_set = gen_random_uuid()"))
    made = run_partition("claim_submission", KEY, NOW)
    assert (xcom(made, "gate")["retired"], xcom(made, "batch")["claims"]) == (1, 0)


def test_a_scope_sends_only_its_payers(practice: Engine, night: Run) -> None:
    assert xcom(night(CLEAN, payers=["TRICARE"]), "batch")["claims"] == 0
    assert xcom(night(), "batch")["claims"] == 1


def test_nothing_is_sent_while_sending_is_paused(practice: Engine, night: Run, house: Simulator) -> None:
    from datetime import UTC, datetime

    asked = {"by": "ops", "reason": "", "now": datetime(2026, 9, 10, tzinfo=UTC), "step": Step("t", "t", "t")}
    pause(practice, on=True, **asked)
    made = night(CLEAN)
    assert (made.state, xcom(made, "batch")["claims"]) == ("success", 0)
    pause(practice, on=False, **asked)
    assert xcom(night(), "batch")["claims"] == 1


@pytest.mark.parametrize("on", ["login", "rename"])
def test_what_the_partner_refuses_is_red_at_once_and_sent_once_it_takes_it(
    practice: Engine, night: Run, house: Simulator, on: str
) -> None:
    house.add_fault(fault="refuse", on=on, error="permission", times=None)
    made = night(CLEAN)
    (task,) = [ti for ti in made.get_task_instances() if ti.task_id == "publish"]
    assert (str(task.state), made.state) == ("failed", "failed")
    assert announced(made) == [("revcycle_submitted", KEY)]
    assert task.try_number == 1
    house.clear_faults()
    assert xcom(night(), "publish", 0)["published"] == 1
    house.settle()
    assert sorted(house.accepted.values()) == [1]


def test_five_dates_are_submitted_once_each_and_a_second_time_nothing_changes(
    practice: Engine, night: Run, house: Simulator
) -> None:
    days, later = [DAY + timedelta(days=n) for n in range(5)], "2026-09-20T04:00:00+00:00"
    for day in days:
        night(CLEAN, day=day, now=later)
    assert rows(practice, "SELECT count(*), sum(claims)::int FROM interchange") == [(5, 5)]
    before = digest(practice)
    for day in reversed(days):
        night(day=day, now=later)
    assert digest(practice) == before
    house.settle()
    assert sorted(house.accepted.values()) == [1] * 5
