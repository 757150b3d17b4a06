import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

MEMORY = Path("/dev/shm")


@pytest.fixture
def another_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder into which nothing of `tmp_path` can be renamed."""
    if not MEMORY.is_dir() or MEMORY.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("this machine has one disk only")
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        yield Path(folder)
