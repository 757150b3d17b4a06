"""Releases: what one code set or national edit table says, from a first to a last day.

A release is one Parquet object in the archive. The active releases together are a `ReleaseSet`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

PROFESSIONAL = "professional"
HOSPITAL = "outpatient_hospital"
ANY = "any"


@dataclass(frozen=True)
class Release:
    """One table, of one source and setting, as published at one time.

    `valid_from` is the first day the table covers: before it, its rules give nothing. `valid_to` is the last day of
    the newest quarter (or fiscal year) in it: a code stays in force after that day, but a code that the table lacks
    may by then be newer than the table.
    """

    source: str
    setting: str
    version: str
    valid_from: date
    valid_to: date | None
    sha256: str
    rows: int

    @property
    def key(self) -> tuple[str, str, str]:
        """What names a release: source, setting, version. Loading the same key again replaces it."""
        return self.source, self.setting, self.version

    def as_json(self) -> dict[str, Any]:
        """The release as plain JSON values, dates as ISO text."""
        return {
            "source": self.source,
            "setting": self.setting,
            "version": self.version,
            "valid_from": self.valid_from.isoformat(),
            "valid_to": self.valid_to.isoformat() if self.valid_to else None,
            "sha256": self.sha256,
            "rows": self.rows,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Release:
        """The release that `as_json` wrote. Raises KeyError, TypeError or ValueError on anything else."""
        last = value["valid_to"]
        return cls(
            source=str(value["source"]),
            setting=str(value["setting"]),
            version=str(value["version"]),
            valid_from=date.fromisoformat(value["valid_from"]),
            valid_to=None if last is None else date.fromisoformat(last),
            sha256=str(value["sha256"]),
            rows=int(value["rows"]),
        )


@dataclass(frozen=True)
class ReleaseSet:
    """The active releases, in the order of their keys."""

    releases: tuple[Release, ...] = ()

    @classmethod
    def of_all(cls, releases: Iterable[Release]) -> ReleaseSet:
        """A set of `releases` in which the last one of a key wins."""
        by_key = {release.key: release for release in releases}
        return cls(tuple(by_key[key] for key in sorted(by_key)))

    def of(self, source: str, setting: str | None = None) -> tuple[Release, ...]:
        """The releases of a source, of one setting or of all."""
        return tuple(r for r in self.releases if r.source == source and setting in (None, r.setting))

    def digest(self) -> str:
        """sha256 over everything the set says: equal digests judge a claim alike."""
        facts = [release.as_json() for release in sorted(self.releases, key=lambda release: release.key)]
        return hashlib.sha256(json.dumps(facts, sort_keys=True, separators=(",", ":")).encode()).hexdigest()

    def age(self, as_of: date) -> dict[Release, int]:
        """Days since the last day each release covers; 0 while it still covers `as_of`."""
        return {r: max(0, (as_of - r.valid_to).days) if r.valid_to else 0 for r in self.releases}
