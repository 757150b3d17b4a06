"""A running simulator, and a partner's client that talks SFTP to it."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from clearinghouse_simulator import Simulator
from tests.clearinghouse_simulator.partner_client import Client, Connect, Simulate


@pytest.fixture
def simulate(tmp_path: Path) -> Iterator[Simulate]:
    """Starts a simulator under a scenario (a mapping) in `tmp_path`; it ends with the test."""
    with ExitStack() as running:

        def start(scenario: dict[str, Any] | None = None, **settings: Any) -> Simulator:
            return running.enter_context(Simulator(tmp_path / "simulator", scenario or {}, **settings))

        yield start


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Logs in to a simulator; the sessions end with the test."""
    with ExitStack() as open_ones:

        def log_in(simulator: Simulator, **how: Any) -> Client:
            client = Client(simulator, **how)
            open_ones.callback(client.close)
            return client

        yield log_in


@pytest.fixture
def wait_for() -> Callable[[Callable[[], bool]], None]:
    """Waits until something is so, at most five seconds."""

    def wait(so: Callable[[], bool]) -> None:
        until = time.monotonic() + 5
        while not so():
            assert time.monotonic() < until, "it did not happen"
            time.sleep(0.02)

    return wait
