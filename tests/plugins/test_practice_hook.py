import logging

import pytest

from revcycle.foundation.errors import ServiceUnavailable
from revcycle.foundation.state import State

URL = "postgresql://revcycle:hunter2secret@127.0.0.1:1/revcycle"


def test_the_database_is_that_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    from revcycle_airflow.hooks.practice import PracticeHook

    monkeypatch.setenv("REVCYCLE_DATABASE_URL", URL)
    url = PracticeHook().get_conn().url
    assert (url.host, url.port, url.database, url.password) == ("127.0.0.1", 1, "revcycle", "hunter2secret")


def test_a_connection_that_is_named_goes_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    from revcycle_airflow.hooks.practice import PracticeHook

    monkeypatch.setenv("REVCYCLE_DATABASE_URL", URL)
    monkeypatch.setenv("AIRFLOW_CONN_REVCYCLE_PRACTICE", "postgres://nurse:p%40ss%2Fword@db.example:5433/practice")
    url = PracticeHook("revcycle_practice").engine.url
    assert (url.username, url.password, url.host, url.port) == ("nurse", "p@ss/word", "db.example", 5433)


def test_without_a_database_the_error_says_what_to_set() -> None:
    from revcycle_airflow.hooks.practice import PracticeHook

    with pytest.raises(ServiceUnavailable, match="set REVCYCLE_DATABASE_URL"):
        PracticeHook().get_conn()


def test_state_and_archive_are_those_of_the_environment(state: State) -> None:
    from revcycle_airflow.hooks.practice import PracticeHook

    assert PracticeHook().state == state
    assert PracticeHook().archive.root == state.archive


def test_the_password_is_in_no_representation_and_masked_where_it_is_logged(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from airflow.sdk.log import redact

    from revcycle_airflow.hooks.practice import PracticeHook

    monkeypatch.setenv("REVCYCLE_DATABASE_URL", URL)
    caplog.set_level(logging.DEBUG)
    hook = PracticeHook()
    shown = f"{hook} {hook!r} {hook.engine} {hook.engine!r} {vars(hook)}"
    assert "hunter2secret" not in shown + caplog.text
    assert redact(f"failed: {URL}") == "failed: postgresql://revcycle:***@127.0.0.1:1/revcycle"
