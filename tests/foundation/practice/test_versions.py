"""Settings in the database: equal ones write no row, a change is a new version, what is gone ends."""

from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy import Engine, text

from revcycle.foundation import practice
from revcycle.foundation.practice import Changes
from revcycle.foundation.practice.limits import (
    stored_extensions,
    stored_limits,
    stored_receipt_rules,
    stored_warnings,
)
from revcycle.foundation.practice.time_rules import APPEAL
from tests.foundation.practice.test_reading import TEXT, TIMED, settings_of

NOW = datetime(2026, 7, 6, 5, tzinfo=UTC)
LATER = datetime(2026, 7, 7, 5, tzinfo=UTC)
SETTINGS = ("practice", "billing_provider", "provider", "facility", "payer", "payer_rule", "staff")


def load(engine: Engine, tmp_path: Path, content: str, run_id: int, now: datetime = NOW) -> Changes:
    settings = settings_of(tmp_path, content)
    with engine.begin() as connection:
        return practice.load(connection, settings, run_id=run_id, now=now)


def rows(engine: Engine, statement: str) -> list[tuple[object, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(statement))]


def test_equal_settings_write_no_row(engine: Engine, tmp_path: Path, run_id: int) -> None:
    everything = " UNION ALL ".join(f"SELECT count(*), max(recorded_at) FROM {name}" for name in SETTINGS)
    assert load(engine, tmp_path, TEXT, run_id) == Changes(added=8)
    before = rows(engine, everything)
    assert not load(engine, tmp_path, TEXT.replace("npi: 1000000012", 'npi: "1000000012"'), run_id, LATER)
    assert rows(engine, everything) == before


def test_a_change_supersedes_and_adds_a_version(engine: Engine, tmp_path: Path, run_id: int) -> None:
    load(engine, tmp_path, TEXT, run_id)
    changes = load(engine, tmp_path, TEXT.replace("name: Northwind Health", "name: Northwind"), run_id, LATER)
    assert changes == Changes(changed=1)
    assert rows(engine, "SELECT name, version, superseded_at FROM payer ORDER BY version") == [
        ("Northwind Health", 1, LATER),
        ("Northwind", 2, None),
    ]


def test_what_is_gone_ends_and_what_returns_is_the_next_version(engine: Engine, tmp_path: Path, run_id: int) -> None:
    load(engine, tmp_path, TEXT, run_id)
    without = TEXT.replace('  - {npi: "1000000111", last_name: "No"}\n', "")
    assert load(engine, tmp_path, without, run_id, LATER) == Changes(removed=1)
    assert load(engine, tmp_path, TEXT, run_id, LATER) == Changes(added=1)
    found = rows(engine, "SELECT version, superseded_at FROM provider WHERE npi = '1000000111' ORDER BY 1")
    assert found == [(1, LATER), (2, None)]


def test_filing_limits_may_move_against_each_other(engine: Engine, tmp_path: Path, run_id: int) -> None:
    load(engine, tmp_path, TEXT, run_id)
    moved = TEXT.replace("2025-12-31", "2026-05-31").replace("valid_from: 2026-01-01", "valid_from: 2026-06-01")
    assert load(engine, tmp_path, moved, run_id, LATER) == Changes(added=1, changed=1, removed=1)
    current = "SELECT valid_from::text, value FROM payer_rule WHERE superseded_at IS NULL ORDER BY 1"
    assert rows(engine, current) == [
        ("2010-01-01", {"count": 6, "unit": "months"}),
        ("2026-06-01", {"count": 90, "unit": "days"}),
    ]


def test_rules_about_time_are_read_as_they_were_written(engine: Engine, tmp_path: Path, run_id: int) -> None:
    content = TIMED.replace("{days: 90}, source: contract 2026", "{days: 90}, rolls: true, source: contract 2026")
    load(engine, tmp_path, content, run_id)
    settings = settings_of(tmp_path, content)
    with engine.connect() as connection:
        assert sorted(stored_limits(connection), key=repr) == sorted(settings.filing_limits(), key=repr)
        (appeal,) = stored_limits(connection, APPEAL)
        (extension,) = stored_extensions(connection)
        (receipt,) = stored_receipt_rules(connection)
        (warnings,) = stored_warnings(connection)
    assert {limit.closed_on for limit in settings.filing_limits()} == {(date(2026, 11, 27),), ()}
    assert (appeal.counts_from, appeal.presumed_days, appeal.closed_on) == ("remittance", 5, ())
    assert (extension.claim, extension.until) == ("", date(2027, 1, 31))
    assert (receipt.cut_off_hour, receipt.closed_on) == (18, (date(2026, 11, 27),))
    assert (warnings.days_before, warnings.escalates_to) == ((30, 14), "wren")
    assert not load(engine, tmp_path, content, run_id, LATER)


def test_rules_of_another_kind_are_left_alone(engine: Engine, tmp_path: Path, run_id: int) -> None:
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO payer_rule (payer, kind, valid_from, value, source, version, run_id)"
                " VALUES ('NORTHWIND', 'answer', '2020-01-01', '{}', 'contract', 1, :run_id)"
            ),
            {"run_id": run_id},
        )
    load(engine, tmp_path, TEXT, run_id)
    assert load(engine, tmp_path, TEXT, run_id, LATER) == Changes()
    assert rows(engine, "SELECT superseded_at FROM payer_rule WHERE kind = 'answer'") == [(None,)]
