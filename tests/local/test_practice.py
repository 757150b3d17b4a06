"""Opening the practice of a state."""

import psycopg
import pytest

from revcycle.foundation.errors import ServiceUnavailable
from revcycle.foundation.state import State
from revcycle.local import practice


def test_a_database_that_refuses_is_a_service_that_is_not_there(state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise psycopg.errors.DiskFull("could not extend file")

    monkeypatch.setattr(practice, "start_databases", full)
    with pytest.raises(ServiceUnavailable, match=str(state.root)):
        practice.practice_engine(state)
