"""A payer's house: claims in, all payments out, each read back by the oracle."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from clearinghouse_simulator import Simulator
from tests.clearinghouse_simulator.partner_client import Simulate, give
from tests.clearinghouse_simulator.partner_files import PlainClaim, professional
from tests.clearinghouse_simulator.payments.remittance_oracle import Told

NOON = datetime.fromisoformat("2026-11-24T12:00:00-05:00")

Pay = Callable[..., list[Told]]


@pytest.fixture
def pay(simulate: Simulate) -> Pay:
    """Sends the claims under one payment rule (a mapping) or a whole `payments` section, and takes all payments."""

    def run(*claims: PlainClaim, rule: dict[str, Any] | None = None, **section: Any) -> list[Told]:
        simulator = simulate({"payments": {"rules": [rule] if rule else [], **section}}, now=NOON)
        give(simulator, professional(list(claims)))
        simulator.pay()
        return told(simulator)

    return run


def told(simulator: Simulator) -> list[Told]:
    """All 835 that appeared, in order."""
    return [Told(payment.body) for payment in simulator.payments]
