"""Whether the disks of a state have room to work."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from revcycle.foundation.state import State
from revcycle.local.databases import databases

LEAST_FREE_BYTES = 256 * 2**20  # below it PostgreSQL's log of changes, which grows by 16 MB files, soon ends it


def full_disks(state: State) -> list[str]:
    """One sentence for each file system of the state that has almost no room left: the folder, and what to do."""
    return [
        f"The disk of {folder} is full ({free / 1e6:,.0f} MB free): make room on it, then ./revcycle up."
        for folder in _one_a_file_system(state)
        if (free := shutil.disk_usage(folder).free) < LEAST_FREE_BYTES
    ]


def _one_a_file_system(state: State) -> Iterator[Path]:
    """The state folder, and the database's where that is elsewhere (of a path that is not there yet, its parent)."""
    server = databases(state).server
    seen = set()
    for path in (state.root, *([server.data] if server else [])):
        folder = next(place for place in (path, *path.parents) if place.exists())
        if (device := folder.stat().st_dev) not in seen:
            seen.add(device)
            yield folder
