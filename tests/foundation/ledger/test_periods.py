"""Months are closed up to a line; nothing is dated before it, not even by an entry that was under way."""

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from revcycle.foundation.errors import InputUnusable
from revcycle.foundation.ledger import close_month, open_month, stage
from tests.foundation.ledger.books import DAY, NOW, UNBILLED, Books, Move

AUGUST, SEPTEMBER, OCTOBER, NOVEMBER = (date(2026, month, 1) for month in (8, 9, 10, 11))
TODAY = date(2026, 12, 1)
INSERT = """
INSERT INTO journal_entry (kind, source_kind, source_id, ordinal, accounting_date, effective_date, run_id)
VALUES ('deposit', 'action', :source, 1, :day, :day, 1)
"""


def close(books: Books, month: date, today: date = TODAY) -> list[date]:
    with books.engine.begin() as connection:
        return close_month(connection, month, today=today, by="rob", now=NOW, run_id=books.run_id)


def reopen(books: Books, month: date) -> bool:
    with books.engine.begin() as connection:
        return open_month(connection, month, by="rob", now=NOW, run_id=books.run_id)


def dated(books: Books, *days: date) -> None:
    for source, day in enumerate(days, start=1):
        with books.engine.begin() as connection:
            connection.execute(text(INSERT), {"source": source, "day": day})


def open_day(books: Books, day: date) -> date:
    return books.value(f"SELECT open_day('{day}')")


@pytest.mark.parametrize("day", [OCTOBER, date(2026, 10, 31)])
def test_no_entry_goes_into_a_closed_month(books: Books, day: date) -> None:
    close(books, OCTOBER)
    with pytest.raises(DatabaseError):
        dated(books, day)
    dated(books, NOVEMBER)
    assert books.value("SELECT count(*) FROM journal_entry") == 1


def test_one_entry_of_many_into_a_closed_month_refuses_them_all(books: Books) -> None:
    close(books, OCTOBER)
    with pytest.raises(DatabaseError), books.engine.begin() as connection:
        connection.execute(text(f"{INSERT}, ('deposit', 'action', 2, 1, '2026-10-15', '2026-10-15', 1)"),
                           {"source": 1, "day": DAY})  # fmt: skip
    assert books.value("SELECT count(*) FROM journal_entry") == 0


def test_closing_a_month_closes_every_earlier_one_since_the_first_entry(books: Books) -> None:
    dated(books, date(2026, 8, 20), OCTOBER)
    assert close(books, OCTOBER) == [AUGUST, SEPTEMBER, OCTOBER]
    assert close(books, OCTOBER) == []
    with pytest.raises(DatabaseError):
        dated(books, date(2026, 9, 15))


def test_a_month_without_an_entry_closes_alone(books: Books) -> None:
    dated(books, NOVEMBER)
    assert close(books, OCTOBER) == [OCTOBER]


@pytest.mark.parametrize(("today", "over"), [(date(2026, 11, 30), False), (TODAY, True)])
def test_a_month_is_closed_only_when_it_is_over(books: Books, today: date, over: bool) -> None:
    if over:
        assert close(books, NOVEMBER, today) == [NOVEMBER]
    else:
        with pytest.raises(InputUnusable, match="2026-11 is not over: it can be closed from 2026-12-01 on"):
            close(books, NOVEMBER, today)
        assert books.value("SELECT count(*) FROM accounting_period") == 0


def test_december_is_over_with_the_year(books: Books) -> None:
    with pytest.raises(InputUnusable, match="from 2027-01-01 on"):
        close(books, date(2026, 12, 1), date(2026, 12, 31))


def test_only_the_last_closed_month_can_be_opened(books: Books) -> None:
    dated(books, SEPTEMBER)
    close(books, OCTOBER)
    with pytest.raises(InputUnusable, match="2026-09 cannot be opened while 2026-10 is closed"):
        reopen(books, SEPTEMBER)
    assert [reopen(books, OCTOBER), reopen(books, OCTOBER), reopen(books, SEPTEMBER)] == [True, False, True]
    assert (close(books, OCTOBER), reopen(books, NOVEMBER)) == ([SEPTEMBER, OCTOBER], False)


