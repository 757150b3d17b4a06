"""Patients and what they are insured by. Names, streets and numbers are invented and look it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np

from sample_practice.draw import Draw, Flags, Integers
from sample_practice.practice import PAYER_CODES, TOWNS
from sample_practice.visit import ADULT, CHILD, SENIOR

AUDIENCES = (CHILD, ADULT, SENIOR)
UNINSURED = -1

PATIENT_COLUMNS = (
    "patient_id,last_name,first_name,middle_name,suffix,birth_date,sex,death_date,"
    "address_1,address_2,city,state,zip,phone"
)
COVERAGE_COLUMNS = (
    "patient_id,responsibility,payer,member_id,group_number,group_name,insurance_type,relationship,"
    "subscriber_last_name,subscriber_first_name,subscriber_middle_name,subscriber_suffix,subscriber_birth_date,"
    "subscriber_sex,subscriber_address_1,subscriber_address_2,subscriber_city,subscriber_state,subscriber_zip,"
    "valid_from,valid_to"
)

_SHARES = {CHILD: 0.1, ADULT: 0.58, SENIOR: 0.32}
# Years of age on the last date of the sample; far enough from 18 and 65 that no earlier service crosses them.
_AGES = {CHILD: (3, 13), ADULT: (21, 63), SENIOR: (67, 92)}
# Weights of MEDICARE, MEDICAID, TRICARE, LARKSPUR, TIDEWATER and no insurance.
_INSURERS = {
    CHILD: (0.0, 0.42, 0.16, 0.24, 0.15, 0.03),
    ADULT: (0.0, 0.15, 0.13, 0.38, 0.29, 0.05),
    SENIOR: (0.9, 0.0, 0.0, 0.06, 0.04, 0.0),
}
_MEDICARE, _LARKSPUR, _TIDEWATER = (PAYER_CODES.index(code) for code in ("MEDICARE", "LARKSPUR", "TIDEWATER"))
_SWITCHES = 0.06
_SUPPLEMENTED = 0.4
_MARRIED_IN = 0.2
# Medicare is second where the patient or the spouse still works for a large employer (SBR05 = 12).
_WORKING_AGED = "12"

_FIRST_NAMES = (
    "Alba", "Arno", "Bela", "Cleo", "Dario", "Edda", "Fenn", "Greta", "Hale", "Ilka", "Joss", "Kaia", "Lorin",
    "Mina", "Nevin", "Orla", "Pim", "Quinn", "Rhea", "Sten", "Tova", "Uri", "Vesna", "Wim", "Xenia", "Yara", "Zeno",
)  # fmt: skip
_NAME_BEGINS = (
    "Bramble", "Candle", "Dapple", "Ember", "Fable", "Gravel", "Hazel", "Ivory", "Juniper", "Kettle", "Lantern",
    "Marble", "Nettle", "Otter", "Pebble", "Quarry", "Raven", "Saffron", "Thistle", "Velvet", "Willow", "Yarrow",
)  # fmt: skip
_NAME_ENDS = ("sample", "mock", "specimen", "fixture", "example", "stand", "wick", "by", "holt", "mere", "ton")
_STREETS = ("Example Road", "Specimen Lane", "Placeholder Avenue", "Mockup Street", "Fixture Court", "Sample Hill")
_GROUPS = {_LARKSPUR: ("LK-100", "Sample Foundry"), _TIDEWATER: ("TW-200", "Example Fisheries")}
_COVERED_SINCE = "2018-01-01"


@dataclass(frozen=True)
class People:
    """Patients as arrays, one position each. Payers are positions in PAYERS; `before` is the payer until `switched`."""

    audience: Integers
    birth: Integers
    sex: Integers
    first_name: Integers
    name_begin: Integers
    name_end: Integers
    street: Integers
    town: Integers
    payer: Integers
    before: Integers
    second: Integers
    by_spouse: Flags
    switched: date

    def __len__(self) -> int:
        return len(self.birth)


def make_people(seed: int, count: int, through: date) -> People:
    """`count` patients as they are on `through`."""
    draw = Draw(seed, "people")
    audience = draw.weighted([_SHARES[name] for name in AUDIENCES], count)
    payer = _primary_payers(draw, audience)
    commercial = (payer == _LARKSPUR) | (payer == _TIDEWATER)
    adult, senior = (audience == AUDIENCES.index(name) for name in (ADULT, SENIOR))
    return People(
        audience=audience,
        birth=_birth_days(draw, audience, through),
        sex=draw.below(2, count),
        first_name=draw.below(len(_FIRST_NAMES), count),
        name_begin=draw.below(len(_NAME_BEGINS), count),
        name_end=draw.below(len(_NAME_ENDS), count),
        street=draw.below(len(_STREETS), count),
        town=draw.below(len(TOWNS), count),
        payer=payer,
        before=np.where(adult & commercial & draw.chance(_SWITCHES, count), _LARKSPUR + _TIDEWATER - payer, UNINSURED),
        second=_second_payers(draw, senior, commercial),
        by_spouse=adult & commercial & draw.chance(_MARRIED_IN, count),
        switched=date(through.year, 1, 1),
    )


def _primary_payers(draw: Draw, audience: Integers) -> Integers:
    by_audience = [draw.weighted(_INSURERS[name], len(audience)) for name in AUDIENCES]
    payer = np.choose(audience, by_audience)
    return np.where(payer == len(PAYER_CODES), UNINSURED, payer)


def _second_payers(draw: Draw, senior: Flags, commercial: Flags) -> Integers:
    supplemented = senior & ~commercial & draw.chance(_SUPPLEMENTED, len(senior))
    return np.select([senior & commercial, supplemented], [_MEDICARE, _LARKSPUR], UNINSURED)


def _birth_days(draw: Draw, audience: Integers, through: date) -> Integers:
    youngest, oldest = (np.array([_AGES[name][end] for name in AUDIENCES])[audience] * 365.25 for end in (0, 1))
    days = youngest + draw.uniform(len(audience)) * (oldest - youngest)
    return np.asarray(through.toordinal() - np.floor(days), dtype=np.int64)


def patient_id(position: int) -> str:
    """The identifier of the patient at a position, in every file."""
    return f"P{position + 1:07d}"


def patient_rows(people: People) -> Iterator[str]:
    """The rows of `patients.csv`."""
    for one in range(len(people)):
        birth = date.fromordinal(int(people.birth[one]))
        last_name, first_name = _last_name(people, one), _FIRST_NAMES[people.first_name[one]]
        yield (
            f"{patient_id(one)},{last_name},{first_name},,,{birth},{'FM'[people.sex[one]]},,"
            f"{_address(people, one)},20755501{one % 100:02d}\n"
        )


def coverage_rows(people: People) -> Iterator[str]:
    """The rows of `coverage.csv`: none for the uninsured, two primary ones for those who have switched."""
    for one in range(len(people)):
        payer, before, second = int(people.payer[one]), int(people.before[one]), int(people.second[one])
        if before != UNINSURED:
            yield _coverage(people, one, "P", before, until=f"{people.switched.year - 1}-12-31")
            yield _coverage(people, one, "P", payer, since=people.switched.isoformat())
        elif payer != UNINSURED:
            yield _coverage(people, one, "P", payer)
        if second != UNINSURED:
            yield _coverage(people, one, "S", second)


def _coverage(
    people: People, one: int, responsibility: str, payer: int, *, since: str = _COVERED_SINCE, until: str = ""
) -> str:
    group_number, group_name = _GROUPS.get(payer, ("", ""))
    insurance_type = _WORKING_AGED if responsibility == "S" and payer == _MEDICARE else ""
    relationship, subscriber = _subscriber(people, one)
    born = date.fromordinal(int(people.birth[one])).isoformat()
    return (
        f"{patient_id(one)},{responsibility},{PAYER_CODES[payer]},SYN{payer}{one + 1:08d},{group_number},{group_name},"
        f"{insurance_type},{relationship},{subscriber},{max(since, born)},{until}\n"
    )


def _subscriber(people: People, one: int) -> tuple[str, str]:
    """The relationship to the subscriber, and the subscriber's eleven columns (empty for the patient's own cover)."""
    child = AUDIENCES[people.audience[one]] == CHILD
    if not child and not people.by_spouse[one]:
        return "self", "," * 10
    years_older = 30 if child else 1
    birth = date.fromordinal(int(people.birth[one]) - years_older * 366)
    first_name = _FIRST_NAMES[(people.first_name[one] + 7) % len(_FIRST_NAMES)]
    sex = "MF"[people.sex[one]]
    return (
        "child" if child else "spouse",
        f"{_last_name(people, one)},{first_name},,,{birth},{sex},{_address(people, one)}",
    )


def _last_name(people: People, one: int) -> str:
    return _NAME_BEGINS[people.name_begin[one]] + _NAME_ENDS[people.name_end[one]]


def _address(people: People, one: int) -> str:
    town = TOWNS[people.town[one]]
    return f"{one % 899 + 1} {_STREETS[people.street[one]]},,{town['city']},{town['state']},{town['zip']}"
