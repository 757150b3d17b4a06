"""The judge without a file: what only the database hands in, and how a finding is told from the next."""

from datetime import date, timedelta

import pyarrow as pa
import pytest

from revcycle.cycle.edits.judge import FINDINGS, UNLISTED, judge
from revcycle.cycle.edits.relations import connect

DAY = date(2026, 7, 15)
LINE = {
    "claim": 1,
    "line": 1,
    "patient": 1,
    "npi": "1234567893",
    "birth_date": None,
    "payer": "MEDICARE",
    "date_from": DAY,
    "date_to": None,
    "place": "11",
    "procedure": "X1000",
    "modifiers": [],
    "units": "1",
    "pointers": [1],
    "today": DAY + timedelta(days=1),
}
SCHEMA = pa.schema(
    [(name, pa.int64()) for name in ("claim", "line", "patient")]
    + [("npi", pa.string()), ("birth_date", pa.date32()), ("payer", pa.string())]
    + [("date_from", pa.date32()), ("date_to", pa.date32()), ("place", pa.string()), ("procedure", pa.string())]
    + [("modifiers", pa.list_(pa.string())), ("units", pa.string()), ("pointers", pa.list_(pa.int64()))]
    + [("today", pa.date32())]
)


@pytest.fixture
def judged(books, tmp_path):
    def run(*lines, unlisted=None):
        table = pa.Table.from_pylist([LINE | line for line in lines], schema=SCHEMA)
        claims = sorted(set(table.column("claim").to_pylist()))
        schema = pa.schema([("claim", pa.int64()), ("position", pa.int64()), ("code", pa.string())])
        diagnoses = [{"claim": claim, "position": 1, "code": "A10"} for claim in claims]
        archive, releases = books
        with connect(tmp_path / "spill") as db:
            db.register("lines_in", table)
            db.register("diagnoses_in", pa.Table.from_pylist(diagnoses, schema=schema))
            db.register("unlisted", unlisted if unlisted is not None else UNLISTED.empty_table())
            judge(db, releases=releases, archive=archive, limits=())
            return db.sql(FINDINGS).to_arrow_table().to_pylist()

    return run


def test_each_unlisted_npi_of_a_line_is_a_finding(judged):
    rows = [(1, 1, "1234567893"), (1, 1, "2123456784"), (1, 1, "1234567893"), (1, 2, "1234567893")]
    unlisted = pa.table([list(column) for column in zip(*rows, strict=True)], names=["claim", "line", "npi"])
    found = judged({}, {"line": 2, "procedure": "X1009"}, unlisted=unlisted)
    assert [(f["rule"], f["severity"], f["lines"], f["codes"]) for f in found] == [
        ("npi.unlisted", "review", [1], ["1234567893"]),
        ("npi.unlisted", "review", [1], ["2123456784"]),
        ("npi.unlisted", "review", [2], ["1234567893"]),
    ]


def test_each_line_is_judged_as_of_its_own_day(judged):
    found = judged({"today": DAY}, {"line": 2, "procedure": "X1009", "today": DAY - timedelta(days=1)})
    assert [(f["rule"], f["lines"]) for f in found] == [("line.dates", [2])]


def test_place_and_codes_tell_the_findings_of_a_rule_in_a_claim_apart(judged):
    sums = [{"procedure": "X1006", "units": "3.000", "line": n, "date_from": DAY - timedelta(days=n)} for n in (1, 2)]
    pairs = [{"line": 3}, {"line": 4, "procedure": "X1002"}, {"line": 5, "procedure": "X1002"}]
    found = judged(*sums, *pairs)
    assert [(f["rule"], f["place"]) for f in found] == [
        ("ncci.mue_day", "2026-07-14/1234567893"),
        ("ncci.mue_day", "2026-07-13/1234567893"),
        ("ncci.ptp_modifier_missing", "4"),
        ("ncci.ptp_modifier_missing", "5"),
        ("line.duplicate", "5"),
    ]


def test_lines_of_other_claims_are_numbers_of_claims(judged):
    (found,) = judged({"claim": 1}, {"claim": 2, "procedure": "X1002"})
    assert (found["claim"], found["others"], found["others_count"]) == (2, [{"claim": 1, "line": 1}], 1)


def test_no_lines_give_no_findings(judged):
    assert judged() == []
