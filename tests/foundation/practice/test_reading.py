"""practice.yaml: what it may say, and that what it must not say is named with its line."""

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from revcycle.foundation import practice
from revcycle.foundation.calendar import FilingLimit
from revcycle.foundation.errors import InputUnusable
from revcycle.foundation.practice.fields import has_check_digit

TEXT = """\
name: Example Medical Group
time_zone: America/New_York
billing_providers:
  - npi: 1000000012
    tax_id: 01-2345678
    name: Example Medical Group
    address: {line_1: 1 Example Square, city: Sampleton, state: ME, zip: 03991}
    taxonomy: 193200000X
providers:
  - {npi: "1000000111", last_name: "No"}
  - npi: "1000000129"
    last_name: Example
    valid_from: 2020-02-29
payers:
  - code: NORTHWIND
    name: Northwind Health
    kind: commercial
    time_zone: America/Chicago
    filing_limits:
      - {valid_from: 2026-01-01, limit: {days: 90}, source: contract 2026}
      - {valid_from: 2010-01-01, valid_to: 2025-12-31, limit: {months: 6}, source: contract 2010}
staff:
  - {username: wren, roles: [coder], credentials: [CPC], approval_limit: 100.00}
"""


def settings_of(tmp_path: Path, text: str | bytes) -> practice.Settings:
    path = tmp_path / "practice.yaml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return practice.read(path)


def refusal(tmp_path: Path, text: str | bytes) -> str:
    with pytest.raises(InputUnusable) as caught:
        settings_of(tmp_path, text)
    said = str(caught.value)
    assert said.startswith(f"{tmp_path}/practice.yaml")
    return said.removeprefix(f"{tmp_path}/practice.yaml")


def test_scalars_are_read_as_they_stand(tmp_path: Path) -> None:
    """YAML would make the ZIP 03991 a number, and of `No` false."""
    settings = settings_of(tmp_path, TEXT)
    billing = settings.billing_providers[0]
    assert (billing.npi, billing.tax_id, billing.address.zip) == ("1000000012", "012345678", "03991")
    assert settings.providers[0].last_name == "No"
    assert settings.providers[1].valid_from == date(2020, 2, 29)
    assert settings.staff[0].approval_limit == 10000


def test_filing_limits_are_the_calendars(tmp_path: Path) -> None:
    assert settings_of(tmp_path, TEXT).filing_limits() == [
        FilingLimit("NORTHWIND", date(2026, 1, 1), None, 90, "days", "contract 2026"),
        FilingLimit("NORTHWIND", date(2010, 1, 1), date(2025, 12, 31), 6, "months", "contract 2010"),
    ]


def test_the_practices_day_is_counted_in_its_time_zone(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, TEXT)
    assert settings.day_of(datetime(2026, 7, 6, 3, 59, tzinfo=UTC)) == date(2026, 7, 5)
    assert settings.day_of(datetime(2026, 7, 6, 4, 0, tzinfo=UTC)) == date(2026, 7, 6)


