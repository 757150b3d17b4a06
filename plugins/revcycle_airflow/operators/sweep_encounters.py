from __future__ import annotations

from collections.abc import Mapping, MutableMapping, Sequence
from typing import Any, ClassVar

from revcycle_airflow.hooks.practice import PracticeHook
from revcycle_airflow.operators.business_date_operator import BusinessDateOperator
from revcycle_airflow.turn import Turn


class SweepEncountersOperator(BusinessDateOperator):
    """Check one chunk of the encounters that are due by the business date.

    In the grid a chunk shows its number, and once it is done what it found: `chunk 3 of 8 · 120 encounters · 7 block`.
    """

    template_fields: Sequence[str] = ("chunk",)
    LABEL: ClassVar[str] = "chunk {{ task.chunk['index'] + 1 }} of {{ task.chunk['of'] }}{{ swept | default('') }}"

    def __init__(self, *, chunk: Mapping[str, int], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.chunk = chunk

    def perform(self, practice: PracticeHook, turn: Turn) -> Any:
        from revcycle.cycle.edits.sweep import Chunk, sweep

        return sweep(practice.engine, chunk=Chunk(**self.chunk), through=turn.day, state=practice.state, step=turn.step)

    def execute(self, context: MutableMapping[str, Any]) -> Any:
        """As every step, and complete the label."""
        counts = super().execute(context)
        context["swept"] = f" · {counts['encounters']:,} encounters · {counts['block']:,} block"
        return counts
