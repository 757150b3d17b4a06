"""The page of a week in the browser: only for whoever is logged in, and nothing of the archive but reviews."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine

from revcycle.foundation.archive import Archive
from revcycle.foundation.state import State
from tests.watch.review.books import Books

ROOT = "/revcycle/reviews"


@pytest.fixture
def books(engine: Engine, database_url: str, state: State, monkeypatch: pytest.MonkeyPatch) -> Books:
    monkeypatch.setenv("REVCYCLE_DATABASE_URL", database_url)
    return Books(engine, Archive(state.archive))


@pytest.fixture
def browser(dags: dict[str, Any]) -> Iterator[Any]:
    """The API server with the plugin, and nobody logged in yet."""
    from airflow.api_fastapi.app import create_app
    from fastapi.testclient import TestClient

    with TestClient(create_app()) as client:
        yield client


def log_in(browser: Any) -> None:
    from airflow.api_fastapi.app import get_auth_manager
    from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser

    token = get_auth_manager().generate_jwt(SimpleAuthManagerUser(username="kim", role="viewer"))
    browser.headers["Authorization"] = f"Bearer {token}"


def test_a_page_is_shown_to_whoever_is_logged_in_and_to_nobody_else(books: Books, browser: Any) -> None:
    place = f"{ROOT}/{books.review().sha256}"
    assert browser.get(place).status_code == 401
    log_in(browser)
    shown = browser.get(place)
    assert shown.status_code == 200 and shown.text == books.page()
    assert shown.headers["content-security-policy"].startswith("default-src 'none'")


def test_no_other_object_of_the_archive_is_shown(books: Books, browser: Any) -> None:
    log_in(browser)
    for sha256 in (books.stored(b"ISA*00*"), books.archive.put(b"an orphan"), "0" * 64, "..%2f..%2fetc%2fpasswd"):
        assert browser.get(f"{ROOT}/{sha256}").status_code == 404


def test_a_page_that_was_changed_is_not_shown(books: Books, browser: Any) -> None:
    sha256 = books.review().sha256
    books.archive.path(sha256).write_bytes(b"<h1>all is well</h1>")
    log_in(browser)
    assert browser.get(f"{ROOT}/{sha256}").status_code == 500


def test_nothing_is_documented_to_strangers(browser: Any) -> None:
    assert [browser.get(f"{ROOT}/{name}").status_code for name in ("docs", "redoc", "openapi.json")] == [401] * 3
