import pytest
from sqlalchemy import Engine

from tests.foundation.ledger.books import Books


@pytest.fixture
def books(engine: Engine) -> Books:
    return Books(engine)
