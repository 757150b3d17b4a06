"""What goes wrong in a practice: visits with one mistake each, and what the sweep has to say about them.

A case holds for the service dates of its window only, since code sets and edits change: a code that ended on one day
was right the day before. Its `expected` names every finding the mistake leads to, those of severity info included.
MUE values cover services from 2026-07-01 on.
"""

from dataclasses import replace
from datetime import date

from sample_practice.identifiers import npi
from sample_practice.visit import (
    CARDIOLOGY,
    FAMILY,
    ORTHOPEDICS,
    SURGERY_CENTER,
    Case,
    Expected,
    Line,
    Visit,
    choices,
    lines,
)

MUE_BEGINS = date(2026, 7, 1)

_UNLISTED_NPI = npi(91)
_UNLISTED_FACILITY = npi(92)
_WRONG_CHECK_DIGIT = npi(93)[:-1] + str((int(npi(93)[-1]) + 1) % 10)


def _visit(specialty: str, procedures: str, diagnoses: str) -> Visit:
    return Visit(specialty, lines(procedures), choices(diagnoses))


def _finding(rule: str, codes: str = "", visit: int = 0) -> Expected:
    return Expected(rule, tuple(codes.split()), visit)


def _case(visit: Visit, *expected: Expected, first: date = date.min, last: date = date.max) -> Case:
    return Case((visit,), expected, first, last)


def _pair(one: Visit, two: Visit, *expected: Expected, first: date = date.min) -> Case:
    return Case((one, two), expected, first)


def _wrong_dates(visit: Visit, ends_after: int) -> Visit:
    return replace(visit, lines=tuple(_ending(line, ends_after) for line in visit.lines))


def _ending(line: Line, ends_after: int) -> Line:
    return replace(line, ends_after=ends_after)


_DIAGNOSES = (
    _case(_visit(FAMILY, "99213", "E1199Z"), _finding("icd10.unknown", "E1199Z")),
    _case(_visit(CARDIOLOGY, "99213@1,2", "I10+Q9Z9X"), _finding("icd10.unknown", "Q9Z9X")),
    _case(_visit(FAMILY, "99213", "E114"), _finding("icd10.incomplete", "E114")),
    _case(_visit(ORTHOPEDICS, "99213 73562-RT", "M2556"), _finding("icd10.incomplete", "M2556")),
    _case(_visit(CARDIOLOGY, "99214@1,2", "I10+I251"), _finding("icd10.incomplete", "I251")),
    _case(_visit(ORTHOPEDICS, "99213", "M545"), _finding("icd10.incomplete", "M545"), first=date(2021, 10, 1)),
    _case(_visit(FAMILY, "99214@1,2", "I10+G35"), _finding("icd10.incomplete", "G35"), first=date(2025, 10, 1)),
    _case(_visit(CARDIOLOGY, "99214", "I420"), _finding("icd10.incomplete", "I420"), first=date(2026, 10, 1)),
    _case(_visit(CARDIOLOGY, "99213", "I4200"), _finding("icd10.not_yet_valid", "I4200"), last=date(2026, 9, 30)),
    _case(_visit(FAMILY, "99213", "E78010"), _finding("icd10.not_yet_valid", "E78010"), last=date(2025, 9, 30)),
    _case(_visit(FAMILY, "99213", "S301XXA"), _finding("icd10.no_longer_valid", "S301XXA"), first=date(2025, 10, 1)),
    _case(
        _visit(ORTHOPEDICS, "99213", "S23420A"), _finding("icd10.no_longer_valid", "S23420A"), first=date(2026, 10, 1)
    ),
    _case(_visit(FAMILY, "99212", "T407X1A"), _finding("icd10.no_longer_valid", "T407X1A"), first=date(2021, 10, 1)),
    _case(_visit(FAMILY, "99214@1,2", "F0280+G309"), _finding("icd10.manifestation_first", "F0280")),
    _case(_visit(CARDIOLOGY, "93306", "I43"), _finding("icd10.manifestation_first", "I43")),
    _case(
        _visit(ORTHOPEDICS, "99213@2 73610-LT@2", "W1830XA+S93402A"),
        _finding("icd10.external_cause_first", "W1830XA"),
    ),
    _case(_visit(FAMILY, "99213@1,2", "I10+E785+I10"), _finding("icd10.duplicate", "I10")),
    _case(_visit(ORTHOPEDICS, "20610-RT J3301*4", "M1711+M1711"), _finding("icd10.duplicate", "M1711")),
    _case(_visit(FAMILY, "99213", "Z00129"), _finding("icd10.age", "Z00129")),
    _case(_visit(FAMILY, "99213", "Z3801"), _finding("icd10.age", "Z3801")),
)

