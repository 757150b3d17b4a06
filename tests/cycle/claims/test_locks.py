"""What changes claims locks them first and by their id, as the answers do: nobody waits for each other in a ring."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import event, text

from tests.cycle.claims.biller import Biller


def cancelled(biller: Biller) -> object:
    biller.charges({"status": "cancelled"})
    return biller.assemble().void


def batched(biller: Biller) -> object:
    return biller.batch().claims


@pytest.mark.parametrize("act", [cancelled, batched])
def test_an_answer_about_a_claim_that_is_changed_at_that_moment_waits(
    biller: Biller, act: Callable[[Biller], object]
) -> None:
    biller.patient("P1")
    biller.charges({})
    biller.sweep()
    biller.assemble()
    reached = threading.Event()

    def linger(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if statement.strip().startswith("UPDATE claim_submission") and threading.current_thread() is not ours:
            reached.set()
            time.sleep(0.3)

    ours = threading.current_thread()
    event.listen(biller.engine, "after_cursor_execute", linger)
    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(act, biller)
        assert reached.wait(60)
        with biller.engine.begin() as connection:
            connection.execute(text("SELECT id FROM claim ORDER BY id FOR NO KEY UPDATE"))
            connection.execute(text("UPDATE claim_submission SET closed_because = closed_because"))
        assert other.result(60) == 1
