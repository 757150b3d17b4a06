"""Logs do not fill the disk: ours are rotated by size, Airflow's task logs are deleted by age."""

import contextlib
import itertools
import os
import shutil
import time
from collections.abc import Iterable
from pathlib import Path

from revcycle.foundation.state import State
from revcycle.foundation.store.embedded import EmbeddedPostgres

LIMIT_BYTES = 10 * 2**20
KEPT = 3
TASK_LOG_DAYS = 30
TASK_LOGS = "airflow"


def part_log(state: State, part: str) -> Path:
    """Where a part writes what it has to say about itself."""
    return state.logs / f"{part}.log"


def tidy(state: State, server: EmbeddedPostgres | None) -> None:
    """Rotate every log of ours that has grown too large, delete task logs that are too old."""
    rotate(state.logs.glob("*.log"))
    if server is not None:
        rotate([server.log])
    delete_older_than(TASK_LOG_DAYS * 86_400, state.logs / TASK_LOGS)


def rotate(logs: Iterable[Path], limit: int = LIMIT_BYTES) -> None:
    """Copy and cut: the writer has the file open for appending and goes on in it."""
    for log in logs:
        with contextlib.suppress(FileNotFoundError):
            if not log.is_symlink() and log.stat().st_size > limit:
                older = [log.with_name(f"{log.name}.{number}") for number in range(1, KEPT + 1)]
                for newer, old in reversed(list(itertools.pairwise(older))):
                    if newer.exists():
                        newer.replace(old)
                older[0].unlink(missing_ok=True)
                _copy_and_cut(log, older[0])


def _copy_and_cut(log: Path, copy: Path) -> None:
    # never through a link, put there just now: the database's log belongs to another account than who rotates it
    source = os.open(log, os.O_RDWR | os.O_NOFOLLOW)
    target = os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(source, "rb+") as reader, os.fdopen(target, "wb") as writer:
        shutil.copyfileobj(reader, writer)
        reader.truncate(0)


def delete_older_than(seconds: float, folder: Path) -> None:
    """Delete files not written to for so long, and the folders that are empty then."""
    oldest = time.time() - seconds
    for parent, folders, files in os.walk(folder, topdown=False):
        for name in files:
            path = Path(parent, name)
            with contextlib.suppress(OSError):
                if path.lstat().st_mtime < oldest:
                    path.unlink()
        for name in folders:
            path = Path(parent, name)
            with contextlib.suppress(OSError):  # not empty, or a link
                if path.lstat().st_mtime < oldest:
                    path.rmdir()
