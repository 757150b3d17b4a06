"""The figures of a night."""

from datetime import date

from revcycle.cycle.edits.sweep import Chunk, sweep
from revcycle.foundation import work
from revcycle.foundation.store.runs import Step
from revcycle.local.summary import Seconds, summarize
from tests.deliveries import NOW, TODAY, Desk

CONTRACT = (
    "business_date encounters_swept findings claims_held claims_sent interchanges claims_accepted claims_rejected "
    "remittances_posted remittances_quarantined billed paid adjusted patient denied ledger_verified work_items_open "
    "seconds"
)


def test_a_night_is_summed_up_by_its_business_date(desk: Desk) -> None:
    desk.patients("P1")
    desk.charges({"diagnoses": "I10X"}, {"encounter_id": "E2", "date_from": "2026-11-18"})
    step = Step("code_validation", "night", "sweep", business_date=TODAY)
    sweep(desk.engine, chunk=Chunk(0, 1), through=TODAY, state=desk.state, step=step)
    work.raise_items(desk.engine, now=NOW, step=step)
    summary = summarize(desk.engine, [TODAY], Seconds(night=1.5)).as_json()
    assert list(summary) == CONTRACT.split()
    assert (summary["encounters_swept"], summary["work_items_open"]) == (2, 1)
    assert summary["findings"] == {"block": 1, "review": 0, "info": 0}
    assert summary["seconds"] == {"install": None, "services": None, "night": 1.5}
    assert (summary["billed"], summary["ledger_verified"]) == ("0.00", True)


def test_another_date_has_figures_of_its_own(desk: Desk) -> None:
    desk.patients("P1")
    desk.charges({"diagnoses": "I10X"})
    step = Step("code_validation", "night", "sweep", business_date=TODAY)
    sweep(desk.engine, chunk=Chunk(0, 1), through=TODAY, state=desk.state, step=step)
    summary = summarize(desk.engine, [date(2026, 11, 1)], Seconds())
    assert summary.encounters_swept == 0
    assert summary.findings == {"block": 0, "review": 0, "info": 0}
