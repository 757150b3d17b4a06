from __future__ import annotations

from typing import Any

from revcycle_airflow.hooks.practice import PracticeHook
from revcycle_airflow.operators.business_date_operator import BusinessDateOperator
from revcycle_airflow.turn import Turn


class PlanPostingsOperator(BusinessDateOperator):
    """Divide the remittance files that wait into chunks, one mapped task each; a chunk's small files come first."""

    def __init__(self, *, most: int = 16, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.most = most

    def perform(self, practice: PracticeHook, turn: Turn) -> Any:
        from revcycle.cycle.remittance.post import waiting
        from revcycle.cycle.remittance.unposted import oldest_unposted

        with practice.engine.connect() as connection:
            for payer, since in oldest_unposted(connection, practice.archive).items():
                self.log.info("Oldest unposted remittance of %s: %s", payer, since.date())
        files = waiting(practice.engine)
        return [files[start :: self.most] for start in range(min(self.most, len(files)))]