def test_a_month_is_named_by_its_first_day(books: Books) -> None:
    for verb in (close, reopen):
        with pytest.raises(ValueError, match="first day"):
            verb(books, DAY)


@pytest.mark.parametrize(
    ("day", "found"),
    [
        (date(2026, 7, 31), date(2026, 7, 31)),
        (date(2026, 8, 1), NOVEMBER),
        (date(2026, 9, 30), NOVEMBER),
        (date(2026, 10, 31), NOVEMBER),
        (date(2026, 11, 5), date(2026, 11, 5)),
    ],
)
def test_a_day_in_closed_months_becomes_the_first_of_the_next_open_one(books: Books, day: date, found: date) -> None:
    dated(books, AUGUST)
    close(books, OCTOBER)
    assert open_day(books, day) == found


def test_a_day_is_found_between_closed_months(books: Books) -> None:
    dated(books, AUGUST)
    close(books, OCTOBER)
    books.change("UPDATE accounting_period SET state = 'open' WHERE month = '2026-09-01'")
    assert [open_day(books, day) for day in (AUGUST, OCTOBER)] == [SEPTEMBER, NOVEMBER]


def test_closing_waits_for_an_entry_under_way_and_the_next_one_sees_it_closed(books: Books) -> None:
    with ThreadPoolExecutor(2) as pool:
        with books.engine.begin() as posting:
            posting.execute(text(INSERT), {"source": 1, "day": OCTOBER})
            closing = pool.submit(close, books, OCTOBER)
            assert not wait([closing], timeout=0.5).done
        assert closing.result(timeout=20) == [OCTOBER]
    assert books.value("SELECT count(*) FROM journal_entry WHERE accounting_date = '2026-10-01'") == 1


def test_closing_waits_for_what_is_being_staged_so_that_its_day_is_not_refused(books: Books) -> None:
    with ThreadPoolExecutor(1) as pool:
        with books.engine.begin() as posting:
            stage(posting)
            chosen = posting.execute(text("SELECT open_day('2026-10-05')")).scalar_one()
            closing = pool.submit(close, books, OCTOBER)
            assert not wait([closing], timeout=0.5).done
            posting.execute(text(INSERT), {"source": 1, "day": chosen})
        assert closing.result(timeout=20) == [OCTOBER]
    assert books.value("SELECT accounting_date FROM journal_entry") == date(2026, 10, 5)


def test_an_entry_that_chose_its_day_before_the_month_closed_is_refused_not_slipped_in(books: Books) -> None:
    with books.engine.begin() as posting:
        chosen = posting.execute(text("SELECT open_day('2026-10-05')")).scalar_one()
        assert close(books, OCTOBER) == [OCTOBER]
        with pytest.raises(DatabaseError):
            posting.execute(text(INSERT), {"source": 1, "day": chosen})
        posting.rollback()
    assert open_day(books, chosen) == NOVEMBER


def test_an_entry_written_while_the_month_is_being_closed_waits_and_is_refused(books: Books) -> None:
    with ThreadPoolExecutor(1) as pool:
        with books.engine.begin() as closing:
            close_month(closing, OCTOBER, today=TODAY, by="rob", now=NOW, run_id=books.run_id)
            posting = pool.submit(dated, books, OCTOBER)
            assert not wait([posting], timeout=0.5).done
        assert isinstance(posting.exception(timeout=20), DatabaseError)


def test_a_reversal_of_a_closed_month_is_dated_in_the_next_open_one(books: Books) -> None:
    books.day = date(2026, 10, 15)
    encounter = books.encounter(120_00)
    close(books, OCTOBER)
    assert books.reverse("kind = 'charge'") == 1
    assert books.value("SELECT accounting_date FROM journal_entry WHERE kind = 'reversal'") == NOVEMBER
    assert books.value("SELECT effective_date FROM journal_entry WHERE kind = 'reversal'") == books.day
    books.move("charge", "encounter", encounter, [Move(UNBILLED, "revenue", 120_00, encounter)], ordinal=2)
    assert books.value("SELECT max(accounting_date) FROM journal_entry") == NOVEMBER
