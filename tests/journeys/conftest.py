from collections.abc import Iterator
from pathlib import Path

import pytest

from clearinghouse_simulator import Simulator
from tests.cycle.claims.biller import Biller
from tests.deliveries import Desk
from tests.journeys.journey import Journey


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Simulator]:
    """A clearinghouse that accepts everything."""
    with Simulator(tmp_path / "house", scenario={"rules": []}) as simulator:
        yield simulator


@pytest.fixture
def journey(desk: Desk, house: Simulator) -> Journey:
    return Journey(Biller(desk), house)
