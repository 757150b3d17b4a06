"""What an alarm says."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """Why people are called."""

    RUN_FAILED = "run_failed"
    RUN_LATE = "run_late"
    NIGHT_EMPTY = "night_empty"


SENTENCES = {
    Kind.RUN_FAILED: "ended red. Open its run in the grid; its runbook says what to do for each red task.",
    Kind.RUN_LATE: "is not done in its time. See whether it still works, waits for a slot, or its scheduler is down.",
    Kind.NIGHT_EMPTY: "found no encounter entered on that date, though the same weekday of the four weeks before "
    "had some. Ask the practice's system for the missing delivery.",
}


@dataclass(frozen=True)
class Alarm:
    """One call for help about one run."""

    kind: Kind
    dag_id: str
    run_id: str
    business_date: str  # ISO, '' where the run has not got one yet
    task_id: str = ""  # the task the run failed at, where one is known

    @property
    def title(self) -> str:
        return f"Revcycle: {self.kind.replace('_', ' ')}, {self.dag_id} {self.business_date}".rstrip()

    @property
    def text(self) -> str:
        date = f" for {self.business_date}" if self.business_date else ""
        task = f" at task {self.task_id}" if self.task_id else ""
        return f"{self.dag_id}{date} {SENTENCES[self.kind]} Run {self.run_id}{task}."
