"""The active releases as DuckDB tables: which release's rows hold on which day."""

from datetime import date

import duckdb
import pytest

from revcycle.foundation.archive import Archive, ObjectMissing
from revcycle.foundation.reference import Release, ReleaseSet, attach
from revcycle.foundation.state import State
from tests.foundation.reference.conftest import MakeRelease, Query

Q1, Q2, Q3, Q4 = date(2026, 1, 1), date(2026, 4, 1), date(2026, 7, 1), date(2026, 10, 1)
Q1_END, Q2_END, Q3_END, Q4_END = date(2026, 3, 31), date(2026, 6, 30), date(2026, 9, 30), date(2026, 12, 31)
OPEN = date.max
PAIRS = "SELECT column_1, column_2, indicator, setting, valid_from, valid_to FROM ptp ORDER BY ALL"
BEGAN = date(2019, 7, 1)


@pytest.fixture
def hospital(make_release: MakeRelease) -> Release:
    rows = [("10001", "20001", 1, BEGAN, None), ("50001", "20001", 1, BEGAN, None), ("90001", "20001", 0, BEGAN, None)]
    return make_release("ptp", rows, BEGAN, Q2_END, version="2026Q2", setting="outpatient_hospital")


def practitioner(
    make_release: MakeRelease, code: str, indicator: int, days: tuple[date, date], version: str
) -> Release:
    first, last = days
    rows = [(code, "20001", indicator, first, None)]
    return make_release("ptp", rows, first, last, version=version, setting="professional")


def test_the_sources_present_are_named_and_the_absent_make_no_table(make_release: MakeRelease, state: State) -> None:
    releases = ReleaseSet((make_release("modifier", [("59", True, BEGAN, None)], BEGAN, Q2_END),))

    with duckdb.connect() as db:
        assert attach(db, releases, Archive(state.archive)) == {"modifier"}
        tables = db.execute("SELECT table_name FROM information_schema.tables ORDER BY ALL").fetchall()

    assert tables == [("modifier",), ("reign",), ("release",)]


def test_no_release_at_all_is_an_empty_list(query: Query) -> None:
    assert query([], "SELECT * FROM release") == []


def test_a_row_in_force_ends_on_the_last_day_there_is(make_release: MakeRelease, query: Query) -> None:
    rows = [("A0001", BEGAN, None), ("A0002", BEGAN, Q1_END)]

    assert query([make_release("hcpcs", rows, BEGAN, Q2_END)], "SELECT * FROM hcpcs ORDER BY ALL") == [
        ("A0001", BEGAN, OPEN),
        ("A0002", BEGAN, Q1_END),
    ]


def test_the_release_table_says_what_each_covers(hospital: Release, query: Query) -> None:
    assert query([hospital], "SELECT * FROM release") == [("ptp", "outpatient_hospital", "2026Q2", BEGAN, Q2_END)]


def test_the_reign_table_says_which_days_some_release_covers(make_release: MakeRelease, query: Query) -> None:
    rows = [("59", True, BEGAN, None)]
    later = (date(2027, 1, 1), date(2027, 3, 31))
    releases = [make_release("modifier", rows, BEGAN, Q2_END), make_release("modifier", rows, *later, version="two")]

    assert query(releases, "SELECT first_day, last_day FROM reign ORDER BY 1") == [
        (BEGAN, Q2_END),
        (later[0], date.max),
    ]


def test_a_folder_name_that_looks_like_a_pattern_is_a_folder_name(make_release: MakeRelease, state: State) -> None:
    release = make_release("modifier", [("59", True, BEGAN, None)], BEGAN, Q2_END)
    odd = Archive(state.root / "it's [a] *?")
    odd.put(Archive(state.archive).path(release.sha256))

    with duckdb.connect() as db:
        attach(db, ReleaseSet((release,)), odd)
        assert db.execute("SELECT modifier FROM modifier").fetchall() == [("59",)]


def test_a_release_that_the_archive_lacks_is_said_to_be_missing(hospital: Release, state: State) -> None:
    Archive(state.archive).path(hospital.sha256).unlink()

    with duckdb.connect() as db, pytest.raises(ObjectMissing):
        attach(db, ReleaseSet((hospital,)), Archive(state.archive))


def test_the_hospitals_pairs_stand_where_nothing_else_is_loaded(hospital: Release, query: Query) -> None:
    assert query([hospital], PAIRS) == [
        ("10001", "20001", 1, "outpatient_hospital", BEGAN, OPEN),
        ("50001", "20001", 1, "outpatient_hospital", BEGAN, OPEN),
        ("90001", "20001", 0, "outpatient_hospital", BEGAN, OPEN),
    ]