FAULTS = [
    ("npi: 1000000012", "npi: 1000000013", 4, "billing_providers.npi: an NPI of ten digits with its check digit is"),
    ("npi: 1000000012", "npi: 100000001", 4, "billing_providers.npi: an NPI"),
    ("tax_id: 01-2345678", "tax_id: 1234567", 5, "billing_providers.tax_id: a tax id of nine digits"),
    ("zip: 03991", "zip: 3991", 7, "billing_providers.address.zip: a ZIP of 5 or 9 digits"),
    ("state: ME", "state: Maine", 7, "billing_providers.address.state: two capital letters"),
    ("taxonomy: 193200000X", "taxonomy: 1932", 8, "billing_providers.taxonomy: a taxonomy code"),
    ("taxonomy: 193200000X", "taxonomi: 193200000X", 8, "billing_providers.taxonomi: no such field"),
    ("    name: Example Medical Group\n", "", 4, "billing_providers.name: it is missing"),
    ("    name: Example Medical Group\n", "    name:\n", 6, "billing_providers.name: text is expected"),
    ("2020-02-29", "2021-02-29", 13, "providers.valid_from: a date of the calendar"),
    ("2020-02-29", "02/29/2020", 13, "providers.valid_from: a date written YYYY-MM-DD"),
    ("2020-02-29", "2020-02-29\n    valid_to: 2019-01-01", 11, "providers: a valid_to that is not before valid_from"),
    ("1000000129", "1000000111", 11, "providers.npi: the same npi stands in line 10 already"),
    ("kind: commercial", "kind: hmo", 17, "payers.kind: one of 'medicare', 'medicaid',"),
    ("America/Chicago", "Chicago", 18, "payers.time_zone: a time zone such as America/New_York"),
    ("America/Chicago", "../etc/passwd", 18, "payers.time_zone: a time zone"),
    ("2025-12-31", "2026-01-01", 20, "payers.filing_limits: it holds on days on which that of line 21 holds too"),
    ("valid_to: 2025-12-31, ", "", 20, "payers.filing_limits: it holds on days on which that of line 21 holds too"),
    ("{days: 90}", "{days: 90, months: 3}", 20, "payers.filing_limits.limit: exactly one of days, months, years"),
    ("{days: 90}", "{}", 20, "payers.filing_limits.limit: exactly one of"),
    ("{days: 90}", "{days: 0}", 20, "payers.filing_limits.limit.days: a number not below 1"),
    ("{days: 90}", "{days: 9.5}", 20, "payers.filing_limits.limit.days: a whole number"),
    (", source: contract 2026", "", 20, "payers.filing_limits.source: it is missing"),
    ("100.00", "100.5", 23, "staff.approval_limit: an amount such as 100.00"),
    ("[coder]", "[coder, codr]", 23, "staff.roles: one of 'coder', 'biller' or 'ops' is expected"),
    ("[coder]", "[Coder]", 23, "staff.roles: one of 'coder', 'biller' or 'ops' is expected"),
    ("[CPC]", "CPC", 23, "staff.credentials: a list"),
    ("kind: commercial", "kind: commercial\n    kind: auto", 18, "'kind' stands here a second time"),
    ("staff:", "stuff:", 22, "stuff: no such field"),
    ("kind: commercial", "kind: [commercial", 18, "this is no YAML"),
    ("time_zone: America/New_York", "time_zone: &loop [*loop]", 2, "a value must not contain itself"),
    ("kind: commercial", "? [a]\n    : b", 17, "a key must be a plain word"),
]  # fmt: skip


TIMED = TEXT.replace(
    "staff:\n",
    """\
    holidays: [2026-11-27]
    appeal_limits: [{valid_from: 2010-01-01, limit: {days: 120}, presumed_receipt_days: 5, source: law}]
    correction_limits: [{valid_from: 2010-01-01, limit: {days: 90}, counts_from: date_to, source: law}]
    exceptions: [{valid_from: 2026-01-01, reason: waiver, until: 2027-01-31, source: letter, evidence: letter}]
    receipt: [{valid_from: 2010-01-01, cut_off_hour: 18, business_days_only: true, source: guide}]
    warnings: [{valid_from: 2010-01-01, days_before: [30, 14], escalates_to: wren, source: ours}]
staff:
""",
)
TIME_FAULTS = [
    ("[2026-11-27]", "[2026-11-31]", 22, "payers.holidays: a date of the calendar"),
    ("presumed_receipt_days: 5", "presumed_receipt_days: -1", 23, "payers.appeal_limits.presumed_receipt_days: a"),
    ("days: 5, source", "days: 5, not_for: [late], source", 23, "payers.appeal_limits.not_for: claim adjustment"),
    ("days: 5, source", "days: 5, counts_from: date_from, source", 23, "payers.appeal_limits.counts_from: one of"),
    ("counts_from: date_to", "counts_from: discharge", 24, "payers.correction_limits.counts_from: one of 'date_from'"),
    ("until: 2027-01-31, ", "", 25, "payers.exceptions: either until, or notified_on and limit is expected"),
    ("until: ", "notified_on: 2026-12-01, until: ", 25, "payers.exceptions: either until, or notified_on and limit"),
    ("reason: waiver", "reason: kindness", 25, "payers.exceptions.reason: one of 'agency_error'"),
    (", evidence: letter", "", 25, "payers.exceptions.evidence: it is missing"),
    ("reason: waiver", "reason: waiver, claim: '12'", 25, "payers.exceptions.claim: a claim number of ten characters"),
    ("cut_off_hour: 18", "cut_off_hour: 25", 26, "payers.receipt.cut_off_hour: a number not above 24"),
    ("[30, 14]", "[14, 30]", 27, "payers.warnings: days_before from the most to the fewest, each once is expected"),
    ("[30, 14]", "[]", 27, "payers.warnings.days_before: at least one is expected"),
    ("escalates_to: wren", "escalates_to: nobody", 27, "payers.warnings.escalates_to: the username of one of staff"),
    ("source: guide}]", "source: guide}, {valid_from: 2020-01-01, source: g}]", 26, "payers.receipt: it holds on days"),
    ("until: 2027-01-31, source: letter, evidence: letter}", "until: 2027-01-31, source: letter, evidence: letter}, "
     "{valid_from: 2026-02-01, reason: waiver, claim: 0000012KM2, until: 2027-01-31, source: letter, evidence: letter},"
     "\n      {valid_from: 2026-03-01, reason: waiver, until: 2027-01-31, source: letter, evidence: letter}", 26,
     "payers.exceptions: it holds on days on which that of line 25 holds too"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "line", "said"), TIME_FAULTS, ids=lambda value: str(value)[:40])
