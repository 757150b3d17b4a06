"""`remittance_posting`, task by task, over a real practice database and a clearinghouse that pays."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from clearinghouse_simulator import Simulator
from tests.dags.drop_folder import CLEAN
from tests.dags.test_claims_out import KEY, NOW, answers, night, practice, rows
from tests.dags.test_code_validation import states, xcom

Run = Callable[..., Any]
PAYS = {"rules": [], "payments": {"after_days": 0, "payers": {"SMEDB": {"tax_id": "999888777"}}}}
REMITTANCES = ", remittances: [{valid_from: 2010-01-01, source: test, partner: clearinghouse, trn03: ['1999888777']}]}"
GONE = (
    "INSERT INTO archive_object (sha256, bytes, run_id) SELECT 'gone' || n, n, (SELECT min(id) FROM run) "
    "FROM generate_series(1, 20) n",
    "INSERT INTO received_file (partner, sha256, kind, first_name, state, run_id) "
    "SELECT 'clearinghouse', 'gone' || n, '835', 'gone.835', 'registered', (SELECT min(id) FROM run) "
    "FROM generate_series(1, 20) n",
)
__all__ = ["answers", "night", "practice"]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Simulator]:
    with Simulator(tmp_path / "house", scenario=PAYS) as simulator:
        yield simulator


@pytest.fixture
def posting(practice: Engine, stocked: Any, house: Simulator, run_partition: Run) -> Run:
    """Let the payers pay what was accepted, and run the date's posting."""
    settings = stocked.practice_yaml.read_text()
    stocked.practice_yaml.write_text(
        settings.replace("filing_indicator: MB}]}", "filing_indicator: MB}]" + REMITTANCES)
    )

    def run(**conf: Any) -> Any:
        house.settle()
        house.pay()
        return run_partition("remittance_posting", KEY, NOW | conf)

    return run


def test_what_payers_pay_is_collected_posted_and_proven(
    practice: Engine, night: Run, answers: Run, posting: Run, house: Simulator
) -> None:
    night(CLEAN, CLEAN)
    answers()
    made = posting()
    assert set(states(made).values()) == {"success"}
    assert xcom(made, "post", 0) == {"files": 1, "posted": 1}
    (label,) = [ti.rendered_map_index for ti in made.get_task_instances() if ti.task_id == "post"]
    assert label == "1 file · 1 payment posted"
    paid = sum(round(float(one["paid"]) * 100) for one in house.truth)
    assert rows(practice, "SELECT sum(paid_cents)::bigint FROM remittance WHERE state = 'posted'") == [(paid,)]
    again = posting()
    assert (again.state, "post0" in states(again)) == ("success", False)


def test_a_ledger_that_does_not_hold_turns_the_run_red(
    practice: Engine, night: Run, answers: Run, posting: Run
) -> None:
    night(CLEAN)
    answers()
    posting()
    with practice.begin() as connection:
        connection.exec_driver_sql("UPDATE claim_balance SET paid_cents = paid_cents + 1, open_cents = open_cents - 1")
    made = posting()
    assert (made.state, states(made)["verify"]) == ("failed", "failed")


def test_a_file_that_cannot_be_posted_holds_up_none_that_comes_after_it(
    practice: Engine, night: Run, answers: Run, posting: Run
) -> None:
    night(CLEAN)
    answers()
    with practice.begin() as connection:  # more than there are chunks, small, and gone from the archive
        for statement in GONE:
            connection.exec_driver_sql(statement)
    made = posting()
    assert (made.state, states(made)["all_posted"]) == ("failed", "upstream_failed")
    assert rows(practice, "SELECT state, count(*) FROM remittance GROUP BY state") == [("posted", 1)]
    assert rows(practice, "SELECT state, count(*) FROM received_file WHERE kind = '835' GROUP BY state ORDER BY 1") == [
        ("applied", 1),
        ("registered", 20),
    ]