def test_a_practitioner_table_replaces_the_hospitals_from_its_first_day_on(
    make_release: MakeRelease, hospital: Release, query: Query
) -> None:
    whole = practitioner(make_release, "50001", 0, (Q3, Q3_END), "2026Q3")

    assert query([hospital, whole], PAIRS) == [
        ("10001", "20001", 1, "outpatient_hospital", BEGAN, Q2_END),
        ("50001", "20001", 0, "professional", Q3, OPEN),
        ("50001", "20001", 1, "outpatient_hospital", BEGAN, Q2_END),
        ("90001", "20001", 0, "outpatient_hospital", BEGAN, Q2_END),
    ]


def test_a_practitioner_table_that_tells_the_past_replaces_the_hospitals_there_too(
    make_release: MakeRelease, hospital: Release, query: Query
) -> None:
    rows = [("50001", "20001", 1, date(1996, 1, 1), Q1_END), ("50001", "20002", 0, Q2, None)]
    whole = make_release("ptp", rows, date(1996, 1, 1), Q3_END, version="2026Q3", setting="professional")

    assert query([hospital, whole], PAIRS) == [
        ("50001", "20001", 1, "professional", date(1996, 1, 1), Q1_END),
        ("50001", "20002", 0, "professional", Q2, OPEN),
    ]


def test_of_two_practitioner_quarters_each_has_its_own_days_and_the_newest_what_follows(
    make_release: MakeRelease, query: Query
) -> None:
    earlier = practitioner(make_release, "50001", 1, (Q2, Q3_END), "2026Q3")
    later = practitioner(make_release, "50001", 0, (Q2, Q4_END), "2026Q4")

    assert query([earlier, later], PAIRS) == [
        ("50001", "20001", 0, "professional", Q4, OPEN),
        ("50001", "20001", 1, "professional", Q2, Q3_END),
    ]


def test_a_replacement_file_takes_the_quarter_of_the_first_edition(make_release: MakeRelease, query: Query) -> None:
    first = practitioner(make_release, "50001", 1, (Q3, Q3_END), "2026Q3-f2")
    replacement = practitioner(make_release, "50001", 0, (Q3, Q3_END), "2026Q3r1-f2")

    assert query([first, replacement], PAIRS) == [("50001", "20001", 0, "professional", Q3, OPEN)]


def test_one_file_of_four_leaves_the_other_codes_to_the_hospitals_table(
    make_release: MakeRelease, hospital: Release, query: Query
) -> None:
    first_file = practitioner(make_release, "20001", 0, (BEGAN, Q3_END), "2026Q3-f1")

    assert [row[:4] for row in query([hospital, first_file], PAIRS)] == [
        ("20001", "20001", 0, "professional"),
        ("50001", "20001", 1, "outpatient_hospital"),
        ("90001", "20001", 0, "outpatient_hospital"),
    ]


def test_all_files_of_an_edition_leave_nothing_to_the_hospitals_table(
    make_release: MakeRelease, hospital: Release, query: Query
) -> None:
    files = [
        practitioner(make_release, code, 0, (BEGAN, Q3_END), f"2026Q3-f{part}")
        for part, code in enumerate(("20001", "40001", "60001", "80001"), start=1)
    ]

    assert {row[3] for row in query([hospital, *files], PAIRS)} == {"professional"}
    assert len(query([hospital, *files], PAIRS)) == 4


def test_a_code_that_moves_to_another_file_between_quarters_is_there_once_each_day(
    make_release: MakeRelease, query: Query
) -> None:
    def two(part: int, codes: list[str], last: date, version: str) -> Release:
        rows = [(code, "20001", part % 2, BEGAN, None) for code in codes]
        return make_release("ptp", rows, BEGAN, last, version=f"{version}-f{part}", setting="professional")

    releases = [
        two(1, ["10001", "30001"], Q3_END, "2026Q3"),
        two(2, ["40001", "60001"], Q3_END, "2026Q3"),
        two(1, ["10001", "40001"], Q4_END, "2026Q4"),
        two(2, ["50001", "60001"], Q4_END, "2026Q4"),
    ]

    assert query(releases, "SELECT column_1, indicator, valid_from, valid_to FROM ptp ORDER BY 1, 3") == [
        ("10001", 1, BEGAN, Q3_END),
        ("10001", 1, Q4, OPEN),
        ("30001", 1, BEGAN, Q3_END),
        ("40001", 0, BEGAN, Q3_END),
        ("40001", 1, Q4, OPEN),
        ("50001", 0, Q4, OPEN),
        ("60001", 0, BEGAN, Q3_END),
        ("60001", 0, Q4, OPEN),
    ]


def test_each_unit_limit_holds_in_its_quarter_and_the_newest_after_it(make_release: MakeRelease, query: Query) -> None:
    releases = [
        make_release("mue", [("99213", value, 2, first, None)], first, last, version=version, setting="professional")
        for value, first, last, version in ((1, Q1, Q1_END, "2026Q1"), (3, Q3, Q3_END, "2026Q3"))
    ]

    assert query(releases, "SELECT value, valid_from, valid_to FROM mue ORDER BY ALL") == [
        (1, Q1, Q1_END),
        (3, Q3, OPEN),
    ]


