"""The national tables as the oracles read them: Parquet through pyarrow into dicts of plain tuples."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from revcycle.foundation.archive import Archive
from revcycle.foundation.reference import ReleaseSet

HOSPITAL = "outpatient_hospital"
PRACTITIONER = "professional"


@dataclass(frozen=True)
class Source:
    """One Parquet table: which one, for whom, the first day it covers, the last day of its newest quarter."""

    name: str
    setting: str
    first_day: date
    last_day: date | None
    path: Path


def in_force(day: date, valid_from: date, valid_to: date | None) -> bool:
    """Both ends belong to the range; no end is still in force."""
    return valid_from <= day and (valid_to is None or day <= valid_to)


class Tables:
    """Everything the rules look up, by code."""

    def __init__(self, sources: Iterable[Source]) -> None:
        self.sources = tuple(sources)
        self.billable = self._by_code("icd10cm", "code", ())
        self.codes_in_order = sorted(self.billable)
        self.flags = self._by_code("diagnosis_flag", "code", ("manifestation", "external_cause", "age_low", "age_high"))
        self.procedures = self._by_code("hcpcs", "code", ())
        self.modifiers = self._by_code("modifier", "modifier", ("ncci",))
        self.conflicts = self._by_code("modifier_conflict", "modifier_1", ("modifier_2",))
        self.mue = self._by_code("mue", "code", ("value", "mai"))
        self.addons = self._by_code("addon", "addon", ("type", "primary_code"))

    def covers(self, name: str, day: date) -> bool:
        """Whether some release of the table had begun by the day."""
        return any(s.first_day <= day for s in self.sources if s.name == name)

    def newest_day(self, name: str) -> date:
        """The last day of the newest quarter loaded; the end of time where a table names none."""
        days = [s.last_day for s in self.sources if s.name == name and s.last_day is not None]
        return max(days, default=date.max)

    def pairs(self, codes: Iterable[str]) -> dict[tuple[str, str], list[tuple[str, int, date, date | None]]]:
        """(column 1, column 2) -> (setting, indicator, first day, last day), for pairs among the codes given."""
        wanted = sorted(set(codes))
        found: dict[tuple[str, str], list[tuple[str, int, date, date | None]]] = {}
        if not wanted:
            return found
        only = [("column_1", "in", wanted), ("column_2", "in", wanted)]
        for source in self._named("ptp"):
            for row in pq.read_table(source.path, filters=only).to_pylist():
                span = (source.setting, int(row["indicator"]), row["valid_from"], row["valid_to"])
                found.setdefault((row["column_1"], row["column_2"]), []).append(span)
        return found

    def practitioner_pairs_on(self, day: date) -> bool:
        """Whether a practitioner table covers the day, and so stands in for the hospital's."""
        return any(s.setting == PRACTITIONER and s.first_day <= day for s in self._named("ptp"))

    def _named(self, name: str) -> list[Source]:
        return [s for s in self.sources if s.name == name]

    def _by_code(self, name: str, key: str, values: Sequence[str]) -> dict[str, list[tuple[Any, ...]]]:
        """code -> [(first day, last day, *values)]."""
        found: dict[str, list[tuple[Any, ...]]] = {}
        for source in self._named(name):
            for row in pq.read_table(source.path).to_pylist():
                entry = (row["valid_from"], row["valid_to"], *(row[v] for v in values))
                found.setdefault(row[key], []).append(entry)
        return found


@cache
def tables_of(releases: ReleaseSet, archive: Path) -> Tables:
    """The tables of a set of releases, read once a session."""
    shelf = Archive(archive)
    return Tables(
        Source(one.source, one.setting, one.valid_from, one.valid_to, shelf.path(one.sha256))
        for one in releases.releases
    )
