from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any

from airflow.sdk import BaseOperator

from revcycle_airflow.counts import plain, table
from revcycle_airflow.hooks.practice import PracticeHook
from revcycle_airflow.turn import Turn


class BusinessDateOperator(BaseOperator):
    """One step of one business date: a child names its verb in `perform`, this class does what all steps share.

    The result (XCom) is the verb's counts, and the log ends with them as a table; neither ever holds a patient's data.
    """

    def __init__(self, *, practice_conn_id: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.practice_conn_id = practice_conn_id

    @abstractmethod
    def perform(self, practice: PracticeHook, turn: Turn) -> Any:
        """Call the verb for everything that belongs to the turn's day or an earlier one; returns its counts."""

    def execute(self, context: Mapping[str, Any]) -> Any:
        """Perform the step for the run's business date and log what it did."""
        turn = Turn.of(context, self.task_id)
        counts = plain(self.perform(PracticeHook(self.practice_conn_id), turn))
        if isinstance(counts, Mapping):
            self.log.info("Business date %s, %s:", turn.day, self.task_id)
            for row in table(counts):
                self.log.info("%s", row)
        return counts
