from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from airflow.sdk import BaseOperator


class NothingFailedOperator(BaseOperator):
    """A leaf that is not reached when a task before it failed, so that the run is red though other tasks went on.

    To be used with the trigger rule NONE_FAILED.
    """

    def execute(self, context: Mapping[str, Any]) -> None:
        """Nothing: being reached says it."""
        self.log.info("Nothing before this task failed.")
