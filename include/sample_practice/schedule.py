"""Who is seen when, by whom and for what: the sample's encounters as arrays, in the order of their numbers."""

from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from sample_practice.book import CLEAN_PAIRS, ENTRIES, WRONG_CASES, BookedCase
from sample_practice.case_mix import SPECIALTY_WEIGHTS, VISITS
from sample_practice.draw import Draw, Flags, Integers, position
from sample_practice.people import AUDIENCES, UNINSURED, People
from sample_practice.practice import PAYERS
from sample_practice.visit import ADULT, CHILD, FAMILY, NEW, SENIOR, SPECIALTIES

WEEKS = 8
# One encounter in so many has a planted error; of them, one in so many of all is filed too late.
PLANTED_EVERY = 20
EXPIRED_EVERY = 250
CLEAN_PAIR_EVERY = 250

_SATURDAY, _SUNDAY = 5, 6
_SATURDAY_WEIGHT = 0.08
_ENTRY_LAGS = (0.5, 0.3, 0.12, 0.08)
_NEW_PATIENTS = 0.35
_UNPLANNED = -1


@dataclass(frozen=True)
class Schedule:
    """Encounters as arrays. Days are ordinals, `entry` is a number of the book, `variant` one of its diagnosis lists.

    `late` ones were coded long after the service; of them the `expired` are past their payer's limit.
    """

    patient: Integers
    served: Integers
    entered: Integers
    entry: Integers
    variant: Integers
    late: Flags
    expired: Flags

    def __len__(self) -> int:
        return len(self.patient)


