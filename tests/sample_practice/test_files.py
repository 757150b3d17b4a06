"""The files of a sample: reproducible, complete, within their dates, and about nobody."""

import csv
import hashlib
import json
import re
from collections import Counter, defaultdict
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from sample_practice import EARLIEST, SampleCounts, write_sample
from sample_practice.case_mix import VISITS
from sample_practice.files import CHARGE_COLUMNS
from sample_practice.identifiers import npi
from sample_practice.visit import NEW

THROUGH = date(2026, 11, 23)
FIRST_DAY = THROUGH - timedelta(days=55)
FILES = {"practice.yaml", "patients.csv", "coverage.csv", "charges.csv", "truth.jsonl"}
# What a physician is seen with for the first time (CPT's new patient office visits).
NEW_PATIENT = {line.procedure for visit in VISITS if visit.audience == NEW for line in visit.lines} & {
    "99202", "99203", "99204", "99205",
}  # fmt: skip

PINNED = {
    "charges.csv": "1fdba0fb9ca69fad52385bba8d4c0e84b88c656fc640b7a951d05cba38652b5c",
    "coverage.csv": "965a2cc9dd67a51571925ce0a7bc899631bd9c4b14323686eb05fa35a99fe6f7",
    "patients.csv": "ffb788d5cd54c37314deb303650fb96edcd6d4f5bd5a5ea5c528c23c51563c8b",
    "practice.yaml": "92fb9be255cce89165f62c228bc92f0584f74423182353c40701da5da623f0f9",
    "truth.jsonl": "36fb6973d1c2fc975390700528f08eb2eab0f44fa1128a59e2fb5c1705bcf525",
}

Rows = list[dict[str, str]]


class Sample:
    """A sample as written, read back plainly."""

    def __init__(self, folder: Path, encounters: int = 2000, through: date = THROUGH, seed: int = 5) -> None:
        self.folder = folder
        self.counts = write_sample(folder, seed=seed, encounters=encounters, through=through)
        self.practice: dict[str, Any] = yaml.safe_load((folder / "practice.yaml").read_text("utf-8"))
        self.patients, self.coverage, self.charges = (
            _rows(folder / f"{name}.csv") for name in ("patients", "coverage", "charges")
        )
        self.truth = [json.loads(line) for line in (folder / "truth.jsonl").read_text("utf-8").splitlines()]
        self.encounters: dict[str, Rows] = defaultdict(list)
        for row in self.charges:
            self.encounters[row["encounter_id"]].append(row)

    def digests(self) -> dict[str, str]:
        return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in self.folder.iterdir()}


def _rows(path: Path) -> Rows:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, strict=True))
    assert all(None not in row and None not in row.values() for row in rows), "a row has too many or too few values"
    return rows


def _day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    return Sample(tmp_path_factory.mktemp("sample"))


def test_the_same_call_writes_the_same_bytes(sample: Sample, tmp_path: Path) -> None:
    again = Sample(tmp_path / "again")

    assert set(again.digests()) == FILES
    assert again.digests() == sample.digests()


def test_the_bytes_of_a_small_sample_are_those_of_the_day_it_was_first_written(tmp_path: Path) -> None:
    digests = Sample(tmp_path, encounters=60, through=date(2026, 3, 31), seed=1).digests()

    # A change of the case mix changes these on purpose; another machine or numpy must not.
    assert digests == PINNED


def test_another_seed_writes_another_practice(sample: Sample, tmp_path: Path) -> None:
    other = Sample(tmp_path, seed=6).digests()

    assert all(other[name] != sample.digests()[name] for name in FILES - {"practice.yaml"})


def test_2000_encounters_are_of_400_patients_three_physicians_and_five_payers(sample: Sample) -> None:
    planted = {finding["claim"] for finding in sample.truth}

    assert sample.counts == SampleCounts(400, 2000, len(sample.charges), len(sample.truth))
    assert (len(sample.patients), len(sample.encounters)) == (400, 2000)
    assert len({provider["specialty"] for provider in sample.practice["providers"]}) == 3
    assert {row["payer"] for row in sample.coverage} == {payer["code"] for payer in sample.practice["payers"]}
    assert len(sample.practice["payers"]) == 5
    assert 2.0 <= len(sample.charges) / 2000 <= 3.0
    # One planted error in every twentieth encounter; some of them show in two encounters.
    assert 100 <= len(planted) <= 110
    assert len({finding["rule"] for finding in sample.truth}) == 35


