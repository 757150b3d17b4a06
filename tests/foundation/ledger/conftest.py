from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from tests.foundation.ledger.books import Books


@pytest.fixture
def books(engine: Engine, run_id: int) -> Iterator[Books]:
    """An empty ledger in a transaction that is never committed."""
    with engine.connect() as connection, connection.begin() as one:
        yield Books(connection, run_id)
        one.rollback()
