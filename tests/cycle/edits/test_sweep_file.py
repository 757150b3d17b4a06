"""The sweep of a file as a whole: what is said and what stays silent, the order, and what may not change anything."""

import io
import json
import random
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from revcycle.cycle.edits import report, sweep_file
from revcycle.foundation.archive import Archive
from revcycle.foundation.reference import ReleaseSet
from tests.cycle.edits.conftest import AS_OF, DEFAULTS, LIMITS, SweepLines, add_release, write_csv

FILES = Path(__file__).with_name("files")


def values(findings, *names):
    return [tuple(f.get(name) for name in names) for f in findings]


def test_a_file_of_every_rule_gives_exactly_the_expected_findings(sweep_path: SweepLines):
    expected = [json.loads(line) for line in (FILES / "every_rule.expected.jsonl").read_text("utf-8").splitlines()]
    found = sweep_path(FILES / "every_rule.csv")
    names = ("rule", "severity", "claim", "lines", "codes", "others", "others_count", "row")
    assert values(found, *names) == values(expected, *names)


def test_a_finding_is_printed_with_its_fields_in_order(sweep_lines: SweepLines):
    plain, shared, unread = sweep_lines(
        {"units": "0"}, {"claim_id": "C2", "procedure": "X1002"}, {"claim_id": "C3", "units": "x"}
    )
    fields = ["rule", "severity", "claim", "lines", "codes", "reason", "fix", "source", "release"]
    assert list(plain) == fields
    assert list(shared) == [*fields, "others", "others_count"]
    assert list(unread) == [*fields, "row"]
    assert all(f[name] for f in (plain, shared, unread) for name in fields[5:8])
    assert shared["release"] == "ptp outpatient_hospital 2026Q3"


@pytest.mark.parametrize("text", ['a"b', "a\\b", "{codes[0]}", "é\u2028b", "\x01"])
def test_any_text_of_a_claim_or_code_comes_out_as_it_went_in(sweep_lines: SweepLines, text):
    found = sweep_lines({"claim_id": text, "patient_id": text, "place_of_service": text})
    assert values(found, "rule", "claim", "codes") == [("place.unknown", text, [text])]


def silence(books, tmp_path, *rows, limits=LIMITS, without=()):
    archive, releases = books
    releases = ReleaseSet(tuple(release for release in releases.releases if release.source not in without))
    path = write_csv(tmp_path / "f.csv", rows)
    how = {"as_of": AS_OF, "releases": releases, "archive": archive, "limits": limits, "spill": tmp_path / "spill"}
    with sweep_file(path, **how) as swept:
        return swept.not_evaluated


def test_nothing_is_silent_where_every_table_covers_the_dates(books, tmp_path):
    assert silence(books, tmp_path, {}) == ()


def test_rules_whose_table_begins_after_a_line_are_named_with_the_claims_concerned(books, tmp_path):
    rows = [{"claim_id": "A"}, {"claim_id": "B", "date_from": "2026-06-30"}, {"claim_id": "B", "line": "2"}]
    (entry,) = silence(books, tmp_path, *rows)
    assert entry.rules == ("ncci.mue_clinical", "ncci.mue_day", "ncci.mue_line")
    assert (entry.source, entry.since) == ("mue", date(2026, 7, 1))
    assert (entry.first, entry.last, entry.claims.to_pylist()) == (date(2026, 6, 30), date(2026, 6, 30), [2])


GAP = (date(2026, 9, 30), date(2027, 1, 1))
DAYS = {"A": "2026-06-30", "B": "2026-09-30", "C": "2026-10-01", "D": "2026-12-31", "E": "2027-01-01"}


def test_a_gap_between_two_quarters_is_named_with_the_claims_concerned(books, tmp_path):
    archive, releases = books
    rows = [("X1005", 2, 1, date(2027, 1, 1), None)]
    later = add_release(archive, tmp_path, "mue", "professional", days=(GAP[1], date(2027, 3, 31)), rows=rows)
    books = archive, ReleaseSet.of_all([*releases.releases, later])
    lines = [{"claim_id": name, "procedure": "X1005", "units": "9", "date_from": day} for name, day in DAYS.items()]
    early, gap = silence(books, tmp_path, *lines)
    assert (early.until, early.since, early.claims.to_pylist()) == (None, date(2026, 7, 1), [1])
    assert (gap.until, gap.since, gap.claims.to_pylist()) == (*GAP, [3, 4])
    assert (gap.source, gap.rules) == ("mue", ("ncci.mue_clinical", "ncci.mue_day", "ncci.mue_line"))
    assert (gap.first, gap.last) == (date(2026, 10, 1), date(2026, 12, 31))
    out = io.StringIO()
    report.print_counts(Counter(), [gap], out)
    assert "no mue release covers the days between 2026-09-30 and 2027-01-01" in out.getvalue()


@pytest.mark.parametrize(("source", "row"), [("hcpcs", ("99213",)), ("modifier", ("25", True)), ("icd10cm", ("A10",))])
def test_a_code_is_not_judged_in_a_gap_of_its_table(books, tmp_path, sweep_lines, source, row):
    days = (date(2028, 1, 1), date(2028, 3, 31))
    later = add_release(books[0], tmp_path, source, "any", days=days, rows=[(*row, days[0], None)])
    line = {"procedure": "99213", "modifiers": "25", "date_from": "2027-12-31"}
    found = sweep_lines(line, also=[later], as_of=date(2028, 1, 1))
    assert values(found, "rule") == []


def test_rules_whose_table_is_missing_are_named_and_find_nothing(books, tmp_path, sweep_lines: SweepLines):
    addon = {"procedure": "Y1000"}
    (entry,) = silence(books, tmp_path, addon, without=["addon"])
    assert (entry.rules, entry.source, entry.since) == (("addon.primary_missing",), "addon", None)
    assert entry.claims.to_pylist() == [1]
    assert sweep_lines(addon, without=["addon"]) == []