_PROCEDURES = (
    _case(_visit(FAMILY, "9921A", "I10"), _finding("procedure.unknown", "9921A")),
    _case(_visit(CARDIOLOGY, "93999", "R0789"), _finding("procedure.unknown", "93999")),
    _case(
        _visit(ORTHOPEDICS, "64728-RT", "G5601"), _finding("procedure.not_yet_valid", "64728"), last=date(2025, 12, 31)
    ),
    _case(_visit(FAMILY, "99201", "J069"), _finding("procedure.no_longer_valid", "99201"), first=date(2021, 1, 1)),
    _case(_visit(CARDIOLOGY, "99241", "R002"), _finding("procedure.no_longer_valid", "99241"), first=date(2023, 1, 1)),
    _case(
        _visit(CARDIOLOGY, "92928-LD 92929-LD", "I25110"),
        _finding("procedure.no_longer_valid", "92929"),
        first=date(2026, 1, 1),
    ),
)

_MODIFIERS = (
    _case(_visit(FAMILY, "99213-ZZ", "I10"), _finding("modifier.unknown", "99213 ZZ")),
    _case(_visit(ORTHOPEDICS, "73562-R1", "M1711"), _finding("modifier.unknown", "73562 R1")),
    _case(
        _visit(ORTHOPEDICS, "73721-RT-ME", "M25561"),
        _finding("modifier.not_valid_on_date", "73721 ME"),
        first=date(2025, 1, 1),
    ),
    _case(
        _visit(FAMILY, "99213-GD", "I10"), _finding("modifier.not_valid_on_date", "99213 GD"), first=date(2020, 1, 1)
    ),
    _case(_visit(ORTHOPEDICS, "73562-RT-RT", "M1711"), _finding("modifier.repeated", "73562 RT")),
    _case(_visit(ORTHOPEDICS, "73562-RT-LT", "M170"), _finding("modifier.conflict", "73562 LT RT")),
    _case(_visit(ORTHOPEDICS, "20610-50-RT", "M1711"), _finding("modifier.conflict", "20610 50 RT")),
    _case(_visit(CARDIOLOGY, "93306-TC-26", "I350"), _finding("modifier.conflict", "93306 26 TC")),
    _case(_visit(FAMILY, "99213-59@1 87880-QW@1", "J020"), _finding("modifier.not_on_em", "99213 59")),
    _case(_visit(CARDIOLOGY, "99214-XU@1 93306@1", "I350"), _finding("modifier.not_on_em", "99214 XU")),
    _case(_visit(CARDIOLOGY, "93880-25", "I6523"), _finding("modifier.em_only", "93880 25")),
    _case(_visit(ORTHOPEDICS, "29881-57-RT", "S83241A"), _finding("modifier.em_only", "29881 57")),
)

_PAIRS_OF_PROCEDURES = (
    _case(_visit(FAMILY, "80053 80048", "I10"), _finding("ncci.ptp_never", "80053 80048")),
    _case(
        _visit(CARDIOLOGY, "93306 93320", "I350"),
        _finding("ncci.ptp_never", "93306 93320"),
        _finding("addon.primary_missing", "93320"),
    ),
    _pair(
        _visit(CARDIOLOGY, "93015", "R0789"),
        _visit(CARDIOLOGY, "93016", "R0789"),
        _finding("ncci.ptp_never", "93015 93016", 1),
    ),
    _pair(
        _visit(FAMILY, "36415 80048", "I10"),
        _visit(FAMILY, "80053", "I10+E119"),
        _finding("ncci.ptp_never", "80053 80048", 0),
    ),
    _case(_visit(CARDIOLOGY, "99213 93015", "R0789"), _finding("ncci.ptp_modifier_missing", "93015 99213")),
    _case(_visit(FAMILY, "99213 94640", "J45909"), _finding("ncci.ptp_modifier_missing", "94640 99213")),
    _case(_visit(FAMILY, "17110 11102", "B079+L820"), _finding("ncci.ptp_modifier_missing", "17110 11102")),
    _pair(
        _visit(FAMILY, "90471 90686", "Z23"),
        _visit(FAMILY, "99213", "J069"),
        _finding("ncci.ptp_modifier_missing", "90471 99213", 1),
    ),
    _pair(
        _visit(CARDIOLOGY, "93000", "R002"),
        _visit(CARDIOLOGY, "93224", "R002"),
        _finding("ncci.ptp_modifier_missing", "93224 93000", 0),
    ),
    _case(_visit(CARDIOLOGY, "99213-25 93015", "R0789"), _finding("ncci.ptp_bypassed", "93015 99213")),
    _case(_visit(ORTHOPEDICS, "29881-RT 20610-LT", "S83241A+M1712"), _finding("ncci.ptp_bypassed", "29881 20610")),
    _pair(
        _visit(FAMILY, "99213-25", "E119"),
        _visit(FAMILY, "90471 90686", "Z23"),
        _finding("ncci.ptp_bypassed", "90471 99213", 0),
    ),
)

