"""The digest says all that the practice's rows say, and nothing that is ours alone."""

import pytest
from sqlalchemy import Column, DateTime, text
from sqlalchemy.sql import visitors

from revcycle.cycle.edits.sweep import Chunk, sweep
from revcycle.foundation import work
from revcycle.foundation.store.digest import FACTS, LEFT_OUT, OURS, digest
from revcycle.foundation.store.runs import Step
from revcycle.foundation.store.tables import metadata
from tests.deliveries import NOW, TODAY, Desk

STEP = Step("test", "digest", "digest")


def in_facts() -> set[tuple[str, str]]:
    """Table and name of every column that a fact says."""
    said = (part for facts in FACTS.values() for column in facts.selected_columns for part in visitors.iterate(column))
    return {(part.table.name, part.name) for part in said if isinstance(part, Column)}


def left_out() -> set[tuple[str, str]]:
    ours = {(table.name, name) for table in metadata.tables.values() for name in OURS & set(table.c.keys())}
    return ours | {(table, name) for table, names in LEFT_OUT.items() for name in names.split()}


def test_every_column_is_in_the_digest_or_left_out_by_name() -> None:
    columns = {(table.name, column.name) for table in metadata.tables.values() for column in table.c}
    assert columns - in_facts() == left_out()


def test_no_column_is_both() -> None:
    assert in_facts() & left_out() == set()


def test_no_instant_is_in_the_digest_but_that_something_happened() -> None:
    selected = [column for facts in FACTS.values() for column in facts.selected_columns]
    assert [str(column) for column in selected if isinstance(column.type, DateTime)] == []


@pytest.fixture
def practice(desk: Desk) -> Desk:
    """An encounter with an open finding and an item, and one in quarantine."""
    desk.patients("P1")
    desk.charges({"units": "0"}, {"encounter_id": "E2", "date_from": "2026-11-18", "units": "x"})
    sweep(desk.engine, chunk=Chunk(0, 1), through=TODAY, state=desk.state, step=STEP)
    work.raise_items(desk.engine, now=NOW, step=STEP)
    with desk.engine.begin() as connection:
        connection.execute(
            text("INSERT INTO facility (npi, name, address, version, run_id) SELECT '1', 'F', '{}', 1, 1")
        )
    return desk


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE practice SET name = 'Other'",
        "UPDATE practice SET time_zone = 'America/Chicago'",
        """UPDATE billing_provider SET address = address || '{"city": "Elsewhere"}'""",
        """UPDATE facility SET address = '{"city": "Elsewhere"}'""",
        "UPDATE provider SET valid_to = '2026-12-31'",
        "UPDATE payer_rule SET evidence = 'letter'",
        "UPDATE staff SET approval_limit_cents = 1",
        "UPDATE patient SET phone = '1'",
        "UPDATE coverage SET subscriber_zip = '03991'",
        "UPDATE coverage SET insurance_type = '12'",
        "UPDATE encounter SET cancelled_at = now()",
        "UPDATE encounter_version SET clia_number = '1'",
        "UPDATE quarantine SET subject = 'E3'",
        """UPDATE finding SET others = '[{"claim": "E9", "line": 1}]'""",
        "UPDATE finding SET override_reason = 'documented'",
        "UPDATE work_item SET priority_terms = '{}'",
    ],
)
def test_what_a_row_says_is_in_the_digest(practice: Desk, change: str) -> None:
    before = digest(practice.engine)
    with practice.engine.begin() as connection:
        assert connection.execute(text(change)).rowcount > 0
    assert digest(practice.engine) != before


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE patient SET version = 7, recorded_at = now()",
        "UPDATE received_file SET first_name = 'other.csv'",
        "UPDATE work_item SET owner = 'lee'",
        "UPDATE sweep_result SET context = 0",
    ],
)
def test_what_is_ours_alone_is_not(practice: Desk, change: str) -> None:
    before = digest(practice.engine)
    with practice.engine.begin() as connection:
        connection.execute(text(change))
    assert digest(practice.engine) == before
