"""What holds for any files: order does not matter, one broken cell takes one encounter, nothing is lost."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from tests.cycle.intake.delivery import Desk, Row, a_coverage, a_line, a_patient, as_csv

BUSINESS = {
    "patient": """
        SELECT source_patient_id, last_name, birth_date FROM patient WHERE superseded_at IS NULL ORDER BY 1""",
    "coverage": """
        SELECT source_patient_id, responsibility, c.valid_from, c.valid_to, payer
        FROM coverage AS c JOIN patient AS p USING (patient_id)
        WHERE c.superseded_at IS NULL AND p.superseded_at IS NULL ORDER BY 1, 2, 3""",
    "encounter": """
        SELECT source_encounter_id, source_patient_id, v.content_sha256, v.entered_on, v.charge_cents,
               cancelled_at IS NULL
        FROM encounter AS e JOIN encounter_version AS v ON v.encounter_id = e.id AND v.version = e.current_version
        JOIN patient AS p ON p.patient_id = v.patient_id AND p.superseded_at IS NULL ORDER BY 1""",
    "line": """
        SELECT source_encounter_id, line, procedure, charge_cents FROM encounter AS e
        JOIN charge_line AS l ON l.encounter_id = e.id AND l.version = e.current_version ORDER BY 1, 2""",
    "diagnosis": """
        SELECT source_encounter_id, position, code FROM encounter AS e
        JOIN diagnosis AS d ON d.encounter_id = e.id AND d.version = e.current_version ORDER BY 1, 2""",
    "quarantine": """
        SELECT subject_kind, subject FROM quarantine WHERE cleared_at IS NULL ORDER BY 1, 2""",
}
TABLES = "problem, quarantine, diagnosis, charge_line, encounter_version, encounter, coverage, patient, received_file"

FEW = settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
MANY = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def business(desk: Desk) -> dict[str, list[tuple[Any, ...]]]:
    return {name: desk.rows(statement) for name, statement in BUSINESS.items()}


def emptied(desk: Desk) -> Desk:
    with desk.engine.begin() as connection:
        connection.execute(text(f"TRUNCATE {TABLES} CASCADE"))
    return desk


def content(names: Sequence[str], choices: Sequence[int]) -> tuple[list[Row], list[Row], list[Row]]:
    """Patients, coverage and charges of some patients, each in one of a few states."""
    patients, coverage, charges = [], [], []
    for name, choice in zip(names, choices, strict=True):
        patients.append(a_patient(name, last_name=f"Name{choice}"))
        coverage.append(a_coverage(name, valid_to="2026-06-30" if choice % 2 else ""))
        if choice % 2:
            coverage.append(a_coverage(name, valid_from="2026-07-01", payer="NORTHWIND"))
        lines = range(1, 1 + choice % 3)
        charges += [a_line(f"E-{name}", line, patient_id=name, charge=f"{choice}.00") for line in lines]
        charges.append(a_line(f"F-{name}", patient_id=name, status="cancelled" if choice == 3 else ""))
    return patients, coverage, charges


NAMES = ["P1", "P2", "P3", "P4"]
CHOICES = st.lists(st.integers(0, 4), min_size=4, max_size=4)


ORDERS = st.tuples(st.permutations(range(3)), st.permutations(NAMES))


@FEW
@given(CHOICES, CHOICES, ORDERS, st.booleans())
def test_any_order_of_files_rows_and_deliveries_leaves_the_same_practice(
    desk: Desk, before: list[int], after: list[int], orders: tuple[list[int], list[str]], apart: bool
) -> None:
    emptied(desk).hand_in(*content(NAMES, before))
    desk.hand_in(*content(NAMES, after))
    expected = business(desk)
    order, names = orders
    last = dict(zip(NAMES, after, strict=True))
    emptied(desk).hand_in(*content(NAMES, before))
    for part in [[name] for name in names] if apart else [names]:
        files = content(part, [last[name] for name in part])
        desk.hand_in(*(list(reversed(files[place])) for place in order))
    assert business(desk) == expected


BROKEN = {
    "line": st.sampled_from(["0", "-1", "x", "1.5", ""]),
    "status": st.sampled_from(["CANCELLED", "void"]),
    "entered_on": st.sampled_from(["2026-13-01", "7/1/2026", "2027-01-01"]),
    "patient_id": st.sampled_from(["", "NOBODY", "1E+05"]),
    "billing_npi": st.sampled_from(["", "1000000111", "1.2E+09"]),
    "date_from": st.sampled_from(["", "07/01/2026", "2026-06-31", "1e5"]),
    "place_of_service": st.just(""),
    "procedure": st.sampled_from(["", "100", "36415\x01"]),
    "modifiers": st.just("A1;A2;A3;A4;A5"),
    "units": st.sampled_from(["", "1e3", "one", "1.2345", "1" * 12]),
    "charge": st.sampled_from(["", "1.005", "1,00", "$1"]),
    "pointers": st.sampled_from(["A", "1;x", "1.0"]),
}


@st.composite
def broken_cell(draw: st.DrawFn) -> tuple[int, str, str]:
    field = draw(st.sampled_from(sorted(BROKEN)))
    return draw(st.integers(0, 19)), field, draw(BROKEN[field])


@MANY
@given(st.lists(broken_cell(), max_size=6), st.randoms(use_true_random=False))
def test_broken_cells_quarantine_their_encounters_and_all_others_go_in(
    desk: Desk, broken: list[tuple[int, str, str]], rng: Any
) -> None:
    rows = [a_line(f"E{n // 2}", 1 + n % 2, units=str(n + 1)) for n in range(20)]
    bad = {rows[at]["encounter_id"] for at, _, _ in broken}
    for at, field, value in broken:
        rows[at][field] = value
    rng.shuffle(rows)
    counts = emptied(desk).hand_in([a_patient()], rows)
    every = {f"E{n}" for n in range(10)}
    assert desk.quarantined() == bad
    assert desk.encounters() == every - bad
    assert (counts.encounters.new, counts.encounters.quarantined) == (10 - len(bad), len(bad))
    assert desk.rows("SELECT count(*) FROM charge_line") == [(2 * (10 - len(bad)),)]
    assert {row[0] for row in desk.rows("SELECT subject FROM problem WHERE subject_kind = 'encounter'")} == bad


@FEW
@given(
    st.lists(
        st.lists(
            st.sampled_from(["E1", "E2", "", "1", "P1", "1000000012", "2026-07-01", "11", "99213", '"', "\n", "é"]),
            max_size=10,
        ),
        max_size=12,
    )
)
def test_every_encounter_of_any_file_is_loaded_or_quarantined(
    desk: Desk, tmp_path: Path, soup: list[list[str]]
) -> None:
    header = list(a_line())
    sound = [list(a_line(name).values()) for name in ("E1", "E3")]
    rows = as_csv([dict(zip(header, header, strict=True))]).splitlines()[:1]
    quoted = [",".join('"' + value.replace('"', '""') + '"' for value in row) for row in (*sound, *soup)]
    emptied(desk).hand_in([a_patient()])
    counts = desk.hand_in("\n".join([*rows, *quoted]))
    at = header.index("encounter_id")
    # A row of several lines with too few values is taken line by line, so that it may name what is no encounter.
    apart = [row for row in soup if "\n" in row and len(row) != len(header)]
    named = {row[at].strip() for row in (*sound, *soup) if any(map(str.strip, row)) and row not in apart} - {""}
    taken = desk.encounters() | desk.quarantined()
    assert named <= taken
    assert taken == named or apart
    assert desk.encounters() & desk.quarantined() == set()
    assert counts.encounters.new == len(desk.encounters())
