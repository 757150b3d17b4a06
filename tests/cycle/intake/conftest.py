from pathlib import Path

import pytest
from sqlalchemy import Engine

from revcycle.foundation.archive import Archive
from tests.cycle.intake.delivery import Desk


@pytest.fixture
def desk(engine: Engine, tmp_path: Path) -> Desk:
    """An open desk."""
    return Desk(engine, Archive(tmp_path / "archive"), tmp_path).open()
