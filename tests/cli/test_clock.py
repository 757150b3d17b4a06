"""The machine's date."""

import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

import revcycle.cli
from revcycle.cli.clock import today


@pytest.fixture
def zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    yield monkeypatch
    monkeypatch.undo()
    time.tzset()


def test_today_is_the_date_in_the_machines_time_zone(zone: pytest.MonkeyPatch) -> None:
    days: list[date] = []
    for name in ("Etc/GMT+12", "Etc/GMT-14"):  # twelve hours behind UTC and fourteen before it: never the same date
        zone.setenv("TZ", name)
        time.tzset()
        days.append(today())
    assert days[0] < days[1]


def test_the_machines_date_is_taken_in_one_place() -> None:
    folder = Path(revcycle.cli.__file__).parent
    assert [path.name for path in sorted(folder.glob("*.py")) if ".astimezone()" in path.read_text()] == ["clock.py"]
