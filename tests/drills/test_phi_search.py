"""What is known of a patient stays in the practice database, the archive and the intake files.

Three values that nothing else can hold are planted, on the ways that lead into trouble too: a row that is quarantined,
a delivery whose header is a row, an error of the database that quotes its row.
"""

import shutil
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

import psycopg
from psycopg import sql

from tests.drills.running_state import DAG, DRILL, PATIENCE_SECONDS, RunningState, wait_until

pytestmark = DRILL
NAME, BIRTH_DATE, MEMBER = "Quaxolotlby", "1913-11-17", "ZQX77199044"
PLANTED = (NAME, BIRTH_DATE, BIRTH_DATE.replace("-", ""), MEMBER)

PATIENTS = f"""\
patient_id,last_name,first_name,birth_date,sex,address_1,city,state,zip
PHI1,{NAME},Ada,{BIRTH_DATE},F,1 Specimen Lane,Sampleton,ME,03991
PHI2,{NAME},Ben,{BIRTH_DATE},{NAME},1 Specimen Lane,Sampleton,ME,03991
"""
COVERAGE = f"""\
patient_id,responsibility,payer,member_id,relationship,valid_from
PHI1,P,MEDICARE,{MEMBER},self,2018-01-01
PHI2,S,{MEMBER},{MEMBER},{NAME},{BIRTH_DATE}
"""
CHARGES = f"""\
encounter_id,line,patient_id,billing_npi,rendering_npi,date_from,place_of_service,procedure,units,charge,diagnoses,pointers
PHIE1,1,PHI1,1000000012,1000000111,{{day}},11,99213,1,125.00,I10;I10,1
PHIE2,1,PHI1,1000000012,1000000111,{BIRTH_DATE},11,99213,{NAME},{MEMBER},{NAME},1
"""
# Quotes the row in its message, its detail and its hint, as errors of PostgreSQL's own do; of a class that is retried.
TROUBLE = """
CREATE FUNCTION quote_the_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.member_id = '{member}' THEN
        RAISE EXCEPTION 'refused: %', NEW USING
            DETAIL = 'Row ' || NEW::text, HINT = 'born {birth_date}, {name}', ERRCODE = 'out_of_memory';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER trouble BEFORE INSERT ON coverage FOR EACH ROW EXECUTE FUNCTION quote_the_row();
"""
END_OF_TROUBLE = "DROP TRIGGER trouble ON coverage; DROP FUNCTION quote_the_row();"


def test_a_night_over_a_planted_patient_leaves_no_trace_outside_the_practice(running: RunningState, day: date) -> None:
    deliver(
        running, "whole", {"patients.csv": PATIENTS, "coverage.csv": COVERAGE, "charges.csv": CHARGES.format(day=day)}
    )
    deliver(running, "headless", {"patients.csv": f"patient_id,{NAME},{BIRTH_DATE},{MEMBER}\n"})
    command_lines = run_night_through_trouble(running, day)

    with running.practice() as connection:
        assert set(found_in_database(connection, PLANTED[:2])) >= {"patient", "problem"}, "it was loaded"
        assert found_in_database(connection, [MEMBER])
    assert (running.state.inbox / "phi" / "headless" / "refused").exists()
    assert not list(found_in_files(searched_files(running), PLANTED))
    assert not list(found_in_names(running.state.root, PLANTED))
    assert not [line for line in command_lines if any(value in line for value in PLANTED)]
    with running.metadata() as connection:
        assert not found_in_database(connection, PLANTED)


def test_the_search_finds_what_is_there(running: RunningState, tmp_path: Path) -> None:
    logs = tmp_path / "logs"
    shutil.copytree(running.state.logs, logs)
    task_log = next(logs.rglob("task_id=take_inbox/**/*.log"))
    task_log.write_text(f"{task_log.read_text()}a patient named {NAME.lower()}\n")
    (logs / f"of {MEMBER}").touch()

    assert list(found_in_files(files_below(logs), PLANTED)) == [task_log]
    assert [path.name for path in found_in_names(logs, PLANTED)] == [f"of {MEMBER}"]
    assert running.server().log in set(searched_files(running))
    with running.metadata() as connection, connection.transaction(force_rollback=True):
        insert = "INSERT INTO variable (key, val, is_encrypted) VALUES ('planted', %s, false)"
        connection.execute(insert, [f"born {BIRTH_DATE}"])
        assert found_in_database(connection, PLANTED) == ["variable"]


def deliver(running: RunningState, name: str, files: dict[str, str]) -> None:
    folder = running.state.inbox / "phi" / name
    folder.mkdir(parents=True)
    for file, text in files.items():
        (folder / file).write_text(text)
    (folder / "ready").touch()


def run_night_through_trouble(running: RunningState, day: date) -> set[str]:
    """The night's first try fails in the database, the next one goes through; returns all command lines seen."""
    api, seen = running.api(), set[str]()

    def first_task_is(states: set[str]) -> bool:
        seen.update(command_lines(running))
        taken = [task for task in api.task_instances(DAG, run) if task["task_id"] == "take_inbox"]
        return taken[0]["state"] in states

    with running.practice() as connection:
        connection.execute(TROUBLE.format(member=MEMBER, birth_date=BIRTH_DATE, name=NAME).encode())
        try:
            run = api.trigger(DAG, day.isoformat())
            wait_until(lambda: first_task_is({"up_for_retry", "failed", "success"}))
            assert first_task_is({"up_for_retry"}), "the database refused the row"
        finally:
            connection.execute(END_OF_TROUBLE)
    wait_until(lambda: first_task_is({"success"}))
    assert (
        api.wait(DAG, run, seconds=PATIENCE_SECONDS, watch=lambda _: seen.update(command_lines(running))) == "success"
    )
    return seen


def command_lines(running: RunningState) -> Iterator[str]:
    for process in running.processes():
        path = Path("/proc", str(process.pid), "cmdline")
        try:
            yield path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:  # it has ended meanwhile
            continue


def searched_files(running: RunningState) -> Iterator[Path]:
    """Every file of a state but those that are there to hold patients, and the server's log."""
    state = running.state
    holders = {state.archive, state.inbox, state.sample, state.practice_yaml, state.postgres / "data"}
    for path in files_below(state.root):
        if not holders & {path, *path.parents}:
            yield path
    yield running.server().log


def files_below(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file())


def found_in_files(files: Iterable[Path], values: Iterable[str]) -> Iterator[Path]:
    wanted = [value.lower().encode() for value in values]
    for path in files:
        content = path.read_bytes().lower()
        if any(value in content for value in wanted):
            yield path


def found_in_names(folder: Path, values: Iterable[str]) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if any(value.lower() in path.name.lower() for value in values))


def found_in_database(connection: "psycopg.Connection[tuple[object, ...]]", values: Iterable[str]) -> list[str]:
    """The tables of which a row, written as text, holds one of the values."""
    patterns = [f"%{value}%" for value in values]
    named = connection.execute(
        "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
    ).fetchall()
    count = sql.SQL("SELECT count(*) FROM {} AS held WHERE held::text ILIKE ANY (%s)")
    assert len(named) > 10
    found = []
    for (table,) in named:
        row = connection.execute(count.format(sql.Identifier("public", str(table))), [patterns]).fetchone()
        if row and row[0]:
            found.append(str(table))
    return found
