from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from airflow.sdk import BaseOperator, TaskInstanceState
from airflow.sdk.exceptions import AirflowFailException


class AllChunksDoneOperator(BaseOperator):
    """Red when a mapped task of the run failed, was skipped or never came to be, so that the run is red yet went on.

    A trigger rule cannot say this: with `all_success` a skipped chunk would leave the run green.
    """

    def __init__(self, *, mapped_task_id: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.mapped_task_id = mapped_task_id

    def execute(self, context: Mapping[str, Any]) -> dict[str, int]:
        """Compare the state of every chunk with success; returns how many there are.

        Where none was planned, Airflow keeps one instance under the bare name of the task: that is no chunk.
        """
        ti = context["ti"]
        found = ti.get_task_states(dag_id=ti.dag_id, task_ids=[self.mapped_task_id], run_ids=[ti.run_id])
        states = [str(state) for name, state in found.get(ti.run_id, {}).items() if name != self.mapped_task_id]
        if not states:
            raise AirflowFailException(
                f"No chunk of {self.mapped_task_id} was planned: a task before it failed; mend and clear that one."
            )
        undone = [state for state in states if state != TaskInstanceState.SUCCESS]
        if undone:
            raise AirflowFailException(
                f"{len(undone)} of {len(states)} chunks of {self.mapped_task_id} are not done; clear them in the grid, "
                "with the tasks after them, once their logs are understood."
            )
        return {"chunks": len(states)}
