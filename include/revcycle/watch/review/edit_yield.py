"""What the edits were good for: findings by rule, what became of them, and what came back that no edit had named."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

from revcycle.watch.review.refusals import Refusal

# A finding belongs to the day its version was entered. It is fixed by a later version that was entered in time, or
# (a neighbour of the same day has changed) when the coder's item was closed in time: the finding itself has no time.
FOUND = """
WITH judged AS (
    SELECT f.rule, f.overridden_at < :ends_at AND f.overridden_by <> '' AS overridden,
           f.state = 'fixed' AND (
               EXISTS (SELECT FROM encounter_version n WHERE n.encounter_id = f.encounter_id
                       AND n.version > f.version AND n.entered_on < :next_monday)
               OR EXISTS (SELECT FROM work_item i WHERE i.cause_kind = 'edits' AND i.cause_id = f.encounter_id
                          AND i.closed_at < :ends_at)) AS fixed
    FROM finding f JOIN encounter_version v USING (encounter_id, version)
    WHERE v.entered_on >= :monday AND v.entered_on < :next_monday
)
SELECT rule, count(*) AS found, count(*) FILTER (WHERE overridden) AS overridden,
       count(*) FILTER (WHERE fixed AND overridden IS NOT TRUE) AS fixed
FROM judged GROUP BY rule ORDER BY found DESC, rule
"""


@dataclass(frozen=True)
class Yield:
    """One rule's findings of the week and what became of them by its end; `came_back`: refusals that name the rule."""

    rule: str
    found: int
    fixed: int
    overridden: int
    came_back: int

    @property
    def open(self) -> int:
        """Neither fixed nor overridden by the week's end."""
        return self.found - self.fixed - self.overridden


def edit_yield(connection: Connection, refused: Sequence[Refusal], asked: dict[str, Any]) -> list[Yield]:
    """Each rule that found something, or that a refusal of the week names."""
    came_back = Counter[str]()
    for refusal in refused:
        came_back[refusal.edit] += refusal.claims
    rows = [
        Yield(row.rule, row.found, row.fixed, row.overridden, came_back[row.rule])
        for row in connection.execute(text(FOUND), asked)
    ]
    silent = sorted(set(came_back) - {row.rule for row in rows} - {""})
    return rows + [Yield(rule, 0, 0, 0, came_back[rule]) for rule in silent]


def without_edit(refused: Sequence[Refusal]) -> int:
    """Claims that came back for a cause that no edit of ours looks at."""
    return sum(refusal.claims for refusal in refused if not refusal.edit)
