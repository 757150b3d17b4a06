"""What `waiting` lists to be sent, and what it says is kept back."""

from datetime import date
from types import SimpleNamespace

import pytest

from revcycle.cycle.exchange import pause
from tests.cycle.exchange.conftest import partner_server, practice, practice_with
from tests.cycle.exchange.practice import NOW, STEP, Practice

__all__ = ["partner_server", "practice", "practice_with"]


def test_the_log_names_what_a_pause_keeps_back(
    practice: Practice, database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from revcycle_airflow.operators.list_interchanges import ListInterchangesOperator
    from revcycle_airflow.turn import Turn

    monkeypatch.setenv("REVCYCLE_DATABASE_URL", database_url)
    monkeypatch.setattr(Turn, "of", classmethod(lambda *_: Turn(date(2026, 11, 23), NOW, STEP, ())))
    one = practice.interchange()
    waiting = ListInterchangesOperator(task_id="waiting")
    context = {"ti": SimpleNamespace(map_index=-1)}
    assert waiting.execute(context) == [one]
    assert "1 interchanges" not in capsys.readouterr().out
    pause(practice.engine, on=True, by="ada", reason="", now=NOW, step=STEP)
    assert waiting.execute(context) == []
    assert "1 interchanges with 2 claims (10.00) are prepared and wait, because sending of everything is paused" in (
        capsys.readouterr().out
    )
