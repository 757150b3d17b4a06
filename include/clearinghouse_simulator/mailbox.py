"""The folders that the partner shows, and the two behind them: taken (being answered) and received (answered)."""

import os
import posixpath
import time
from fnmatch import fnmatchcase
from pathlib import Path

TEMPORARY = (".*", "*.part", "*.tmp")
"""Names under which a file is not picked up: it is still being written."""


class Mailbox:
    """Picks up and delivers by renames inside one file system: a file is there whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "partner"
        self.inbound = self.root / "inbound"
        self.outbound = self.root / "outbound"
        self.received = folder / "received"
        self._taken = folder / "taken"
        for each in (self.inbound / "tmp", self.outbound, self._taken, self.received):
            each.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)

    def is_final(self, path: str) -> bool:
        """Whether a path of the client is one at which a file is picked up."""
        folder, name = posixpath.split(path)
        return folder == "/inbound" and not any(fnmatchcase(name, pattern) for pattern in TEMPORARY)

    def waiting(self, *, unchanged_for: float = 0.0) -> list[str]:
        """Names of files to pick up that did not change for so many seconds, the oldest first."""
        limit = time.time() - unchanged_for
        found = [
            (entry.stat().st_mtime_ns, entry.name)
            for entry in os.scandir(self.inbound)
            if entry.is_file(follow_symlinks=False) and self.is_final(f"/inbound/{entry.name}")
        ]
        return [name for changed, name in sorted(found) if unchanged_for == 0 or changed / 1e9 <= limit]

    def take(self, name: str) -> Path:
        """Take a file out of /inbound. Its new name begins with a number that grows, so the order is kept."""
        taken = self._taken / f"{time.time_ns():020d}-{name}"
        (self.inbound / name).rename(taken)
        return taken

    def unanswered(self) -> list[Path]:
        """What was taken before a stop and is not answered yet, in order."""
        return sorted(self._taken.iterdir())

    def keep(self, taken: Path) -> None:
        """Put an answered file away."""
        taken.rename(self.received / taken.name)

    def deliver(self, name: str, body: bytes) -> None:
        """Let an answer appear in /outbound, whole."""
        unfinished = self.root / f".{name}"
        unfinished.write_bytes(body)
        unfinished.rename(self.outbound / name)
