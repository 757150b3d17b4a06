from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from airflow.sdk.exceptions import AirflowFailException

from revcycle_airflow.hooks.practice import PracticeHook
from revcycle_airflow.operators.business_date_operator import BusinessDateOperator
from revcycle_airflow.turn import Turn


class VerifyLedgerOperator(BusinessDateOperator):
    """Prove every invariant of the ledger, and be red where one does not hold; the counts say where encounters are."""

    def perform(self, practice: PracticeHook, turn: Turn) -> Any:
        from revcycle.foundation.ledger import conservation, verify

        with practice.engine.connect() as connection:
            proofs, places = verify(connection), conservation(connection)
        for proof in proofs:
            said = "holds" if proof.holds else f"is broken by {proof.total} rows"
            self.log.info("%s %s: %s", proof.name, said, proof.sentence)
        broken = {proof.name: proof.total for proof in proofs if not proof.holds}
        return {"proven": len(proofs) - len(broken), "broken": broken, "encounters": places}

    def execute(self, context: Mapping[str, Any]) -> Any:
        """As every step; what is broken fails the task, and no retry would mend it."""
        counts = super().execute(context)
        if counts["broken"]:
            raise AirflowFailException(
                f"The ledger does not hold: {', '.join(counts['broken'])}. `./revcycle ledger verify` shows the rows."
            )
        return counts
