"""Each figure on the smallest practice that shows its rule."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from revcycle.foundation.errors import InputUnusable
from revcycle.watch.review.deadlines import Passing
from revcycle.watch.review.edit_yield import Yield, without_edit
from revcycle.watch.review.figures import Figures, figures
from revcycle.watch.review.owed import Overdue
from revcycle.watch.review.pace import Lag, Throughput
from revcycle.watch.review.quality import Share
from revcycle.watch.review.refusals import Refusal, code
from revcycle.watch.review.stored import Registered
from revcycle.watch.review.weeks import Week
from revcycle.watch.review.wording import money, per_mille, short
from tests.watch.review.books import LATER, MONDAY, SUNDAY, ZONE, Books, at

WEDNESDAY = MONDAY + timedelta(days=2)
BEFORE = MONDAY - timedelta(days=1)


def of(books: Books, monday: date = MONDAY, zone: ZoneInfo = ZONE) -> Figures:
    with books.engine.connect() as connection:
        return figures(connection, Week(monday, zone))


def test_a_clean_claim_is_an_encounter_that_no_finding_stopped(books: Books) -> None:
    for rule, severity in (("ncci.ptp_never", "block"), ("icd10.excludes1", "review"), ("ncci.ptp_bypassed", "info")):
        books.found(books.entered(WEDNESDAY), rule, severity)
    books.entered(MONDAY)
    books.entered(SUNDAY)
    books.entered(SUNDAY, status="cancelled")
    books.entered(BEFORE)
    books.entered(LATER)
    found = of(books)
    assert found.clean[MONDAY] == Share(3, 5)
    assert found.clean[MONDAY - timedelta(days=7)] == Share(1, 1)


def test_a_finding_of_a_version_that_was_fixed_still_was_work(books: Books) -> None:
    one = books.entered(MONDAY)
    books.found(one, "ncci.ptp_never", state="fixed")
    books.version(one, 2, WEDNESDAY)
    assert of(books).clean[MONDAY] == Share(0, 1)


def test_a_correction_that_was_entered_later_and_stopped_is_no_work_of_the_week(books: Books) -> None:
    one = books.entered(MONDAY)
    books.version(one, 2, LATER)
    books.found(one, "ncci.ptp_never", version=2)
    assert of(books).clean[MONDAY] == Share(1, 1)


def test_a_first_pass_refuses_nothing_and_answers_the_first_submission(books: Books) -> None:
    for ordinal, refused in ((1, False), (1, True), (2, False)):
        one = books.entered(MONDAY)
        claim = books.claim(one)
        sent = books.sent(claim, one, at(MONDAY), ordinal=ordinal)
        remitted = books.remitted(claim, WEDNESDAY, submission=sent.submission)
        if refused:
            books.denied(remitted, claim, 100)
    assert of(books).first_pass[MONDAY] == Share(1, 3)


@pytest.mark.parametrize(("status", "counted"), [("1", 1), ("4", 1), ("19", 1), ("22", 0), ("23", 0), ("25", 0)])
def test_a_reversal_a_hand_over_and_a_prediction_decide_nothing(books: Books, status: str, counted: int) -> None:
    books.remitted(books.claim(books.entered(MONDAY)), WEDNESDAY, status=status)
    assert of(books).first_pass.get(MONDAY, Share()).total == counted


def test_a_claim_is_first_decided_once_and_by_the_match_that_counts(books: Books) -> None:
    one = books.entered(MONDAY)
    claim, other = books.claim(one), books.claim(books.entered(MONDAY))
    books.remitted(claim, BEFORE)
    books.remitted(claim, WEDNESDAY)
    moved = books.remitted(other, WEDNESDAY)
    with books.engine.begin() as connection:
        connection.execute(
            text("""INSERT INTO remittance_match (remittance_id, claim_position, ordinal, claim_id, method, run_id)
                    VALUES (:one, 1, 2, NULL, 'none', 1)"""),
            {"one": moved},
        )
    assert MONDAY not in of(books).first_pass


def test_a_submission_is_rejected_once_by_the_first_answer_that_says_so(books: Books) -> None:
    one = books.entered(MONDAY)
    sent = books.sent(books.claim(one, "LARKSPUR"), one, at(BEFORE), cents=500)
    books.rejected(sent, at(MONDAY), edit="npi.check_digit", element="NM109")
    books.rejected(sent, at(WEDNESDAY), codes=["A3:507"])
    early = books.sent(books.claim(books.entered(MONDAY)), one, at(BEFORE))
    books.rejected(early, at(BEFORE))
    books.rejected(early, at(MONDAY))
    found = of(books).refusals
    assert found.rejections == [
        Refusal("LARKSPUR", "277CA A7:562:85 at NM109", "277CA", "npi.check_digit", claims=1, cents=500)
    ]
    assert found.rejected == {MONDAY: 1, MONDAY - timedelta(days=7): 1}


def test_denials_are_told_by_payer_and_cause_and_who_must_answer(books: Books) -> None:
    for payer, reason, owner, rule, cents in (
        ("MEDICARE", "16", "biller", "", 300),
        ("MEDICARE", "16", "biller", "", 200),
        ("LARKSPUR", "97", "coder", "ncci.ptp_never", 900),
    ):
        claim = books.claim(books.entered(MONDAY), payer)
        books.denied(books.remitted(claim, SUNDAY), claim, cents, reason, owner=owner, edit_rule=rule)
    late = books.claim(books.entered(MONDAY))
    books.denied(books.remitted(late, LATER), late, 1)
    found = of(books).refusals
    assert found.denials == [
        Refusal("LARKSPUR", "CO-97 information", "coder", "ncci.ptp_never", claims=1, cents=900),
        Refusal("MEDICARE", "CO-16 information", "biller", "", claims=2, cents=500),
    ]
    assert found.denied == {MONDAY: 1_400}
    assert without_edit(found.denials) == 2


@pytest.mark.parametrize(
    "said", ["16", "CO", "B7", "N123", "A7:562:85", "A3:507", "R", "R 022", "SV101-2", "NM109", "CLM05-1"]
)
def test_a_code_is_shown(said: str) -> None:
    assert code(said) == said


@pytest.mark.parametrize(
    "said", ["Quillfeather", "QUILLFEATHER", "1961-03-04", "19610304", "1961-03", "SYN0042123", "A7:QUILL"]
)
def test_what_has_not_the_form_of_a_code_is_not_shown(said: str) -> None:
    assert code(said) == "(no code)"


def test_the_yield_of_a_rule_counts_what_was_fixed_and_overridden_in_time_and_what_came_back(books: Books) -> None:
    rule, other = "ncci.ptp_never", "icd10.unknown"
    corrected, late, neighbour, later = (books.entered(MONDAY) for _ in range(4))
    for one in (corrected, late, neighbour, later):
        books.found(one, rule, state="fixed")
    books.version(corrected, 2, WEDNESDAY)
    books.version(late, 2, LATER)
    books.item("coder", "kim", at(MONDAY), closed=at(WEDNESDAY), cause_kind="edits", cause_id=neighbour)
    books.item("coder", "kim", at(MONDAY), closed=at(LATER), cause_kind="edits", cause_id=later)
    why = {"overridden_by": "kim", "override_reason": "documented"}
    books.found(books.entered(MONDAY), rule, state="overridden", overridden_at=at(SUNDAY), **why)
    books.found(books.entered(MONDAY), rule, state="overridden", overridden_at=at(LATER), **why)
    books.found(books.entered(BEFORE), rule)
    claim = books.claim(corrected)
    sent = books.sent(claim, corrected, at(WEDNESDAY))
    books.rejected(sent, at(WEDNESDAY), edit=other)
    books.denied(books.remitted(claim, SUNDAY), claim, 100, owner="coder", edit_rule=rule)
    found = of(books)
    assert found.edits == [
        Yield(rule, found=6, fixed=2, overridden=1, came_back=1),
        Yield(other, found=0, fixed=0, overridden=0, came_back=1),
    ]
    assert found.edits[0].open == 3


def test_lags_run_from_service_to_coding_and_from_coding_to_the_first_sending(books: Books) -> None:
    for waited, sent_after in ((1, 0), (3, 1), (10, 4)):
        one = books.entered(MONDAY, served=MONDAY - timedelta(days=waited))
        books.version(one, 2, WEDNESDAY)
        claim = books.claim(one)
        books.sent(claim, one, at(MONDAY + timedelta(days=sent_after), 23))
        books.sent(claim, one, at(MONDAY + timedelta(days=sent_after + 1)), ordinal=2)
    pace = of(books).pace
    assert pace.coding[MONDAY] == Lag(counted=3, median=3, most=10, longest=10)
    assert pace.sending[MONDAY] == Lag(counted=3, median=1, most=4, longest=4)


def test_a_claim_that_was_sent_before_the_week_is_not_sent_again_in_it(books: Books) -> None:
    one = books.entered(BEFORE)
    claim = books.claim(one)
    books.sent(claim, one, at(BEFORE))
    books.sent(claim, one, at(MONDAY), ordinal=2)
    assert MONDAY not in of(books).pace.sending


def test_throughput_counts_what_each_person_closed_in_the_week_and_has_open_at_its_end(books: Books) -> None:
    books.item("coder", "kim", at(BEFORE), closed=at(WEDNESDAY), by="kim")
    books.item("coder", "kim", at(MONDAY), closed=at(WEDNESDAY))
    books.item("coder", "kim", at(MONDAY), closed=at(LATER), by="kim")
    for owner in ("kim", "lee"):
        books.item("coder", owner, at(BEFORE), closed=at(BEFORE))
    books.item("biller", "rob", at(SUNDAY))
    books.item("biller", "rob", at(LATER))
    books.item("ops", "", at(MONDAY))
    assert of(books).pace.people == [
        Throughput("biller", "rob", closed=0, by_hand=0, open=1, days=None),
        Throughput("coder", "kim", closed=2, by_hand=1, open=1, days=2),
        Throughput("ops", "", closed=0, by_hand=0, open=1, days=None),
    ]


def test_an_answer_is_overdue_that_was_due_and_had_not_come_by_the_end(books: Books) -> None:
    one = books.entered(MONDAY)
    for due, met in ((BEFORE, None), (SUNDAY, LATER), (SUNDAY, SUNDAY), (LATER, None)):
        sent = books.sent(books.claim(books.entered(MONDAY)), one, at(BEFORE), cents=500)
        books.owed(sent, at(due), met=at(met, 18) if met else None)
    found = of(books)
    assert found.overdue == [Overdue("MEDICARE", "835", "payer", answers=2, oldest=BEFORE, cents=1_000)]
    assert found.overdue_before == {MONDAY: 2, MONDAY - timedelta(days=7): 1}


def test_open_work_is_late_after_its_day_and_soon_within_two_weeks(books: Books) -> None:
    for due in (BEFORE, SUNDAY, LATER, SUNDAY + timedelta(days=14), SUNDAY + timedelta(days=15), None):
        books.item("biller", "rob", at(MONDAY), due_on=due, amount_cents=100)
    books.item("biller", "rob", at(MONDAY), closed=at(SUNDAY), due_on=MONDAY)
    books.item("biller", "rob", at(MONDAY), closed=at(LATER), due_on=MONDAY, amount_cents=100)
    assert of(books).deadlines == [Passing("biller", "rejection", passed=3, soon=2, cents=500)]


def test_an_object_belongs_to_the_business_date_of_its_run(books: Books) -> None:
    for day in (BEFORE, SUNDAY, LATER):
        books.dated(day)
        books.stored(f"{day}".encode())
    assert of(books).registered == Registered(2, 20)


def test_an_object_of_a_run_without_a_date_belongs_to_the_day_it_was_registered(books: Books) -> None:
    books.stored(b"bytes")
    with books.engine.begin() as connection:
        connection.execute(text("UPDATE run SET business_date = NULL"))
        connection.execute(text("UPDATE archive_object SET recorded_at = :at"), {"at": at(SUNDAY, 23)})
    assert of(books).registered == Registered(1, 5)
    assert of(books, MONDAY - timedelta(days=7)).registered == Registered(0, 0)


@pytest.mark.parametrize(("monday", "hours"), [(date(2026, 3, 2), 167), (date(2026, 10, 26), 169), (MONDAY, 168)])
def test_a_week_ends_at_the_practices_midnight_over_changes_of_the_clock(monday: date, hours: int) -> None:
    week = Week(monday, ZONE)
    assert week.ends_at - week.begins_at == timedelta(hours=hours)
    assert week.ends_at.astimezone(ZONE) == datetime(*(monday + timedelta(days=7)).timetuple()[:3], tzinfo=ZONE)


@pytest.mark.parametrize(("zone", "counted"), [("America/New_York", 1), ("UTC", 0)])
def test_the_hour_before_midnight_belongs_to_sunday_in_the_practices_zone(
    books: Books, zone: str, counted: int
) -> None:
    one = books.entered(MONDAY)
    sent = books.sent(books.claim(one), one, at(MONDAY))
    books.rejected(sent, datetime(2026, 11, 9, 4, 30, tzinfo=UTC))
    assert of(books, zone=ZoneInfo(zone)).refusals.rejected.get(MONDAY, 0) == counted


def test_a_week_of_another_day_is_refused() -> None:
    with pytest.raises(InputUnusable, match="2026-11-04 is a Wednesday"):
        Week(WEDNESDAY, ZONE)


def test_amounts_are_written_without_a_float() -> None:
    assert [money(cents) for cents in (0, 5, -123_456, 10**15 + 1)] == [
        "0.00",
        "0.05",
        "-1,234.56",
        "10,000,000,000,000.01",
    ]
    assert [short(cents) for cents in (0, 49, 99_949, 100_000, -3_502_000, 120_000_000)] == [
        "$0",
        "$0",
        "$999",
        "$1.0k",
        "-$35.0k",
        "$1.2m",
    ]
    assert [per_mille(value) for value in (None, 0, 999, 1000)] == ["–", "0.0 %", "99.9 %", "100.0 %"]
