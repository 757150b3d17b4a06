"""One state that all drills share, brought up with the sample practice and its first night."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pytest

from revcycle.foundation.reference import ReleaseSet
from revcycle.foundation.state import State
from tests.drills.running_state import RunningState, running_state


def pytest_configure(config: pytest.Config) -> None:
    """The marker of pytest-xdist, for a run without it."""
    config.addinivalue_line("markers", "xdist_group(name): tests that one worker runs one after the other")


@dataclass(frozen=True)
class Practice:
    """A running state whose last business date `day` is done."""

    running: RunningState
    day: date


@pytest.fixture(scope="session")
def practice(tmp_path_factory: pytest.TempPathFactory, starter: tuple[State, ReleaseSet]) -> Iterator[Practice]:
    with running_state(tmp_path_factory.mktemp("drills") / "practice") as running:
        running.stock(starter)
        summary = json.loads(running.up())
        assert summary["encounters_swept"] > 0
        yield Practice(running, date.fromisoformat(summary["business_date"]))


@pytest.fixture
def running(practice: Practice) -> RunningState:
    return practice.running


@pytest.fixture(scope="session")
def day(practice: Practice) -> date:
    return practice.day
