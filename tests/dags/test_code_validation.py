"""Nights of `code_validation`, task by task as Airflow runs them, over a real practice database and real code sets."""

import os
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine, func, select

import revcycle.cycle.edits.sweep as sweeping
from revcycle.foundation.alarm import standing
from revcycle.foundation.state import State
from revcycle.foundation.store.digest import digest
from revcycle.foundation.store.tables import finding, patient, run, sweep_result, work_item
from tests.dags.drop_folder import BORN, CLEAN, FIRST_NAME, LAST_NAME, MEMBER_ID, SETTINGS, UNKNOWN, write_delivery

DAY = date(2026, 9, 10)

Night = Callable[..., Any]
Deliver = Callable[..., None]


@pytest.fixture
def practice(engine: Engine, database_url: str, stocked: State, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """A practice whose tasks find its database; small chunks, so that a few encounters make several."""
    monkeypatch.setenv("REVCYCLE_DATABASE_URL", database_url)
    monkeypatch.setattr(sweeping, "ENCOUNTERS_A_CHUNK", 2)
    stocked.practice_yaml.write_text(SETTINGS)
    return engine


@pytest.fixture
def deliver(stocked: State) -> Deliver:
    return partial(write_delivery, stocked)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Airflow's answer to a callback: `DAG.test` calls it in a process that has nobody to ask."""
    from airflow.models.taskinstance import TaskInstance
    from airflow.sdk.execution_time.task_runner import RuntimeTaskInstance
    from airflow.utils.session import create_session

    def states_of(*, dag_id: str, task_ids: list[str], run_ids: list[str]) -> dict[str, dict[str, str]]:
        asked = {"dag_id": [dag_id], "task_id": task_ids, "run_id": run_ids}
        matching = [getattr(TaskInstance, name).in_(values) for name, values in asked.items()]
        found: dict[str, dict[str, str]] = {run_id: {} for run_id in run_ids}
        with create_session() as session:
            for ti in session.scalars(select(TaskInstance).where(*matching)):
                found[ti.run_id][ti.task_id if ti.map_index < 0 else f"{ti.task_id}_{ti.map_index}"] = ti.state
        return found

    monkeypatch.setattr(RuntimeTaskInstance, "get_task_states", staticmethod(states_of))


@pytest.fixture
def night(practice: Engine, run_partition: Night, told: None) -> Night:
    def make(key: str | None = "2026-09-10", conf: dict[str, Any] | None = None) -> Any:
        return run_partition("code_validation", key, conf)

    return make


def states(made: Any) -> dict[str, str]:
    return {
        f"{ti.task_id}{ti.map_index if ti.map_index >= 0 else ''}": str(ti.state) for ti in made.get_task_instances()
    }


def xcom(made: Any, task_id: str, map_index: int = -1, key: str = "return_value") -> Any:
    from airflow.models.xcom import XComModel
    from airflow.utils.session import create_session

    with create_session() as session:
        stored = XComModel.get_many(
            run_id=made.run_id, dag_ids=made.dag_id, task_ids=task_id, map_indexes=map_index, key=key
        )
        return XComModel.deserialize_value(session.execute(stored.with_only_columns(XComModel.value)).one())


def announced(made: Any) -> list[tuple[str, str | None]]:
    """The asset events of a run: asset and key."""
    from airflow.models.asset import AssetEvent, AssetModel
    from airflow.utils.session import create_session

    events = select(AssetModel.name, AssetEvent.partition_key).where(
        AssetEvent.asset_id == AssetModel.id, AssetEvent.source_run_id == made.run_id
    )
    with create_session() as session:
        return [(name, key) for name, key in session.execute(events)]


def count(engine: Engine, table: Any) -> int:
    with engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def test_a_night_sweeps_in_chunks_raises_work_and_announces_its_date(
    practice: Engine, night: Night, deliver: Deliver
) -> None:
    deliver(DAY, CLEAN, UNKNOWN, CLEAN)
    made = night()
    assert states(made) == dict.fromkeys(
        (
            *("take_inbox", "plan", "sweep0", "sweep1", "raise_work", "verify"),
            *("work_raised", "all_chunks_done", "night_not_empty"),
        ),
        "success",
    )
    assert made.state == "success"
    labels = {ti.map_index: ti.rendered_map_index for ti in made.get_task_instances() if ti.task_id == "sweep"}
    assert labels == {0: "chunk 1 of 2 · 1 encounters · 1 block", 1: "chunk 2 of 2 · 2 encounters · 0 block"}
    assert xcom(made, "take_inbox")["encounters"] == {"new": 3, "changed": 0, "unchanged": 0, "quarantined": 0}
    assert xcom(made, "plan") == [{"index": 0, "of": 2}, {"index": 1, "of": 2}]
    assert xcom(made, "sweep", 0)["by_rule"] == {"icd10.unknown": 1}
    assert xcom(made, "raise_work") == {"opened": 1, "closed": 0, "kept": 0}
    assert xcom(made, "verify")["unswept"] == 0
    assert announced(made) == [("revcycle_swept", "2026-09-10")]
    assert (count(practice, sweep_result), count(practice, finding), count(practice, work_item)) == (3, 1, 1)


def test_every_step_that_writes_says_which_run_and_date_it_was(
    practice: Engine, night: Night, deliver: Deliver
) -> None:
    deliver(DAY, CLEAN, CLEAN, CLEAN)
    made = night()
    written = select(run.c.step, run.c.shard, run.c.business_date).where(run.c.airflow_run_id == made.run_id)
    with practice.connect() as connection:
        steps = {(step, shard): day for step, shard, day in connection.execute(written)}
    assert {("sweep", 0), ("sweep", 1), ("raise_work", 0)} <= steps.keys()
    assert set(steps.values()) == {DAY}


def test_a_night_takes_nothing_that_belongs_to_a_later_date(practice: Engine, night: Night, deliver: Deliver) -> None:
    deliver(DAY, CLEAN)
    deliver(DAY + timedelta(days=1), CLEAN)
    night()
    assert count(practice, sweep_result) == 1


def test_the_same_date_twice_leaves_the_same_facts(practice: Engine, night: Night, deliver: Deliver) -> None:
    deliver(DAY, CLEAN, UNKNOWN, UNKNOWN)
    night()
    before = digest(practice)
    again = night()
    assert again.state == "success"
    assert digest(practice) == before
    assert (count(practice, finding), count(practice, work_item)) == (2, 2)


def test_a_run_without_key_takes_the_date_of_its_conf_and_announces_it(
    practice: Engine, night: Night, deliver: Deliver
) -> None:
    deliver(DAY, CLEAN)
    made = night(None, {"business_date": DAY.isoformat()})
    assert made.state == "success"
    assert announced(made) == [("revcycle_swept", "2026-09-10")]


def test_a_failed_chunk_makes_the_run_red_and_holds_up_nothing_else(
    practice: Engine, night: Night, deliver: Deliver, state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver(DAY, UNKNOWN, UNKNOWN, CLEAN)
    plain = sweeping.sweep

    def fails_for_the_first_chunk(engine: Engine, *, chunk: sweeping.Chunk, **more: Any) -> sweeping.SweepCounts:
        if chunk.index == 0:
            raise ValueError("a fault in a rule")
        return plain(engine, chunk=chunk, **more)

    monkeypatch.setattr(sweeping, "sweep", fails_for_the_first_chunk)
    made = night()
    found = states(made)
    assert (found["sweep0"], found["sweep1"]) == ("failed", "success")
    assert (found["raise_work"], found["verify"], found["all_chunks_done"]) == ("success", "success", "failed")
    assert made.state == "failed"
    assert [ti.try_number for ti in made.get_task_instances() if ti.task_id == "sweep"] == [1, 1]
    assert announced(made) == [("revcycle_swept", "2026-09-10")]
    assert xcom(made, "raise_work")["opened"] == 1
    assert xcom(made, "verify")["unswept"] == 1
    called = [(alarm["kind"], alarm["business_date"], alarm["task_id"]) for alarm in standing(state, DAY)]
    assert called == [("run_failed", "2026-09-10", "sweep")]


def test_an_alarm_names_the_first_cause_and_counts_no_chunk_where_none_was_planned(
    night: Night, state: State, capfd: pytest.CaptureFixture[str]
) -> None:
    state.practice_yaml.write_text("practice: [")
    found = states(night())
    assert (found["take_inbox"], found["sweep"], found["all_chunks_done"]) == ("failed", "upstream_failed", "failed")
    assert [alarm["task_id"] for alarm in standing(state, DAY)] == ["take_inbox"]
    said = "".join(capfd.readouterr())
    assert "No chunk of sweep was planned" in said
    assert "1 of 1" not in said


def test_an_alarm_stands_until_the_date_has_succeeded(
    practice: Engine, night: Night, deliver: Deliver, state: State
) -> None:
    sound = state.practice_yaml.read_text()
    state.practice_yaml.write_text("practice: [")
    night()
    assert [alarm["kind"] for alarm in standing(state, DAY)] == ["run_failed"]
    state.practice_yaml.write_text(sound)
    deliver(DAY, CLEAN)
    assert night().state == "success"
    assert standing(state, DAY) == []


def test_a_database_that_was_away_is_tried_again(
    practice: Engine, night: Night, deliver: Deliver, monkeypatch: pytest.MonkeyPatch
) -> None:
    from revcycle_airflow.policy import RETRY

    for rule in RETRY.rules:
        monkeypatch.setattr(rule, "retry_delay", timedelta(0))
    deliver(DAY, CLEAN)
    plain, calls = sweeping.sweep, []

    def away_once(engine: Engine, **more: Any) -> sweeping.SweepCounts:
        calls.append(1)
        if len(calls) == 1:
            raise ConnectionResetError("away")
        return plain(engine, **more)

    monkeypatch.setattr(sweeping, "sweep", away_once)
    made = night()
    assert made.state == "success"
    assert [ti.try_number for ti in made.get_task_instances() if ti.task_id == "sweep"] == [2]


def test_an_empty_night_is_red_and_calls_people_though_all_else_is_done(
    practice: Engine, night: Night, deliver: Deliver, state: State
) -> None:
    for weeks in range(1, 5):
        deliver(DAY - timedelta(weeks=weeks), CLEAN)
    made = night(None, {"business_date": DAY.isoformat()})
    found = states(made)
    assert (found["night_not_empty"], found["verify"], found["all_chunks_done"]) == ("failed", "success", "success")
    assert made.state == "failed"
    called = [(alarm["kind"], alarm["business_date"]) for alarm in standing(state, DAY)]
    assert called == [("night_empty", "2026-09-10"), ("run_failed", "2026-09-10")]


def test_a_day_that_is_not_over_is_refused_by_every_task(practice: Engine, night: Night, deliver: Deliver) -> None:
    made = night("2999-01-01")
    assert made.state == "failed"
    assert states(made)["verify"] == "failed"
    assert announced(made) == []


def test_no_patients_data_reaches_xcom_the_metadata_or_a_log(
    night: Night,
    deliver: Deliver,
    airflow_home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """One chunk is made to fail on a duplicate patient, which the database's own message would quote."""
    deliver(DAY, UNKNOWN, CLEAN, CLEAN)
    plain = sweeping.sweep

    def quotes_a_patient(engine: Engine, *, chunk: sweeping.Chunk, **more: Any) -> sweeping.SweepCounts:
        if chunk.index == 0:
            with engine.begin() as connection:
                row = connection.execute(select(patient).limit(1)).mappings().one()
                connection.execute(patient.insert(), {k: v for k, v in row.items() if k != "id"})
        return plain(engine, chunk=chunk, **more)

    monkeypatch.setattr(sweeping, "sweep", quotes_a_patient)
    made = night()
    assert made.state == "failed"
    said = "".join(capfd.readouterr())
    assert "database error 23505 at table patient" in said
    planted = [LAST_NAME, FIRST_NAME, MEMBER_ID, BORN.isoformat(), f"{BORN:%Y%m%d}"]
    assert [secret for secret in planted if secret in said] == []
    files = "".join(path.read_text(errors="replace") for path in airflow_home.rglob("*") if path.is_file())
    assert [secret for secret in planted if secret in files] == []
    metadata = os.environ["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"].replace("+psycopg2", "")
    assert metadata_tables_with(metadata, planted) == []
    assert metadata_tables_with(metadata, [made.run_id]) != []


def metadata_tables_with(url: str, texts: list[str]) -> list[str]:
    with psycopg.connect(url) as db:
        tables = [row[0] for row in db.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
        patterns = [f"%{text}%" for text in texts]
        return [
            table
            for table in tables
            if db.execute(f'SELECT 1 FROM "{table}" AS t WHERE t::text LIKE ANY (%s) LIMIT 1', (patterns,)).fetchone()
        ]


def test_work_that_could_not_be_raised_makes_the_run_red(
    practice: Engine, night: Night, deliver: Deliver, state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: Any, **__: Any) -> None:
        raise ValueError("a fault")

    deliver(DAY, CLEAN)
    monkeypatch.setattr("revcycle.foundation.work.raise_items", fails)
    made = night()
    assert (states(made)["raise_work"], states(made)["verify"], made.state) == ("failed", "success", "failed")
    assert [alarm["task_id"] for alarm in standing(state, DAY)] == ["raise_work"]
