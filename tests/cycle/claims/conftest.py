import pytest

from tests.cycle.claims.biller import Biller
from tests.deliveries import Desk


@pytest.fixture
def biller(desk: Desk) -> Biller:
    """A practice that can bill, without an encounter yet."""
    return Biller(desk)