def test_every_charge_row_has_the_documented_columns_and_points_at_a_known_patient(sample: Sample) -> None:
    known = {row["patient_id"] for row in sample.patients}

    assert list(sample.charges[0]) == CHARGE_COLUMNS.split(",")
    assert {row["patient_id"] for row in sample.charges} <= known
    assert {row["patient_id"] for row in sample.coverage} <= known
    assert len(known) == len(sample.patients)


def test_an_encounter_is_one_patient_entered_once_with_one_to_four_lines(sample: Sample) -> None:
    same = ("patient_id", "billing_npi", "entered_on", "status", "date_from", "diagnoses", "prior_authorization")
    for rows in sample.encounters.values():
        assert [row["line"] for row in rows] == [str(number + 1) for number in range(len(rows))]
        assert 1 <= len(rows) <= 4
        assert all(len({row[column] for row in rows}) == 1 for column in same)


def test_entry_follows_the_service_within_three_days_or_long_after_and_never_after_the_last_date(
    sample: Sample,
) -> None:
    lags = [(_day(row["entered_on"]) - _day(row["date_from"])).days for row in sample.charges]
    entered = {_day(row["entered_on"]) for row in sample.charges}
    late = {row["encounter_id"] for row, lag in zip(sample.charges, lags, strict=True) if lag > 3}

    assert all(0 <= lag <= 3 or lag > 56 for lag in lags)
    assert min(entered) >= FIRST_DAY and max(entered) == THROUGH
    assert 10 <= len(late) <= 20


@pytest.mark.parametrize("through", [date(2026, 11, 23), date(2026, 3, 31), date(2025, 11, 30), date(2026, 10, 3)])
def test_every_weekday_has_services_and_entries_and_the_last_date_has_entries(tmp_path: Path, through: date) -> None:
    sample = Sample(tmp_path, through=through)
    served = {_day(row["date_from"]) for row in sample.charges}
    entered = {_day(row["entered_on"]) for row in sample.charges}
    weekdays = {through - timedelta(days=back) for back in range(56)}
    weekdays = {day for day in weekdays if day.weekday() < 5}

    assert weekdays <= served
    assert weekdays | {through} <= entered


def test_charges_are_positive_with_two_decimals(sample: Sample) -> None:
    assert all(re.fullmatch(r"[1-9]\d*\.\d\d", row["charge"]) for row in sample.charges)


def test_npis_of_the_practice_have_their_check_digit_and_come_from_the_invented_range(sample: Sample) -> None:
    listed = [
        entry["npi"] for group in ("billing_providers", "providers", "facilities") for entry in sample.practice[group]
    ]

    assert len(set(listed)) == len(listed)
    assert all(_luhn("80840" + number) and number.startswith("10000") for number in listed)
    assert {row["billing_npi"] for row in sample.charges} == {sample.practice["billing_providers"][0]["npi"]}


def test_the_check_digit_of_a_published_example_is_right() -> None:
    # The CMS check digit document works 123456789 out to 3.
    assert npi(23456789) == "1234567893"


def _luhn(number: str) -> bool:
    digits = [int(digit) for digit in reversed(number)]
    doubled = [sum(divmod(digit * 2, 10)) for digit in digits[1::2]]
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


def test_truth_names_encounters_of_the_file_in_its_order(sample: Sample) -> None:
    claims = [finding["claim"] for finding in sample.truth]

    assert all(set(finding) == {"rule", "claim", "codes"} for finding in sample.truth)
    assert set(claims) <= set(sample.encounters)
    assert claims == sorted(claims)


def test_codes_of_a_true_finding_stand_in_its_encounter(sample: Sample) -> None:
    lone = [finding for finding in sample.truth if not finding["rule"].startswith("ncci.ptp")]
    for finding in lone:
        rows = sample.encounters[finding["claim"]]
        text = " ".join(value for row in rows for value in row.values()).replace(".", "")
        assert all(code in text for code in finding["codes"]), finding
    assert lone


