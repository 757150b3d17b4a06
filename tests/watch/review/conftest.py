import pytest
from sqlalchemy import Engine

from revcycle.foundation.archive import Archive
from revcycle.foundation.state import State
from tests.watch.review.books import Books


@pytest.fixture
def books(engine: Engine, state: State) -> Books:
    """A practice without a fact yet."""
    return Books(engine, Archive(state.archive))
