"""A practice that sent claims and gets answers."""

import pytest
from sqlalchemy import Engine

from revcycle.foundation.state import State
from tests.sent_claims import Office


@pytest.fixture
def office(engine: Engine, state: State) -> Office:
    return Office(engine, state)
