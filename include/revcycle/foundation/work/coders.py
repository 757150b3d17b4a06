"""Who coded an encounter: a question about its codes goes back to whoever answered for them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, text

from revcycle.foundation.work.items import EDITS, QUEUE, SPECIALTY, staff_with
from revcycle.foundation.work.routing import Need, choose, need

# Who had the sweep's findings on it last; an encounter without findings was never anybody's item.
WORKED_BY = """
SELECT DISTINCT ON (cause_id) cause_id, owner FROM work_item
WHERE cause_kind = :edits AND cause_id = ANY (:encounters) AND owner <> '' ORDER BY cause_id, id DESC
"""
ABOUT = f"""
SELECT e.id, e.source_system || '/' || e.source_encounter_id AS encounter, {SPECIALTY} AS specialty
FROM encounter e JOIN encounter_version v ON v.encounter_id = e.id AND v.version = e.current_version
WHERE e.id = ANY (:encounters)
"""


@dataclass(frozen=True)
class Assigned:
    """The coder of a question, empty where the practice has none, and what the question needs."""

    owner: str
    needed: Need


class Coders:
    """The coders of these encounters, found as the sweep's items find theirs.

    An intake file names no coder. Whoever had the encounter's findings has its denials too, while on the active staff
    with the role; of an encounter without findings it is who would have had them: the same choice by credential,
    specialty and the encounter's own number.
    """

    def __init__(self, connection: Connection, encounters: Collection[int]) -> None:
        asked = {"edits": EDITS, "encounters": sorted(encounters)}
        self._staff = staff_with(connection, QUEUE)
        active = {coder.username for coder in self._staff}
        worked = connection.execute(text(WORKED_BY), asked)
        self._worked: Mapping[int, str] = {row.cause_id: row.owner for row in worked if row.owner in active}
        self._about = {row.id: row for row in connection.execute(text(ABOUT), asked)}

    def of(self, encounter: int, rules: Collection[str]) -> Assigned:
        """Who answers a question about these rules of the sweep."""
        about = self._about[encounter]
        needed = need(rules, about.specialty)
        return Assigned(self._worked.get(encounter) or choose(about.encounter, needed, self._staff), needed)