def test_a_fault_in_a_rule_about_time_is_named_with_its_line(
    tmp_path: Path, old: str, new: str, line: int, said: str
) -> None:
    assert old in TIMED
    found = refusal(tmp_path, TIMED.replace(old, new, 1))
    assert found.startswith(f", line {line}: {said}")


def test_the_claims_rule_that_overlaps_is_named_by_its_own_line(tmp_path: Path) -> None:
    rule = "{source: guide, partner: house, payer_id: AB, filing_indicator: CI, valid_from: "
    rules = f"    claims:\n      - {rule}2020-01-01}}\n      - {rule}2026-01-01}}\nstaff:\n"
    found = refusal(tmp_path, TEXT.replace("staff:\n", rules))
    assert found == (
        ", line 24: payers.claims: it holds on days on which that of line 23 holds too; end one with valid_to before "
        "the other begins."
    )


@pytest.mark.parametrize(("old", "new", "line", "said"), FAULTS, ids=lambda value: str(value)[:40])
def test_a_fault_is_named_with_its_line(tmp_path: Path, old: str, new: str, line: int, said: str) -> None:
    assert old in TEXT
    found = refusal(tmp_path, TEXT.replace(old, new, 1))
    assert found.startswith(f", line {line}: {said}")


def test_the_value_at_fault_is_not_repeated(tmp_path: Path) -> None:
    assert "9876501" not in refusal(tmp_path, TEXT.replace("01-2345678", "9876501"))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", ", line 1: name: it is missing"),
        (b"- a\n- b\n", ", line 1: the file: fields (key: value) are expected"),
        (b"name: A\ntime_zone: Europe/M\xfcnchen\n", ", line 2: a character is not UTF-8"),
        (b"name: \x07\n", ", line 1: there is a character that YAML does not allow"),
    ],
)
def test_a_file_of_another_make_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    assert refusal(tmp_path, content).startswith(said)


def test_a_file_that_is_not_there_is_named_with_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(InputUnusable, match=r"there is no such file; `\./revcycle up --no-sample` writes one"):
        practice.read(tmp_path / "practice.yaml")


def test_the_template_can_be_read_as_it_is_and_filled_in(tmp_path: Path) -> None:
    empty = settings_of(tmp_path, practice.TEMPLATE)
    assert (empty.name, empty.payers, empty.staff) == ("My practice", [], [])
    filled = settings_of(tmp_path, re.sub(r"(?m)^#(?=  )", "", practice.TEMPLATE))
    assert [len(part) for part in (filled.billing_providers, filled.providers, filled.facilities)] == [1, 1, 1]
    assert [limit.unit for limit in filled.filing_limits()] == ["years", "months", "days"]
    assert filled.staff[0].credentials == ["CPC"]
    medicare, example = filled.payers
    assert (medicare.appeal_limits[0].presumed_receipt_days, medicare.appeal_limits[0].not_for) == (5, ["29"])
    assert medicare.exceptions[0].last_day(()) == date(2027, 3, 31)  # six months, and that month through its end
    assert (medicare.receipt[0].cut_off_hour, medicare.warnings[0].days_before) == (18, [30, 14, 3])
    assert (example.correction_limits[0].counts_from, example.secondary_limits[0].limit.days) == ("remittance", 60)
    assert filled.closed_on(example) == (date(2026, 11, 27),)


def test_an_npi_has_a_check_digit() -> None:
    """The example of the NPI standard, with 80840 before it: 1234567893."""
    assert has_check_digit("1234567893")
    assert sum(has_check_digit(f"123456789{digit}") for digit in range(10)) == 1
    assert not has_check_digit("3234567893")
    assert not has_check_digit("123456789")
