import pytest

from tests.cycle.remittance.cashier import Cashier
from tests.deliveries import Desk


@pytest.fixture
def cashier(desk: Desk) -> Cashier:
    return Cashier(desk)
