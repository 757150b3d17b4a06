"""The book of all visits that can be written, clean and wrong alike, under one numbering."""

from collections import Counter
from dataclasses import dataclass

from sample_practice.case_mix import VISITS
from sample_practice.planted import CASES, SHARED_DAYS
from sample_practice.visit import Case, Expected, Visit


@dataclass(frozen=True)
class Entry:
    """A visit and the findings it leads to when it is written as the book says."""

    visit: Visit
    expected: tuple[Expected, ...] = ()


@dataclass(frozen=True)
class BookedCase:
    """A case and the numbers of its visits' entries."""

    case: Case
    entries: tuple[int, ...]


def _entries(case: Case) -> list[Entry]:
    return [
        Entry(visit, tuple(finding for finding in case.expected if finding.visit == position))
        for position, visit in enumerate(case.visits)
    ]


def _booked(cases: tuple[Case, ...], start: int) -> tuple[BookedCase, ...]:
    booked = []
    for case in cases:
        booked.append(BookedCase(case, tuple(range(start, start + len(case.visits)))))
        start += len(case.visits)
    return tuple(booked)


def _each_rule_first(booked: tuple[BookedCase, ...]) -> tuple[BookedCase, ...]:
    """The first case of every rule before the second of any, so that a small sample shows many rules."""
    seen: Counter[str] = Counter()
    ranked = []
    for one in booked:
        rule = one.case.expected[0].rule
        ranked.append((seen[rule], one))
        seen[rule] += 1
    return tuple(one for _, one in sorted(ranked, key=lambda rank: rank[0]))


def _entries_of(cases: tuple[Case, ...]) -> tuple[Entry, ...]:
    return tuple(entry for case in cases for entry in _entries(case))


_WRONG = _entries_of(CASES)

ENTRIES = tuple(Entry(visit) for visit in VISITS) + _WRONG + _entries_of(SHARED_DAYS)
"""Every visit; the first len(VISITS) are the daily ones, in their order."""

WRONG_CASES = _each_rule_first(_booked(CASES, len(VISITS)))
CLEAN_PAIRS = _booked(SHARED_DAYS, len(VISITS) + len(_WRONG))
