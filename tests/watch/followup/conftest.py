import pytest
from sqlalchemy import Engine

from revcycle.foundation.state import State
from tests.watch.followup.followed import Followed


@pytest.fixture
def office(engine: Engine, state: State) -> Followed:
    return Followed(engine, state)