_UNITS = (
    _case(_visit(ORTHOPEDICS, "J3471*1200", "M1711"), _finding("ncci.mue_line", "J3471"), first=MUE_BEGINS),
    _case(_visit(FAMILY, "17110*2", "B079"), _finding("ncci.mue_day", "17110"), first=MUE_BEGINS),
    _case(_visit(CARDIOLOGY, "93798*3", "I252"), _finding("ncci.mue_day", "93798"), first=MUE_BEGINS),
    _pair(
        _visit(FAMILY, "36415 83036-QW", "E119"),
        _visit(FAMILY, "83036-QW-91", "E119"),
        _finding("ncci.mue_day", "83036", 0),
        _finding("ncci.mue_day", "83036", 1),
        first=MUE_BEGINS,
    ),
    _case(_visit(ORTHOPEDICS, "97110*8", "M5416"), _finding("ncci.mue_clinical", "97110"), first=MUE_BEGINS),
    _case(_visit(ORTHOPEDICS, "20610-RT J3301*20", "M1711"), _finding("ncci.mue_clinical", "J3301"), first=MUE_BEGINS),
    _pair(
        _visit(ORTHOPEDICS, "97110*4", "M5416"),
        _visit(ORTHOPEDICS, "97110-76*4", "M5416"),
        _finding("ncci.mue_clinical", "97110", 0),
        _finding("ncci.mue_clinical", "97110", 1),
        first=MUE_BEGINS,
    ),
    _case(_visit(FAMILY, "36415*0", "I10"), _finding("line.units", "36415")),
    _case(_visit(ORTHOPEDICS, "73030-RT*-1", "M7541"), _finding("line.units", "73030")),
)

_ADD_ONS = (
    _case(_visit(FAMILY, "90472 90715", "Z23"), _finding("addon.primary_missing", "90472")),
    _case(_visit(ORTHOPEDICS, "64721-RT 29826-RT", "G5601+M7541"), _finding("addon.primary_missing", "29826")),
    _case(_visit(CARDIOLOGY, "76937", "I82411"), _finding("addon.primary_missing", "76937")),
    _case(_visit(FAMILY, "96160 36415", "I10"), _finding("addon.primary_missing", "96160")),
)

_LINES = (
    _case(replace(_visit(FAMILY, "99213", "I10"), place="30"), _finding("place.unknown", "30")),
    _case(replace(_visit(CARDIOLOGY, "93880", "I6523"), place="88"), _finding("place.unknown", "88")),
    _case(
        replace(_visit(FAMILY, "99213", "J069"), rendering=_WRONG_CHECK_DIGIT),
        _finding("npi.check_digit", _WRONG_CHECK_DIGIT),
        _finding("npi.unlisted", _WRONG_CHECK_DIGIT),
    ),
    _case(replace(_visit(ORTHOPEDICS, "99213", "M7541"), rendering=""), _finding("npi.missing")),
    _case(
        replace(_visit(FAMILY, "99214@1,2", "I10+E119"), rendering=_UNLISTED_NPI),
        _finding("npi.unlisted", _UNLISTED_NPI),
    ),
    _case(
        replace(_visit(ORTHOPEDICS, "64721-RT", "G5601"), place=SURGERY_CENTER, facility=_UNLISTED_FACILITY),
        _finding("npi.unlisted", _UNLISTED_FACILITY),
    ),
    _case(_visit(FAMILY, "99213@3", "I10+E785"), _finding("diagnosis.pointer", "99213")),
    _case(_visit(CARDIOLOGY, "93306@", "I350"), _finding("diagnosis.pointer", "93306")),
    _case(
        _visit(FAMILY, "99215@1,2,3,4", "I10+E119+E785+K219+E039+J45909+F329+F411+E559+D649+R5383+L309+J302"),
        _finding("diagnosis.too_many"),
    ),
    _case(_visit(CARDIOLOGY, "99215@1,2,3,4,5", "I5022+I10+E119+E785+I4891"), _finding("diagnosis.too_many", "99215")),
    _case(Visit(FAMILY, lines("99213@"), ((),)), _finding("diagnosis.missing")),
    _case(_visit(ORTHOPEDICS, "73030-RT 73030-RT", "M7541"), _finding("line.duplicate", "73030")),
    _pair(_visit(FAMILY, "99212", "J069"), _visit(FAMILY, "99212", "J069"), _finding("line.duplicate", "99212", 1)),
    _pair(
        _visit(CARDIOLOGY, "99214 93005", "I4891"),
        _visit(CARDIOLOGY, "93005", "I4891"),
        _finding("line.duplicate", "93005", 1),
    ),
    _case(_wrong_dates(_visit(FAMILY, "99213", "K219"), -2), _finding("line.dates", "99213")),
    _case(_wrong_dates(_visit(CARDIOLOGY, "93224", "R002"), -1), _finding("line.dates", "93224")),
)

CASES = _DIAGNOSES + _PROCEDURES + _MODIFIERS + _PAIRS_OF_PROCEDURES + _UNITS + _ADD_ONS + _LINES

EXPIRED = "filing.expired"

SHARED_DAYS = (
    _pair(_visit(FAMILY, "99213", "E119"), _visit(FAMILY, "36415 83036-QW", "E119")),
    _pair(_visit(FAMILY, "90471 90686", "Z23"), _visit(FAMILY, "90472 90715", "Z23")),
    _pair(_visit(CARDIOLOGY, "99214", "I350"), _visit(CARDIOLOGY, "93306", "I350")),
    _pair(_visit(ORTHOPEDICS, "99213", "M1711"), _visit(ORTHOPEDICS, "73562-RT", "M1711")),
)
"""Two encounters of one patient, provider and day that are right only when seen together, or right either way."""
