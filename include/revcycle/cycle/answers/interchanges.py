"""Interchanges that were answered: they have arrived, their answered state, and the answers that are still owed."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, Row, text

from revcycle.cycle.answers.fold import answered
from revcycle.foundation.register import expect_once
from revcycle.foundation.work.causes import close_items

# Any answer proves that the file arrived, also where the database was restored to a time before it was sent; the answer
# may have come before the doubt.
PUBLISH = """
UPDATE interchange i SET state = 'published', published_at = coalesce(i.published_at, :now)
WHERE i.state <> 'published' AND EXISTS (SELECT 1 FROM answer a WHERE a.interchange_id = i.id) RETURNING i.id
"""
SAID = """
SELECT interchange_id, kind, at, detail->>'verdict' AS verdict FROM answer
WHERE interchange_id = ANY (:interchanges) AND kind IN ('TA1', '999') AND detail ? 'scope' ORDER BY interchange_id
"""
ANSWERED = "UPDATE interchange SET answered = :answered WHERE id = :id AND answered <> :answered"
# A 999 meets the TA1, a 277CA both; a refused interchange is owed no more of them.
MEET_INTERCHANGES = """
WITH met AS (
    SELECT e.id, coalesce(
        (SELECT min(a.id) FROM answer a WHERE a.interchange_id = e.subject_id
           AND a.kind = ANY (CASE e.kind WHEN 'TA1' THEN '{TA1,999,277CA}'::text[] ELSE '{999,277CA}'::text[] END)),
        CASE WHEN i.answered = 'rejected' THEN 0 END) AS met_by
    FROM expected_answer e JOIN interchange i ON i.id = e.subject_id
    WHERE e.subject_kind = 'interchange' AND e.subject_id = ANY (:interchanges) AND e.kind IN ('TA1', '999')
)
UPDATE expected_answer e SET met_by = met.met_by,
       met_at = CASE WHEN met.met_by IS NOT NULL THEN coalesce(e.met_at, :now) END, run_id = :run_id
FROM met WHERE e.id = met.id AND e.met_by IS DISTINCT FROM met.met_by
"""
# What a party further on says shows that the ones before it passed the claim on. A closed submission is owed nothing,
# one that reopens is owed again what it was.
MEET_SUBMISSIONS = """
WITH met AS (
    SELECT e.id, coalesce(
        (SELECT min(a.id) FROM answer a WHERE a.submission_id = e.subject_id AND a.kind = e.kind
           AND a.detail ? 'verdict' AND (e.party = 'clearinghouse' OR a.party = e.party)),
        CASE WHEN s.closed_at IS NOT NULL THEN 0 END) AS met_by
    FROM expected_answer e JOIN claim_submission s ON s.id = e.subject_id
    WHERE e.subject_kind = 'submission' AND e.subject_id = ANY (:submissions) AND (e.met_by IS NULL OR e.kind <> '835'
          OR e.met_by = 0)
)
UPDATE expected_answer e SET met_by = met.met_by,
       met_at = CASE WHEN met.met_by IS NOT NULL THEN coalesce(e.met_at, :now) END, run_id = :run_id
FROM met WHERE e.id = met.id AND e.met_by IS DISTINCT FROM met.met_by
"""


def end_doubts(connection: Connection, *, now: datetime, run_id: int) -> int:
    """Interchanges that any answer names are published, in doubt or not even known as sent; returns how many."""
    proven = connection.scalars(text(PUBLISH), {"now": now}).all()
    expect_once(connection, proven, now=now, run_id=run_id)
    close_items(connection, "doubt", proven, now=now, run_id=run_id, why="an answer names the interchange")
    return len(proven)


def fold_answered(connection: Connection, interchanges: Sequence[int]) -> None:
    """Write the answered state of each interchange: the fold of its TA1 and 999."""
    rows = connection.execute(text(SAID), {"interchanges": list(interchanges)})
    folded = {one: answered(_states(said)) for one, said in groupby(rows, key=attrgetter("interchange_id"))}
    states = [{"id": one, "answered": state} for one, state in sorted(folded.items())]
    if states:
        connection.execute(text(ANSWERED), states)


def meet(
    connection: Connection, interchanges: Sequence[int], submissions: Sequence[int], *, now: datetime, run_id: int
) -> None:
    """Say of each answer that was owed whether it came, is not owed any more, or is still awaited."""
    asked = {"interchanges": list(interchanges), "submissions": list(submissions), "now": now, "run_id": run_id}
    connection.execute(text(MEET_INTERCHANGES), asked)
    connection.execute(text(MEET_SUBMISSIONS), asked)


def _states(said: Iterable[Row[Any]]) -> Iterable[tuple[str, datetime, str]]:
    for one in said:
        state = {"received": "acknowledged", "rejected": "rejected"}.get(one.verdict, "partly rejected")
        yield one.kind, one.at, state