def test_a_fiscal_year_replaces_validity_for_that_year_only_and_what_goes_on_stays_one_range(
    make_release: MakeRelease, query: Query
) -> None:
    began, ends = date(2015, 10, 1), date(2027, 9, 30)
    first, last = date(2025, 10, 1), date(2026, 9, 30)
    starter = make_release(
        "icd10cm", [("A000", began, None), ("A001", began, None)], began, ends, version="FY2016-FY2027"
    )
    year = make_release("icd10cm", [("A000", first, None), ("B999", first, None)], first, last, version="FY2026")

    assert query([starter, year], "SELECT * FROM icd10cm ORDER BY ALL") == [
        ("A000", began, OPEN),
        ("A001", began, date(2025, 9, 30)),
        ("A001", date(2026, 10, 1), OPEN),
        ("B999", first, last),
    ]


def test_a_year_after_the_starter_ends_what_it_lacks_and_stays_in_force(
    make_release: MakeRelease, query: Query
) -> None:
    began, ends, next_year = date(2015, 10, 1), date(2027, 9, 30), date(2027, 10, 1)
    starter = make_release(
        "icd10cm", [("A000", began, None), ("A001", began, None)], began, ends, version="FY2016-FY2027"
    )
    year = make_release("icd10cm", [("A000", next_year, None)], next_year, date(2028, 9, 30), version="FY2028")

    assert query([starter, year], "SELECT * FROM icd10cm ORDER BY ALL") == [
        ("A000", began, OPEN),
        ("A001", began, ends),
    ]


LEVEL_2 = [
    ("A0001", date(2003, 1, 1), Q4_END),
    ("A0002", date(2003, 1, 1), date(2025, 12, 31)),
    ("A0003", date(2003, 1, 1), None),
]


def test_a_level_two_file_says_nothing_about_codes_that_it_does_not_list(
    make_release: MakeRelease, query: Query
) -> None:
    starter = make_release("hcpcs", [("99213", BEGAN, None), ("A0001", BEGAN, None)], BEGAN, Q2_END)
    level_2 = make_release("hcpcs_level_2", LEVEL_2, Q4, Q4_END)

    assert query([starter, level_2], "SELECT * FROM hcpcs WHERE code IN ('99213', 'A0001') ORDER BY ALL") == [
        ("99213", BEGAN, OPEN),
        ("A0001", BEGAN, Q3_END),
        ("A0001", Q4, Q4_END),
    ]


def test_a_level_two_file_ends_what_it_ended_and_tells_the_past_of_codes_only_it_knows(
    make_release: MakeRelease, query: Query
) -> None:
    starter = make_release("hcpcs", [("A0001", BEGAN, None), ("A0002", BEGAN, None)], BEGAN, Q2_END)
    level_2 = make_release("hcpcs_level_2", LEVEL_2, Q4, Q4_END)

    assert query([starter, level_2], "SELECT * FROM hcpcs WHERE code > 'A0001' ORDER BY ALL") == [
        ("A0002", BEGAN, Q3_END),
        ("A0003", date(2003, 1, 1), OPEN),
    ]


def test_the_newest_level_two_file_that_lists_a_code_decides(make_release: MakeRelease, query: Query) -> None:
    starter = make_release("hcpcs", [("99213", BEGAN, None)], BEGAN, Q2_END)
    older = make_release(
        "hcpcs_level_2", [("A0001", BEGAN, None), ("A0002", BEGAN, Q3_END)], Q3, Q3_END, version="2026Q3"
    )
    newer = make_release("hcpcs_level_2", [("A0001", BEGAN, Q4_END)], Q4, Q4_END, version="2026Q4")

    assert query([starter, newer, older], "SELECT * FROM hcpcs WHERE code LIKE 'A%' ORDER BY ALL") == [
        ("A0001", BEGAN, Q4_END),
        ("A0002", BEGAN, Q3_END),
    ]


def test_a_level_two_file_alone_makes_no_table_in_which_every_cpt_code_would_be_unknown(
    make_release: MakeRelease, state: State
) -> None:
    level_2 = ReleaseSet((make_release("hcpcs_level_2", LEVEL_2, Q4, Q4_END),))

    with duckdb.connect() as db:
        assert attach(db, level_2, Archive(state.archive)) == frozenset()


def test_a_modifier_keeps_its_ncci_flag_which_the_level_two_file_does_not_carry(
    make_release: MakeRelease, query: Query
) -> None:
    starter = make_release("modifier", [("59", True, BEGAN, None), ("LT", True, BEGAN, None)], BEGAN, Q2_END)
    rows = [("LT", False, date(1984, 1, 1), None), ("ZZ", False, Q4, None)]
    level_2 = make_release("modifier_level_2", rows, Q4, Q4_END)

    assert query([starter, level_2], "SELECT * FROM modifier ORDER BY ALL") == [
        ("59", True, BEGAN, OPEN),
        ("LT", True, BEGAN, Q3_END),
        ("LT", True, Q4, OPEN),
        ("ZZ", False, Q4, OPEN),
    ]