def make_schedule(seed: int, people: People, encounters: int, through: date) -> Schedule:
    """`encounters` encounters of the eight weeks that end on `through`, and a few older ones entered in them."""
    draw = Draw(seed, "schedule")
    patient, served = _appointments(draw, len(people), encounters, through)
    lag = draw.weighted(_ENTRY_LAGS, encounters)
    # Whatever weekday the last date is, something is entered on it.
    lag[-1] = len(_ENTRY_LAGS) - 1
    late, expired = _late(draw, people, patient)
    entered = np.minimum(served + lag, through.toordinal())
    limit = np.array([payer.limit_days for payer in PAYERS])[people.payer[patient]]
    plan = Schedule(
        patient=patient,
        served=np.where(late, entered - limit - _past_limit(draw, expired), served),
        entered=entered,
        entry=np.full(encounters, _UNPLANNED, dtype=np.int64),
        variant=np.zeros(encounters, dtype=np.int64),
        late=late,
        expired=expired,
    )
    bench = _Bench(draw, people, plan)
    bench.place(CLEAN_PAIRS, encounters // CLEAN_PAIR_EVERY)
    bench.place(WRONG_CASES, encounters // PLANTED_EVERY - int(expired.sum()))
    _fill_with_daily_visits(draw, people, plan)
    lists = np.array([len(booked.visit.diagnoses) for booked in ENTRIES])
    return replace(
        plan,
        entered=np.where(late, entered, np.minimum(plan.served + lag, through.toordinal())),
        variant=draw.below(lists[plan.entry], encounters),
    )


def _appointments(draw: Draw, patients: int, encounters: int, through: date) -> tuple[Integers, Integers]:
    """Patient and day of each encounter, by day. Every patient comes once at least, and never twice on one day."""
    days = through.toordinal() - np.arange(7 * WEEKS - 1, -1, -1)
    # Ordinal 1 is a Monday.
    weekday = (days - 1) % 7
    weights = np.where(weekday == _SUNDAY, 0.0, np.where(weekday == _SATURDAY, _SATURDAY_WEIGHT, 1.0))
    # Even shares instead of independent draws: no working day stays empty.
    slot = position(list(weights), (draw.order(encounters) + 0.5) / encounters)
    share = draw.uniform(encounters)
    # Some come often: the low numbers. Plain products, because powers may differ between machines.
    regulars = np.floor((share + share * share) / 2 * patients).astype(np.int64)
    patient = np.where(np.arange(encounters) < patients, np.arange(encounters), regulars)
    while (again := _repeats(patient, slot)).size:
        patient[again] = draw.below(patients, again.size)
        slot[again] = draw.weighted(list(weights), again.size)
    order = np.argsort(slot, kind="stable")
    return patient[order], days[slot[order]]


def _repeats(patient: Integers, slot: Integers) -> Integers:
    first = np.unique(patient * (7 * WEEKS) + slot, return_index=True)[1]
    return np.setdiff1d(np.arange(len(patient)), first)


def _late(draw: Draw, people: People, patient: Integers) -> tuple[Flags, Flags]:
    """Encounters coded long after the service, and those of them that are past their payer's limit."""
    encounters = len(patient)
    order = draw.order(encounters)
    once = order[np.sort(np.unique(patient[order], return_index=True)[1])]
    who = patient[once]
    grown = people.audience[who] != AUDIENCES.index(CHILD)
    settled = once[grown & (people.payer[who] != UNINSURED) & (people.before[who] == UNINSURED)]
    count = min(encounters // PLANTED_EVERY, max(1, encounters // EXPIRED_EVERY))
    late, expired = np.zeros(encounters, dtype=np.bool_), np.zeros(encounters, dtype=np.bool_)
    late[settled[: 2 * count]] = True
    expired[settled[:count]] = True
    return late, expired


def _past_limit(draw: Draw, expired: Flags) -> Integers:
    """Days past the limit: 10 to 59, or 5 to 29 days before it."""
    return np.where(expired, 10 + draw.below(50, len(expired)), -5 - draw.below(25, len(expired)))


class _Bench:
    """Puts cases into encounters of a plan that are still free: changes their `entry`, and of pairs patient and day."""

    def __init__(self, draw: Draw, people: People, plan: Schedule) -> None:
        self._plan = plan
        self._order = draw.order(len(plan))
        self._free = ~plan.expired & (people.audience[plan.patient] != AUDIENCES.index(CHILD))

    def place(self, cases: tuple[BookedCase, ...], count: int) -> None:
        """Place `count` cases, each kind in turn; a kind that fits no free encounter's date is left out."""
        left = count
        while left > 0:
            kinds = [case for case in cases if self._fitting(case).size]
            if not kinds:
                return
            shares = {number: len(range(number, left, len(kinds))) for number in range(len(kinds))}
            # The choosy first: pairs, then those of a few days only.
            for number in sorted(shares, key=lambda number: _choosiness(kinds[number])):
                left -= self._place(kinds[number], shares[number])

    def _fitting(self, booked: BookedCase) -> Integers:
        """Positions that can take the case, in a random order."""
        case = booked.case
        fits: Flags = (
            self._free & (self._plan.served >= case.first.toordinal()) & (self._plan.served <= case.last.toordinal())
        )
        if len(case.visits) > 1:
            usual = self._free & ~self._plan.late
            fits = fits & ~self._plan.late & np.append(usual[1:], False) & (np.arange(len(usual)) % 2 == 0)
        return self._order[fits[self._order]]

    def _place(self, booked: BookedCase, count: int) -> int:
        here = self._fitting(booked)[:count]
        for step, number in enumerate(booked.entries):
            self._plan.patient[here + step] = self._plan.patient[here]
            self._plan.served[here + step] = self._plan.served[here]
            self._plan.entry[here + step] = number
            self._free[here + step] = False
        return len(here)


def _choosiness(booked: BookedCase) -> tuple[bool, bool]:
    case = booked.case
    return len(case.visits) == 1, (case.first, case.last) == (date.min, date.max)


def _fill_with_daily_visits(draw: Draw, people: People, plan: Schedule) -> None:
    """Give every encounter without a case a visit of its specialty that fits the patient."""
    encounters = len(plan)
    audience = people.audience[plan.patient]
    child = audience == AUDIENCES.index(CHILD)
    specialty = np.where(
        child, SPECIALTIES.index(FAMILY), draw.weighted([SPECIALTY_WEIGHTS[name] for name in SPECIALTIES], encounters)
    )
    new = ~child & _first_visits(plan) & draw.chance(_NEW_PATIENTS, encounters)
    kinds = {
        NEW: (new, (NEW,)),
        CHILD: (child, (CHILD,)),
        ADULT: (~new & (audience == AUDIENCES.index(ADULT)), (ADULT,)),
        SENIOR: (~new & (audience == AUDIENCES.index(SENIOR)), (ADULT, SENIOR)),
    }
    share = draw.uniform(encounters)
    for number, name in enumerate(SPECIALTIES):
        for fits, audiences in kinds.values():
            pool = [at for at, visit in enumerate(VISITS) if visit.specialty == name and visit.audience in audiences]
            here = np.flatnonzero((plan.entry == _UNPLANNED) & (specialty == number) & fits)
            if here.size:
                plan.entry[here] = np.array(pool)[position([VISITS[at].weight for at in pool], share[here])]


def _first_visits(plan: Schedule) -> Flags:
    order = np.lexsort((np.arange(len(plan)), plan.served, plan.patient))
    first = np.zeros(len(plan), dtype=np.bool_)
    first[order[np.append(True, np.diff(plan.patient[order]) != 0)]] = True
    return first
