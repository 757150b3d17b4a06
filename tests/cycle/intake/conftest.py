from pathlib import Path

import pytest
from sqlalchemy import Engine
from tests.cycle.intake.delivery import Desk

from revcycle.foundation.archive import Archive


@pytest.fixture
def desk(engine: Engine, tmp_path: Path) -> Desk:
    """An open desk."""
    return Desk(engine, Archive(tmp_path / "archive"), tmp_path).open()
