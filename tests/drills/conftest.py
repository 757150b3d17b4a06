"""One state that all drills share, brought up with the sample practice and its first night."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from revcycle.foundation.reference import ReleaseSet
from revcycle.foundation.state import State
from tests.drills.memory import highest_mib
from tests.drills.running_state import RunningState, finish, running_state


def pytest_configure(config: pytest.Config) -> None:
    """The marker of pytest-xdist, for a run without it."""
    config.addinivalue_line("markers", "xdist_group(name): tests that one worker runs one after the other")


@dataclass(frozen=True)
class Practice:
    """A running state whose last business date `day` is done.

    `summary` is what `up` printed of its nights, `truth` what the clearinghouse had paid by then, and `highest_mib`
    what all processes held together at most.
    """

    running: RunningState
    day: date
    summary: dict[str, Any]
    truth: list[dict[str, Any]]
    highest_mib: float


@pytest.fixture(scope="session")
def practice(tmp_path_factory: pytest.TempPathFactory, starter: tuple[State, ReleaseSet]) -> Iterator[Practice]:
    with running_state(tmp_path_factory.mktemp("drills") / "practice") as running:
        yield first_nights(running, starter)


def first_nights(running: RunningState, starter: tuple[State, ReleaseSet]) -> Practice:
    """Bring a new state up, with the sample practice and its nights."""
    running.stock(starter)
    up = running.begin("up", "--port", str(running.port), "--json")
    highest = highest_mib(running, up)
    summary = json.loads(finish(up)[0])
    assert summary["encounters_swept"] > 0
    told = (running.state.root / "simulator" / "truth.jsonl").read_text()
    truth = [json.loads(line) for line in told.splitlines()]
    return Practice(running, date.fromisoformat(summary["business_date"]), summary, truth, highest)


@pytest.fixture
def running(practice: Practice) -> RunningState:
    return practice.running


@pytest.fixture(scope="session")
def day(practice: Practice) -> date:
    return practice.day
