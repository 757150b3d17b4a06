"""Months: no entry is dated into a closed one, whoever writes it and whenever it is closed."""

from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import IntegrityError

from revcycle.foundation.errors import InputUnusable
from revcycle.foundation.ledger import close, month_of, record, reopen, stage
from tests.foundation.ledger.books import DAY, STAGED, Books

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
TODAY = date(2026, 11, 24)
OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)


def shut(connection: Connection, month: date, run_id: int) -> bool:
    return close(connection, month, by="kim", day=TODAY, now=NOW, run_id=run_id)


def open_day(connection: Connection, day: date) -> date:
    found: date = connection.execute(text("SELECT open_day(:day)"), {"day": day}).scalar_one()
    return found


def test_an_entry_into_a_closed_month_is_refused_whoever_writes_it(books: Books) -> None:
    assert shut(books.connection, OCTOBER, books.run_id)
    with pytest.raises(IntegrityError):
        books.run(
            """INSERT INTO journal_entry (kind, source_kind, source_id, ordinal, accounting_date, effective_date,
                run_id) VALUES ('charge', 'encounter', 1, 1, :day, :day, :run)"""
        )


def test_an_entry_of_a_closed_month_goes_to_the_next_open_one_with_its_own_effective_date(books: Books) -> None:
    shut(books.connection, OCTOBER, books.run_id)
    books.charge(books.claim())
    row = books.connection.execute(text("SELECT accounting_date, effective_date FROM journal_entry")).one()
    assert tuple(row) == (NOVEMBER, DAY)


CLOSED = {
    "none": ([], date(2026, 3, 17)),
    "one": ([3], date(2026, 4, 1)),
    "several in a row": ([3, 4, 5], date(2026, 6, 1)),
    "with a gap": ([3, 5], date(2026, 4, 1)),
    "others": ([2, 4], date(2026, 3, 17)),
    "over the turn of the year": ([3, 4, 5, 6, 7, 8, 9, 10, 11], date(2026, 12, 1)),
}


@pytest.mark.parametrize(("months", "day"), CLOSED.values(), ids=CLOSED)
def test_the_day_of_an_entry_is_its_own_or_the_first_of_the_next_open_month(
    books: Books, months: list[int], day: date
) -> None:
    for month in months:
        shut(books.connection, date(2026, month, 1), books.run_id)
    assert open_day(books.connection, date(2026, 3, 17)) == day


def test_a_december_that_is_closed_leads_to_january(books: Books) -> None:
    close(books.connection, date(2025, 12, 1), by="kim", day=TODAY, now=NOW, run_id=books.run_id)
    assert open_day(books.connection, date(2025, 12, 31)) == date(2026, 1, 1)


def test_a_month_opened_again_takes_entries(books: Books) -> None:
    shut(books.connection, OCTOBER, books.run_id)
    assert reopen(books.connection, OCTOBER, by="kim", now=NOW, run_id=books.run_id)
    assert open_day(books.connection, DAY) == DAY


def test_the_same_again_changes_nothing(books: Books) -> None:
    assert not reopen(books.connection, OCTOBER, by="kim", now=NOW, run_id=books.run_id)
    assert shut(books.connection, OCTOBER, books.run_id)
    assert not shut(books.connection, OCTOBER, books.run_id)


def test_a_month_that_has_not_begun_stays_open(books: Books) -> None:
    with pytest.raises(InputUnusable, match="2026-12 has not begun"):
        shut(books.connection, date(2026, 12, 1), books.run_id)


@pytest.mark.parametrize("words", ["2026-13", "2026-1", "26-10", "2026-10-01", ""])
def test_a_month_is_given_as_year_and_month(words: str) -> None:
    with pytest.raises(InputUnusable, match="YYYY-MM"):
        month_of(words)
    assert month_of("2026-10") == OCTOBER


def stage_one(connection: Connection, books: Books) -> None:
    stage(connection)
    asked = {"kind": "charge", "source_kind": "encounter", "source": 1, "ordinal": 1, "debit": "receivable.unbilled"}
    more = {"credit": "revenue", "cents": 5, "claim": None, "debit_claim": None, "credit_claim": None}
    connection.execute(text(STAGED), asked | more | {"remittance": None, "day": DAY})


def dates(engine: Engine) -> list[date]:
    with engine.connect() as connection:
        return list(connection.scalars(text("SELECT accounting_date FROM journal_entry ORDER BY id")))


def test_closing_waits_for_the_entries_under_way(engine: Engine, run_id: int, books: Books) -> None:
    def shut_alone() -> bool:
        with engine.begin() as connection:
            return shut(connection, OCTOBER, run_id)

    with ThreadPoolExecutor(1) as pool, engine.connect() as posting:
        with posting.begin():
            stage_one(posting, books)
            closing = pool.submit(shut_alone)
            with pytest.raises(NotYet):
                closing.result(timeout=0.3)
            assert record(posting, run_id=run_id) == 1
        assert closing.result(timeout=30)
    assert dates(engine) == [DAY]


def test_an_entry_that_comes_while_a_month_is_closed_waits_and_is_dated_into_the_next(
    engine: Engine, run_id: int, books: Books
) -> None:
    def post() -> int:
        with engine.begin() as connection:
            stage_one(connection, books)
            return record(connection, run_id=run_id)

    with ThreadPoolExecutor(1) as pool, engine.connect() as closing:
        with closing.begin():
            assert shut(closing, OCTOBER, run_id)
            posting = pool.submit(post)
            with pytest.raises(NotYet):
                posting.result(timeout=0.3)
        assert posting.result(timeout=30) == 1
    assert dates(engine) == [NOVEMBER]
