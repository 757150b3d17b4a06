"""The five files of a sample: the practice's settings, its intake files, and the truth about its mistakes."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path

from sample_practice.book import ENTRIES
from sample_practice.fees import unit_charge_cents
from sample_practice.people import (
    COVERAGE_COLUMNS,
    PATIENT_COLUMNS,
    coverage_rows,
    make_people,
    patient_id,
    patient_rows,
)
from sample_practice.planted import EXPIRED
from sample_practice.practice import BILLING_NPI, CLIA_NUMBER, FACILITY_NPI, RENDERING_NPI, TAXONOMY, practice_yaml
from sample_practice.schedule import Schedule, make_schedule
from sample_practice.visit import FAMILY, Line, Visit

EARLIEST = date(2022, 1, 1)
"""The first date a sample may end on: some edits of its planted cases were out of force for most of 2020."""

CHARGE_COLUMNS = (
    "encounter_id,line,status,entered_on,patient_id,billing_npi,rendering_npi,taxonomy,referring_npi,supervising_npi,"
    "ordering_npi,facility_npi,date_from,date_to,place_of_service,procedure,modifiers,units,unit_basis,charge,"
    "diagnoses,pointers,prior_authorization,referral_number,clia_number,accident_cause,accident_date,accident_state,"
    "onset_date,admission_date,note,ndc,ndc_units,ndc_unit"
)

_PATIENTS_EVERY = 5
_BATCH = 20_000
# Tests done in the office need its CLIA number on the claim: CPT's pathology and laboratory chapter.
_LABORATORY = ("80047", "89398")
# An injected drug is named by its NDC too; this labeler does not exist.
_DRUGS = {"J3301": ("99999000101", "1", "ML")}
_OTHER_ACCIDENT = "OA"


@dataclass(frozen=True)
class SampleCounts:
    """What was written."""

    patients: int
    encounters: int
    charge_lines: int
    expected_findings: int


@dataclass(frozen=True)
class _Template:
    """One charge line of a visit: text with places for what changes, and the days to its last day of service."""

    text: str
    ends_after: int | None


def write_sample(folder: Path, *, seed: int, encounters: int, through: date) -> SampleCounts:
    """Write practice.yaml, patients.csv, coverage.csv, charges.csv and truth.jsonl into `folder`.

    The same arguments write the same bytes. `through` is the last date on which anything was done or entered.
    Raises: ValueError when seed is below 0, encounters below 1, or through before EARLIEST.
    """
    if seed < 0 or encounters < 1 or through < EARLIEST:
        raise ValueError(f"a sample needs a seed from 0, at least one encounter, and a last date from {EARLIEST} on")
    people = make_people(seed, max(1, encounters // _PATIENTS_EVERY), through)
    schedule = make_schedule(seed, people, encounters, through)
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "practice.yaml", [practice_yaml()])
    _write(folder / "patients.csv", [PATIENT_COLUMNS + "\n"], patient_rows(people))
    _write(folder / "coverage.csv", [COVERAGE_COLUMNS + "\n"], coverage_rows(people))
    charge_lines = _write(folder / "charges.csv", [CHARGE_COLUMNS + "\n"], _charge_rows(schedule)) - 1
    findings = _write(folder / "truth.jsonl", _truth_rows(schedule))
    return SampleCounts(len(people), encounters, charge_lines, findings)


def _write(path: Path, *parts: Iterable[str]) -> int:
    """Write the texts of all parts, some thousand at a time; returns how many they were."""
    written = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        for part in parts:
            texts = iter(part)
            while batch := list(islice(texts, _BATCH)):
                file.write("".join(batch))
                written += len(batch)
    return written


def _encounter_id(position: int) -> str:
    return f"E{position + 1:08d}"


def _charge_rows(schedule: Schedule) -> Iterator[str]:
    templates = [[_templates(entry.visit, codes) for codes in entry.visit.diagnoses] for entry in ENTRIES]
    authorized = [entry.visit.authorized for entry in ENTRIES]
    day = _DayText()
    for position, who, served, entered, entry, variant in _encounters(schedule):
        encounter, patient = _encounter_id(position), patient_id(who)
        date_from, entered_on = day[served], day[entered]
        authorization = f"PA{position + 1:08d}" if authorized[entry] else ""
        for template in templates[entry][variant]:
            date_to = "" if template.ends_after is None else day[served + template.ends_after]
            yield template.text.format(encounter, entered_on, patient, date_from, date_to, authorization)


def _encounters(schedule: Schedule) -> Iterator[tuple[int, int, int, int, int, int]]:
    """Position, patient, service day, entry day, book entry and variant, as plain numbers, a batch at a time."""
    columns = (schedule.patient, schedule.served, schedule.entered, schedule.entry, schedule.variant)
    for start in range(0, len(schedule), _BATCH):
        batch = [column[start : start + _BATCH].tolist() for column in columns]
        yield from zip(range(start, start + len(batch[0])), *batch, strict=True)


class _DayText(dict[int, str]):
    """ISO text of a day's ordinal, made once."""

    def __missing__(self, ordinal: int) -> str:
        self[ordinal] = date.fromordinal(ordinal).isoformat()
        return self[ordinal]


def _templates(visit: Visit, codes: tuple[str, ...]) -> list[_Template]:
    provider = RENDERING_NPI[visit.specialty] if visit.rendering is None else visit.rendering
    referring = RENDERING_NPI[FAMILY] if visit.referred else ""
    facility = FACILITY_NPI.get(visit.place, "") if visit.facility is None else visit.facility
    who = f"{BILLING_NPI},{provider},{TAXONOMY[visit.specialty]},{referring},,,{facility}"
    diagnoses = ";".join(_dotted(code) for code in codes)
    clia = CLIA_NUMBER if any(_is_laboratory(line) for line in visit.lines) else ""
    accident = f"{_OTHER_ACCIDENT},{{3}}," if visit.accident else ",,"
    return [
        _Template(
            f"{{0}},{number},,{{1}},{{2}},{who},{{3}},{{4}},{visit.place},{_service(line)},{diagnoses},"
            f"{';'.join(map(str, line.pointers))},{{5}},,{clia},{accident},,,,{','.join(_drug(line))}\n",
            line.ends_after,
        )
        for number, line in enumerate(visit.lines, start=1)
    ]


def _service(line: Line) -> str:
    cents = unit_charge_cents(line.procedure) * max(line.units, 1)
    return f"{line.procedure},{';'.join(line.modifiers)},{line.units},UN,{cents // 100}.{cents % 100:02d}"


def _drug(line: Line) -> tuple[str, str, str]:
    return _DRUGS.get(line.procedure, ("", "", ""))


def _is_laboratory(line: Line) -> bool:
    return _LABORATORY[0] <= line.procedure <= _LABORATORY[1]


def _dotted(code: str) -> str:
    return code if len(code) <= 3 else f"{code[:3]}.{code[3:]}"


def _truth_rows(schedule: Schedule) -> Iterator[str]:
    for position, _, _, _, number, _ in _encounters(schedule):
        entry = ENTRIES[number]
        findings = [(finding.rule, finding.codes) for finding in entry.expected]
        if schedule.expired[position]:
            findings += [(EXPIRED, (line.procedure,)) for line in entry.visit.lines]
        for rule, codes in sorted(findings):
            yield json.dumps({"rule": rule, "claim": _encounter_id(position), "codes": list(codes)}) + "\n"
