"""One partner's server for the test process, and a practice that exchanges with it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from revcycle.foundation.archive import Archive
from tests.cycle.exchange.partner_server import PartnerServer
from tests.cycle.exchange.practice import Practice


@pytest.fixture
def partner_server(tmp_path: Path) -> Iterator[PartnerServer]:
    """The partner's server with an empty mailbox."""
    server = PartnerServer(tmp_path / "partner")
    yield server
    server.close()


@pytest.fixture
def practice_with(engine: Engine, partner_server: PartnerServer, tmp_path: Path) -> Callable[..., Practice]:
    """Makes the practice: `manners` are the partner's mailbox settings, the rest its other settings."""

    def make(manners: dict[str, Any] | None = None, **settings: Any) -> Practice:
        archive = Archive(tmp_path / "archive")
        return Practice(engine, archive, partner_server, manners or {}, settings).settle_in()

    return make


@pytest.fixture
def practice(practice_with: Callable[..., Practice]) -> Practice:
    """A practice whose partner takes the rename of a hidden name."""
    return practice_with()
