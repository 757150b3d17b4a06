"""`timely_filing`, task by task, over a practice that sent claims."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine

from revcycle.foundation.state import State
from revcycle.foundation.store.digest import digest
from tests.dags.test_code_validation import states, xcom
from tests.watch.followup.followed import Followed

Run = Callable[..., Any]


@pytest.fixture
def office(engine: Engine, database_url: str, state: State, monkeypatch: pytest.MonkeyPatch) -> Followed:
    """A practice whose tasks find its database; MEDICARE takes claims for 20 days."""
    monkeypatch.setenv("REVCYCLE_DATABASE_URL", database_url)
    office = Followed(engine, state)
    office.change('UPDATE payer_rule SET value = value || \'{"count": 20, "unit": "days"}\' WHERE kind = \'filing\'')
    return office


def test_a_night_reckons_last_days_and_warns_of_those_that_are_near(office: Followed, run_partition: Run) -> None:
    office.send(2)  # their services are of 19 November
    made = run_partition("timely_filing", "2026-11-23")
    assert set(states(made).values()) == {"success"}
    assert xcom(made, "refresh") == {"written": 2, "ended": 0, "open": 2, "past_due": 0, "late": 0}
    assert xcom(made, "raise_work") == {"opened": 2, "closed": 0, "standing": 2, "past_due": 0}
    assert office.deadlines("due_on::text, evaluated_as_of::text") == [("2026-12-09", "2026-11-24")] * 2


def test_dates_in_any_order_and_twice_end_alike(office: Followed, run_partition: Run) -> None:
    office.send()
    for key in ("2026-11-22", "2026-11-23"):
        run_partition("timely_filing", key)
    before, rows = digest(office.engine), office.deadlines("*")
    for key in ("2026-11-20", "2026-11-23", "2026-11-21"):
        made = run_partition("timely_filing", key)
        assert (made.state, xcom(made, "refresh")["written"]) == ("success", 0)
    assert (digest(office.engine), office.deadlines("*")) == (before, rows)


def test_a_day_that_is_not_over_is_refused(office: Followed, run_partition: Run) -> None:
    assert run_partition("timely_filing", "2099-01-01").state == "failed"
    assert office.deadlines() == []


def test_no_log_holds_a_patients_data(office: Followed, run_partition: Run, capfd: pytest.CaptureFixture[str]) -> None:
    office.send()
    run_partition("timely_filing", "2026-11-23")
    said = "".join(capfd.readouterr())
    assert "past due" in said
    assert not any(words in said for words in ("Quillfeather", "SYN0042", "2026-11-19", "1961"))
