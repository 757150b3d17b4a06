"""`weekly_review` over a real practice database and archive."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine

from revcycle.foundation.archive import Archive
from revcycle.foundation.state import State
from tests.dags.test_code_validation import states, xcom
from tests.watch.review.books import MONDAY, Books

KEY = MONDAY.isoformat()
Run = Callable[..., Any]


@pytest.fixture
def books(engine: Engine, database_url: str, state: State, monkeypatch: pytest.MonkeyPatch) -> Books:
    monkeypatch.setenv("REVCYCLE_DATABASE_URL", database_url)
    books = Books(engine, Archive(state.archive))
    books.charged(books.entered(MONDAY), MONDAY)
    return books


def review_of(run: Any) -> dict[str, Any]:
    return dict(xcom(run, "build", key="review"))


def link_of(run: Any) -> str:
    return str(xcom(run, "build", key="_link_PageLink"))


def test_a_run_names_its_week_and_its_page_in_the_archive(books: Books, run_partition: Run) -> None:
    run = run_partition("weekly_review", KEY)
    assert states(run) == {"settled": "success", "build": "success"}
    review = review_of(run)
    assert review["week"] == KEY and review["holds"]
    assert review["counts"]["closing_cents"] == 12_000
    assert link_of(run) == f"/revcycle/reviews/{review['sha256']}"
    assert "2 Nov 2026 to 8 Nov 2026" in books.archive.path(review["sha256"]).read_text()


def test_the_same_week_run_again_names_the_same_page(books: Books, run_partition: Run) -> None:
    first = review_of(run_partition("weekly_review", KEY))
    assert review_of(run_partition("weekly_review", KEY))["sha256"] == first["sha256"]


def test_a_broken_proof_turns_the_run_red_and_its_page_is_written(books: Books, run_partition: Run) -> None:
    sha = books.stored(b"as it was")
    books.archive.path(sha).write_bytes(b"as it is")
    run = run_partition("weekly_review", KEY)
    assert states(run) == {"settled": "success", "build": "failed"}
    page = review_of(run)["sha256"]
    assert sha in books.archive.path(page).read_text()
    assert link_of(run) == f"/revcycle/reviews/{page}"


def test_a_key_that_is_no_monday_turns_the_run_red(books: Books, run_partition: Run) -> None:
    assert states(run_partition("weekly_review", "2026-11-03"))["build"] == "upstream_failed"
