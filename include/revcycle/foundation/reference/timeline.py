"""Which of several releases of one table governs a day.

Quarters and fiscal years follow each other, and the tables of some of them tell the past as well. A day belongs to
the first release that includes it: the one whose last day is the nearest at or after it; of those that end together,
the one that begins last (the narrower), then the greater version (a replacement file). After the last day of all of
them the newest stays in force. A day before all of them, or between two that leave a gap, belongs to none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from revcycle.foundation.reference.release import Release

FOREVER = date.max
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Reign:
    """The days, both ends included, on which one release governs."""

    release: Release
    first: date
    last: date


def timeline(releases: Sequence[Release]) -> list[Reign]:
    """The reigns of `releases`, in order of time; they never overlap."""
    starts = {release.valid_from for release in releases}
    starts |= {_last(release) + DAY for release in releases if _last(release) < FOREVER}
    reigns: list[Reign] = []
    ordered = sorted(starts)
    ends = [following - DAY for following in ordered[1:]] + [FOREVER]
    for first, last in zip(ordered, ends, strict=False):  # without releases there is an end and no start
        release = _governing(releases, first)
        if release is None:
            continue
        before = reigns[-1] if reigns else None
        if before and before.release == release and before.last + DAY == first:
            reigns[-1] = replace(before, last=last)
        else:
            reigns.append(Reign(release, first, last))
    return reigns


def _governing(releases: Sequence[Release], day: date) -> Release | None:
    covering = [release for release in releases if release.valid_from <= day <= _last(release)]
    if covering:
        return max(covering, key=lambda each: (-_last(each).toordinal(), each.valid_from, each.version))
    newest = max(releases, key=lambda each: (_last(each), each.valid_from, each.version))
    return newest if day > _last(newest) else None


def _last(release: Release) -> date:
    return release.valid_to or FOREVER
