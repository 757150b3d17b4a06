"""Files that seem to be still written: each look at one shows more of it."""

from dataclasses import dataclass

import asyncssh

_TICK = 1.0
"""Seconds by which the time of change moves at each look."""


@dataclass
class _Growing:
    looks: int
    seen: int = 0


class Growth:
    """Which files grow and how much of each was shown; one for all connections."""

    def __init__(self) -> None:
        self._files: dict[str, _Growing] = {}

    def begin(self, path: str, looks: int) -> None:
        self._files.setdefault(path, _Growing(looks))

    def look(self, path: str, attrs: asyncssh.SFTPAttrs) -> asyncssh.SFTPAttrs:
        """Count a look; the attributes as they are shown then."""
        if path in self._files:
            self._files[path].seen += 1
        return self.show(path, attrs)

    def show(self, path: str, attrs: asyncssh.SFTPAttrs) -> asyncssh.SFTPAttrs:
        """The attributes as the last look left them."""
        growing = self._files.get(path)
        if growing and growing.seen <= growing.looks and attrs.size is not None and attrs.mtime is not None:
            attrs.mtime = int(attrs.mtime - _TICK * (growing.looks + 1 - growing.seen))
            attrs.size = self.shown(path, attrs.size)
        return attrs

    def shown(self, path: str, size: int) -> int:
        """How many of its bytes a file shows."""
        growing = self._files.get(path)
        if growing is None or growing.seen > growing.looks:
            return size
        return size * growing.seen // (growing.looks + 1)
