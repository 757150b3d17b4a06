"""Releases as values."""

from datetime import date

from revcycle.foundation.reference import Release, ReleaseSet

HOSPITAL = Release("ptp", "outpatient_hospital", "2026Q2", date(2019, 7, 1), date(2026, 6, 30), "a" * 64, 5)
PRACTITIONER = Release("ptp", "professional", "2026Q3-f1", date(1996, 1, 1), date(2026, 9, 30), "b" * 64, 7)
OPEN = Release("modifier", "any", "local", date(2019, 7, 1), None, "c" * 64, 1)


def test_the_last_of_two_releases_of_one_key_wins() -> None:
    again = Release("ptp", "outpatient_hospital", "2026Q2", date(2019, 7, 1), date(2026, 6, 30), "d" * 64, 6)

    assert ReleaseSet.of_all([HOSPITAL, OPEN, again]).of("ptp") == (again,)


def test_a_source_is_asked_for_with_or_without_its_setting() -> None:
    releases = ReleaseSet.of_all([HOSPITAL, PRACTITIONER, OPEN])

    assert releases.of("ptp") == (HOSPITAL, PRACTITIONER)
    assert releases.of("ptp", "professional") == (PRACTITIONER,)
    assert releases.of("mue") == ()


def test_the_digest_depends_on_the_content_and_not_on_the_order() -> None:
    one, other = ReleaseSet((HOSPITAL, OPEN)), ReleaseSet((OPEN, HOSPITAL))

    assert one.digest() == other.digest()
    assert one.digest() != ReleaseSet((HOSPITAL,)).digest()
    assert one.digest() != ReleaseSet.of_all([OPEN, PRACTITIONER]).digest()


def test_age_counts_the_days_since_the_last_covered_day_and_is_0_while_it_covers() -> None:
    releases = ReleaseSet.of_all([HOSPITAL, PRACTITIONER, OPEN])

    assert releases.age(date(2026, 7, 2)) == {HOSPITAL: 2, PRACTITIONER: 0, OPEN: 0}


def test_a_release_survives_json() -> None:
    assert [Release.from_json(release.as_json()) for release in (HOSPITAL, OPEN)] == [HOSPITAL, OPEN]