def test_a_true_filing_finding_stands_on_each_line_of_an_encounter_coded_long_after(sample: Sample) -> None:
    expired = Counter(finding["claim"] for finding in sample.truth if finding["rule"] == "filing.expired")

    assert len(expired) == 8
    for claim, findings in expired.items():
        rows = sample.encounters[claim]
        assert findings == len(rows)
        assert (_day(rows[0]["entered_on"]) - _day(rows[0]["date_from"])).days >= 100


def test_units_above_a_limit_are_planted_only_where_the_table_of_limits_covers_the_service(tmp_path: Path) -> None:
    for through in (date(2026, 3, 31), date(2026, 7, 10)):
        sample = Sample(tmp_path / str(through), through=through)
        limited = [finding["claim"] for finding in sample.truth if finding["rule"].startswith("ncci.mue")]
        assert all(_day(sample.encounters[claim][0]["date_from"]) >= date(2026, 7, 1) for claim in limited)
        assert bool(limited) == (through >= date(2026, 7, 1))


def test_a_new_patient_visit_is_the_patients_first(sample: Sample) -> None:
    first: dict[str, date] = {}
    for row in sample.charges:
        served = _day(row["date_from"])
        first[row["patient_id"]] = min(served, first.get(row["patient_id"], served))
    new = [row for row in sample.charges if row["procedure"] in NEW_PATIENT]

    assert new
    assert all(_day(row["date_from"]) == first[row["patient_id"]] for row in new)


def test_two_encounters_share_a_patient_and_day_only_where_a_case_needs_it(sample: Sample) -> None:
    days = Counter((rows[0]["patient_id"], rows[0]["date_from"]) for rows in sample.encounters.values())

    # Nine kinds of planted pairs and the clean pairs: some of each, three encounters never.
    assert 10 <= sum(number == 2 for number in days.values()) <= 25
    assert max(days.values()) == 2


def test_primary_coverage_is_one_at_most_on_every_day_of_service(sample: Sample) -> None:
    primary: dict[str, list[tuple[date, date]]] = defaultdict(list)
    for row in sample.coverage:
        if row["responsibility"] == "P":
            until = _day(row["valid_to"]) if row["valid_to"] else date.max
            primary[row["patient_id"]].append((_day(row["valid_from"]), until))
    covering = Counter(
        sum(since <= _day(row["date_from"]) <= until for since, until in primary[row["patient_id"]])
        for row in sample.charges
    )

    assert set(covering) == {0, 1}
    assert covering[0] < covering[1] / 10
    assert any(len(periods) == 2 for periods in primary.values())


def test_subscribers_are_named_in_full_unless_they_are_the_patient(sample: Sample) -> None:
    needed = ("last_name", "first_name", "birth_date", "sex", "address_1", "city", "state", "zip")
    for row in sample.coverage:
        given = [bool(row[f"subscriber_{name}"]) for name in needed]
        assert not any(given) if row["relationship"] == "self" else all(given)
    assert {row["relationship"] for row in sample.coverage} == {"self", "spouse", "child"}


def test_nobody_in_the_sample_can_be_taken_for_a_person(sample: Sample) -> None:
    assert all(re.fullmatch(r"20755501\d\d", row["phone"]) for row in sample.patients)
    assert all(row["member_id"].startswith("SYN") for row in sample.coverage)
    assert all(re.fullmatch(r"0399[1-4]", row["zip"]) for row in sample.patients)
    assert sample.practice["billing_providers"][0]["tax_id"].startswith("00")


def test_a_single_encounter_can_be_written(tmp_path: Path) -> None:
    assert Sample(tmp_path, encounters=1).counts.encounters == 1


@pytest.mark.parametrize(
    ("seed", "encounters", "through"),
    [(-1, 10, THROUGH), (1, 0, THROUGH), (1, 10, EARLIEST - timedelta(days=1))],
)
def test_what_cannot_be_written_is_refused(tmp_path: Path, seed: int, encounters: int, through: date) -> None:
    with pytest.raises(ValueError, match="a sample needs"):
        write_sample(tmp_path, seed=seed, encounters=encounters, through=through)
    assert not list(tmp_path.iterdir())