def test_without_any_table_the_rules_that_need_none_still_hold(sweep_lines: SweepLines, books):
    every = [release.source for release in books[1].releases]
    found = sweep_lines({"units": "0", "diagnoses": "Q99", "modifiers": "LT;RT"}, without=every)
    assert values(found, "rule") == [("line.units",), ("modifier.conflict",)]


def test_payers_without_a_filing_limit_are_named(books, tmp_path):
    rows = [{"claim_id": "A"}, {"claim_id": "B", "payer": "TRICARE"}, {"claim_id": "C", "payer": ""}]
    (entry,) = silence(books, tmp_path, *rows)
    assert (entry.rules, entry.source, entry.claims.to_pylist()) == (("filing.expired",), "filing_limit", [2, 3])
    assert silence(books, tmp_path, *rows, limits=())[0].claims.to_pylist() == [1, 2, 3]


def test_what_was_not_evaluated_and_the_counts_are_said_once(books, tmp_path):
    out = io.StringIO()
    entries = silence(books, tmp_path, {"date_from": "2026-06-30", "payer": ""}, without=["addon"])
    report.print_counts(Counter({("line.units", "block"): 2}), entries, out)
    said = out.getvalue().splitlines()
    assert said[0].split() == ["2", "block", "line.units"]
    assert said[1].split() == ["2", "findings"]
    assert [line.split(":")[0] for line in said[2:]] == ["not evaluated"] * 3
    assert "no addon table is loaded" in said[2]
    assert "the mue table begins on 2026-07-01" in said[3]
    assert "filing limit" in said[4]


def test_what_several_chunks_did_not_evaluate_for_one_reason_is_put_together(books, tmp_path):
    early, late = (silence(books, tmp_path, {"date_from": day, "payer": ""}) for day in ("2026-06-29", "2026-06-30"))
    together = {one.rules: one for one in report.silences([*early, *late])}
    filing = together[("filing.expired",)]
    assert len(together) == len(early)
    assert (filing.claims, filing.first, filing.last) == (2, date(2026, 6, 29), date(2026, 6, 30))


def test_people_read_one_line_a_finding_away_from_a_terminal(books, tmp_path):
    out = io.StringIO()
    path = write_csv(tmp_path / "f.csv", [{"units": "0"}, {"line": "2", "units": "x"}])
    archive, releases = books
    with sweep_file(
        path, as_of=AS_OF, releases=releases, archive=archive, limits=LIMITS, spill=tmp_path / "spill"
    ) as swept:
        counts = report.print_text(report.findings(swept), out)
    assert counts == {("line.units", "block"): 1, ("input.unreadable", "block"): 1}
    assert [line.split("\t")[:5] for line in out.getvalue().splitlines()] == [
        ["block", "line.units", "C1", "1", "X1000"],
        ["block", "input.unreadable", "C1", "2", ""],
    ]


def test_nothing_is_left_in_the_spill_folder(sweep_lines: SweepLines, tmp_path):
    sweep_lines({})
    assert list((tmp_path / "spill").iterdir()) == []


MIXED = {
    "date_from": ["2026-07-15", "2026-07-14"],
    "procedure": ["X1000", "X1001", "X1002", "X1006", "X1007", "Y1000", "Y2000", "99213"],
    "modifiers": ["", "", "59", "LT;RT", "25", "QQ"],
    "units": ["1", "1", "2", "0", "x"],
    "pointers": ["1", "2", ""],
}


def mixed_rows(seed: int) -> list[dict[str, str]]:
    """Rows of few patients, days and codes, so that rules meet; some broken. No (claim, line) twice."""
    pick = random.Random(seed)
    diagnoses = [pick.choice(["A10", "A10;A10", "Q99;A11", "F601;A10", "", "V700"]) for _ in range(6)]
    return [
        {"claim_id": f"C{claim}", "line": str(line), "patient_id": f"P{claim % 2}", "diagnoses": diagnoses[claim]}
        | {name: pick.choice(choices) for name, choices in MIXED.items()}
        for claim in range(6)
        for line in range(1, 5)
    ]


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10_000), order=st.permutations(list(DEFAULTS)))
def test_the_order_of_columns_changes_nothing(sweep_path: SweepLines, tmp_path: Path, seed, order):
    rows = mixed_rows(seed)
    straight = sweep_path(write_csv(tmp_path / "straight.csv", rows))
    assert sweep_path(write_csv(tmp_path / "shuffled.csv", rows, order)) == straight
    assert straight


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10_000))
def test_the_order_of_rows_changes_only_row_numbers(sweep_path: SweepLines, tmp_path: Path, seed):
    rows = mixed_rows(seed)
    straight = sweep_path(write_csv(tmp_path / "straight.csv", rows))
    random.Random(seed).shuffle(rows)
    shuffled = sweep_path(write_csv(tmp_path / "shuffled.csv", rows))
    for finding in (*straight, *shuffled):
        if finding.pop("row", None):
            finding["reason"] = finding["reason"].split(":", 1)[1]
    assert shuffled == straight


def test_a_patients_day_of_thousands_of_lines_is_judged(books: tuple[Archive, ReleaseSet], sweep_path, tmp_path):
    rows = [{"claim_id": f"C{n // 5:04}", "line": str(n % 5 + 1), "procedure": f"X100{n % 4}"} for n in range(5_000)]
    found = sweep_path(write_csv(tmp_path / "f.csv", rows))
    never = [f for f in found if f["rule"] == "ncci.ptp_never"]
    assert len(never) == 1_250
    assert {len(f["others"]) for f in never} == {20}
