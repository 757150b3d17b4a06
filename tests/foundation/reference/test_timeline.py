"""Which release governs a day."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from revcycle.foundation.reference import Release
from revcycle.foundation.reference.timeline import FOREVER, timeline

START = date(2024, 1, 1)
HORIZON = 60


def release(version: str, first: date, last: date | None) -> Release:
    return Release("icd10cm", "any", version, first, last, version.rjust(64, "0"), 1)


def at(days: int) -> date:
    return START + timedelta(days=days)


STARTER = release("FY2016-FY2027", date(2015, 10, 1), date(2027, 9, 30))


def test_one_release_governs_from_its_first_day_on_for_good() -> None:
    (reign,) = timeline([STARTER])

    assert (reign.first, reign.last) == (date(2015, 10, 1), FOREVER)


def test_a_year_inside_a_longer_release_takes_its_own_days_only() -> None:
    year = release("FY2026", date(2025, 10, 1), date(2026, 9, 30))

    reigns = [(reign.release.version, reign.first, reign.last) for reign in timeline([STARTER, year])]

    assert reigns == [
        ("FY2016-FY2027", date(2015, 10, 1), date(2025, 9, 30)),
        ("FY2026", date(2025, 10, 1), date(2026, 9, 30)),
        ("FY2016-FY2027", date(2026, 10, 1), FOREVER),
    ]


def test_an_update_in_april_takes_the_rest_of_the_year() -> None:
    year = release("FY2026", date(2025, 10, 1), date(2026, 9, 30))
    april = release("FY2026-April", date(2026, 4, 1), date(2026, 9, 30))

    assert [(reign.release, reign.first) for reign in timeline([april, year])] == [
        (year, date(2025, 10, 1)),
        (april, date(2026, 4, 1)),
    ]


def test_a_replacement_file_of_the_same_days_takes_all_of_them() -> None:
    first, replacement = (release(version, date(2026, 7, 1), date(2026, 9, 30)) for version in ("2026Q3", "2026Q3r1"))

    assert [reign.release for reign in timeline([first, replacement])] == [replacement]


def test_a_gap_between_two_quarters_belongs_to_none() -> None:
    before = release("2026Q1", date(2026, 1, 1), date(2026, 3, 31))
    after = release("2026Q3", date(2026, 7, 1), date(2026, 9, 30))

    assert [(reign.first, reign.last) for reign in timeline([before, after])] == [
        (date(2026, 1, 1), date(2026, 3, 31)),
        (date(2026, 7, 1), FOREVER),
    ]


def test_no_releases_have_no_reigns() -> None:
    assert timeline([]) == []


spans = st.lists(st.tuples(st.integers(0, HORIZON), st.integers(0, 30)), min_size=1, max_size=6)


@given(spans)
def test_every_day_has_the_governor_that_the_rule_names(drawn: list[tuple[int, int]]) -> None:
    releases = [release(f"v{number}", at(first), at(first + size)) for number, (first, size) in enumerate(drawn)]
    reigns = timeline(releases)

    for day in (at(number) for number in range(-2, HORIZON + 35)):
        governing = [reign.release for reign in reigns if reign.first <= day <= reign.last]
        covering = [each for each in releases if each.valid_from <= day <= (each.valid_to or FOREVER)]
        if covering:
            nearest = min(each.valid_to or FOREVER for each in covering)
            latest = max(each.valid_from for each in covering if each.valid_to == nearest)
            expected = max(
                (each for each in covering if (each.valid_to, each.valid_from) == (nearest, latest)),
                key=lambda each: each.version,
            )
        elif day > max(each.valid_to or FOREVER for each in releases):
            expected = max(releases, key=lambda each: (each.valid_to or FOREVER, each.valid_from, each.version))
        else:
            assert governing == []
            continue
        assert governing == [expected]
