from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from airflow.sdk import BaseOperator

from revcycle_airflow.business_date import announce


class HandOnOperator(BaseOperator):
    """Hand the business date to the DAGs that follow; the one task of its DAG with an outlet."""

    def execute(self, context: Mapping[str, Any]) -> None:
        """Announce each outlet."""
        for asset in self.outlets:
            announce(context, asset)
