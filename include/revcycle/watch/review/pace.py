"""How fast the work went: from service to coding to sending, and what each person closed."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, text

from revcycle.watch.review.weeks import WEEK

SPREAD = """count(*) AS counted, percentile_disc(0.5) WITHIN GROUP (ORDER BY days) AS median,
    percentile_disc(0.9) WITHIN GROUP (ORDER BY days) AS most, max(days) AS longest"""
CODING = f"""
WITH {WEEK}, lag AS (
    SELECT w.monday, v.entered_on - min(l.date_from) AS days FROM week w
    JOIN encounter_version v ON v.version = 1 AND v.entered_on >= w.monday AND v.entered_on < w.next_monday
    JOIN charge_line l USING (encounter_id, version) GROUP BY w.monday, v.encounter_id, v.entered_on)
SELECT monday, {SPREAD} FROM lag GROUP BY monday
"""
# A claim is sent when its first submission is published; until then its corrections take their time too.
SENDING = f"""
WITH {WEEK}, sent AS (
    SELECT s.claim_id, s.encounter_id, min(i.published_at) AS at
    FROM claim_submission s JOIN interchange i ON i.id = s.interchange_id
    WHERE i.published_at < :ends_at GROUP BY s.claim_id, s.encounter_id
), lag AS (
    SELECT w.monday, CAST(s.at AT TIME ZONE :zone AS date) - v.entered_on AS days
    FROM week w JOIN sent s ON s.at >= w.begins_at AND s.at < w.ends_at
    JOIN encounter_version v ON v.encounter_id = s.encounter_id AND v.version = 1)
SELECT monday, {SPREAD} FROM lag GROUP BY monday
"""
PEOPLE = """
WITH item AS (
    SELECT w.*, o.at AS opened_at, coalesce(w.closed_at < :ends_at, false) AS done
    FROM work_item w JOIN work_event o ON o.item_id = w.id AND o.ordinal = 1 WHERE o.at < :ends_at
)
SELECT queue, owner, count(*) FILTER (WHERE done AND closed_at >= :begins_at) AS closed,
       count(*) FILTER (WHERE done AND closed_at >= :begins_at AND EXISTS (
           SELECT FROM work_event e WHERE e.item_id = item.id AND e.who <> :machine)) AS by_hand,
       count(*) FILTER (WHERE NOT done) AS open,
       percentile_disc(0.5) WITHIN GROUP (ORDER BY CAST(closed_at AT TIME ZONE :zone AS date)
                                                 - CAST(opened_at AT TIME ZONE :zone AS date))
           FILTER (WHERE done AND closed_at >= :begins_at) AS days
FROM item GROUP BY queue, owner
HAVING count(*) FILTER (WHERE NOT done OR closed_at >= :begins_at) > 0 ORDER BY queue, owner
"""
MACHINE = "revcycle"


@dataclass(frozen=True)
class Lag:
    """Days that something took: how many were counted, the median, what nine in ten did not exceed, the longest."""

    counted: int
    median: int
    most: int
    longest: int


@dataclass(frozen=True)
class Throughput:
    """Items of one queue and owner: closed in the week, of them touched by a person; open at its end; median days."""

    queue: str
    owner: str
    closed: int
    by_hand: int
    open: int
    days: int | None


@dataclass(frozen=True)
class Pace:
    """Lags by Monday, and the people of the last week."""

    coding: dict[date, Lag]
    sending: dict[date, Lag]
    people: list[Throughput]


def pace(connection: Connection, asked: dict[str, Any]) -> Pace:
    """Service to coding by the day the encounter was first entered, coding to sending by the instant of sending."""
    people = connection.execute(text(PEOPLE), asked | {"machine": MACHINE})
    return Pace(
        _lags(connection, CODING, asked),
        _lags(connection, SENDING, asked),
        [Throughput(*row) for row in people],
    )


def _lags(connection: Connection, query: str, asked: dict[str, Any]) -> dict[date, Lag]:
    rows = connection.execute(text(query), asked)
    return {row.monday: Lag(row.counted, row.median, row.most, row.longest) for row in rows}
