"""Coverage: a file holds the whole coverage of each of its patients; what no longer stands there is superseded.

What a row that cannot be read quarantines is therefore the coverage of its patient: a secondary payer without its
primary would be billed first.
"""

from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection

from revcycle.cycle.intake import listing
from revcycle.cycle.intake.compared import Integers, codes, days, problems_at
from revcycle.cycle.intake.counts import IntakeCounts
from revcycle.cycle.intake.files import COVERAGE
from revcycle.cycle.intake.problems import Problem
from revcycle.cycle.intake.reading import Delivery
from revcycle.cycle.intake.register import Receipt
from revcycle.cycle.intake.versions import Versioning, bring_in

_CONTENT = tuple(name for name in COVERAGE.names if name != "patient_id")
_SUBSCRIBER = tuple(
    f"subscriber_{name}"
    for name in ("last_name", "first_name", "birth_date", "sex", "address_1", "city", "state", "zip")
)
_FOREVER = date.max.toordinal()

_STAGE = f"""
    CREATE TEMP TABLE delivered_coverage ON COMMIT DROP AS
    SELECT ''::text AS source_patient_id, {", ".join(_CONTENT)} FROM coverage LIMIT 0
"""
_PLACE = f"""
    CREATE TEMP TABLE placed_coverage ON COMMIT DROP AS
    SELECT d.*, p.patient_id, c.id AS current_id
    FROM delivered_coverage AS d
    JOIN patient AS p ON p.source_system = :source AND p.source_patient_id = d.source_patient_id
                     AND p.superseded_at IS NULL
    LEFT JOIN coverage AS c ON c.patient_id = p.patient_id AND c.superseded_at IS NULL
        AND ({", ".join(f"c.{name}" for name in _CONTENT)})
            IS NOT DISTINCT FROM ({", ".join(f"d.{name}" for name in _CONTENT)})
"""
_TALLY = """
    SELECT count(*) FILTER (WHERE had = 0), count(*) FILTER (WHERE had > 0 AND (kept < had OR kept < has)),
           count(*) FILTER (WHERE had > 0 AND kept = had AND kept = has)
    FROM (SELECT patient_id, count(*) AS has, count(current_id) AS kept
          FROM placed_coverage GROUP BY patient_id) AS placed
    CROSS JOIN LATERAL (SELECT count(*) AS had FROM coverage
                        WHERE coverage.patient_id = placed.patient_id AND superseded_at IS NULL) AS before
"""
_SUPERSEDE = """
    UPDATE coverage SET superseded_at = :now
    WHERE superseded_at IS NULL AND patient_id IN (SELECT patient_id FROM placed_coverage)
      AND NOT EXISTS (SELECT FROM placed_coverage AS placed WHERE placed.current_id = coverage.id)
"""
_INSERT = f"""
    INSERT INTO coverage (patient_id, version, run_id, {", ".join(_CONTENT)})
    SELECT patient_id,
           1 + coalesce((SELECT max(version) FROM coverage AS c WHERE c.patient_id = placed.patient_id
                         AND c.responsibility = placed.responsibility AND c.valid_from = placed.valid_from), 0),
           :run_id, {", ".join(_CONTENT)}
    FROM placed_coverage AS placed WHERE current_id IS NULL ORDER BY patient_id, responsibility, valid_from
"""


def check(delivery: Delivery, _intake_day: date) -> None:
    """A subscriber other than the patient is described; periods end after they begin and do not overlap."""
    rows = delivery.rows
    begin, end = days(rows["valid_from"], 0), days(rows["valid_to"], _FOREVER)
    problems = _undescribed(delivery)
    problems += problems_at(
        delivery,
        np.flatnonzero(end < begin),
        field="valid_to",
        code="order",
        expected="a day not before valid_from",
        reason=lambda _: "the period ends before it begins",
    )
    delivery.refuse(problems + _overlapping(delivery, begin, end))


def _undescribed(delivery: Delivery) -> list[Problem]:
    rows = delivery.rows
    other = pc.not_equal(rows["relationship"], "self")
    problems = list[Problem]()
    for name in _SUBSCRIBER:
        blank = pc.is_null(rows[name]) if rows[name].type == pa.date32() else pc.equal(rows[name], "")
        places = np.flatnonzero(pc.and_(other, blank).to_numpy())
        problems += problems_at(
            delivery,
            places,
            field=name,
            code="empty",
            expected="a value, because relationship is not self",
            reason=lambda _: "the subscriber is not described",
        )
    return problems


def _overlapping(delivery: Delivery, begin: Integers, end: Integers) -> list[Problem]:
    """In order of their first days a period overlaps an earlier one only if some neighbours overlap."""
    rows = delivery.rows
    place = codes(rows["patient_id"]) * 4 + codes(rows["responsibility"])
    order = np.lexsort((begin, place))
    here, before = order[1:], order[:-1]
    clash = (place[here] == place[before]) & (begin[here] <= end[before])
    earlier = dict(zip(here[clash].tolist(), rows["row"].to_numpy()[before[clash]].tolist(), strict=True))
    return problems_at(
        delivery,
        here[clash],
        field="valid_from",
        code="overlap",
        expected="periods that do not overlap within a responsibility",
        reason=lambda at: f"it overlaps the period in row {earlier[at]}",
    )


def refuse_unlisted(connection: Connection, delivery: Delivery, source: str) -> None:
    """Payers must stand in practice.yaml, patients in an earlier patients file."""
    problems = listing.unlisted_payers(delivery, connection)
    delivery.refuse(problems + listing.unlisted_patients(delivery, connection, source=source))


VERSIONING = Versioning(
    "coverage",
    ("source_patient_id", *_CONTENT),
    stage=_STAGE,
    place=_PLACE,
    tally=_TALLY,
    supersede=_SUPERSEDE,
    insert=_INSERT,
)


def write(connection: Connection, delivery: Delivery, receipt: Receipt) -> IntakeCounts:
    """Bring the coverage in; that of patients who are not in the file stays."""
    return IntakeCounts(coverage=bring_in(connection, delivery, receipt, VERSIONING))
