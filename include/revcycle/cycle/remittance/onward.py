"""The next payer's claim: made where a share goes to it or the payer before forwarded the bill, and held by hand.

What was forwarded is submitted by that (`crossover`); everything else waits for a person with an item.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, text

from revcycle.cycle.remittance import crossover
from revcycle.cycle.remittance.treatment import PATIENT
from revcycle.foundation.store.numbers import raise_numbers
from revcycle.foundation.store.runs import Step
from revcycle.foundation.work.causes import Cause, open_items
from revcycle.foundation.x12.claim_numbers import claim_number

SHARED_OR_FORWARDED = """
SELECT m.claim_id FROM matched m
JOIN read_remittance_claim r ON r.position = m.position AND r.status NOT IN ('23', '25')
JOIN read_remittance_adjustment a ON a.claim_position = m.position AND a.group_code = 'PR' AND a.reason = ANY (:patient)
UNION
SELECT m.claim_id FROM matched m JOIN forwarded USING (position)
"""
# Of claims that go on to a payer who has none yet: further coverage on the first date of service.
ONWARD = """
CREATE TEMP TABLE onward ON COMMIT DROP AS
SELECT c.id AS prior_claim, c.encounter_id, c.split, k.payer, k.responsibility
FROM ({claims}) going
JOIN claim c ON c.id = going.claim_id
JOIN encounter e ON e.id = c.encounter_id
JOIN encounter_version v ON v.encounter_id = e.id AND v.version = e.current_version
JOIN coverage k ON k.patient_id = v.patient_id AND k.superseded_at IS NULL
     AND k.responsibility = CASE c.responsibility WHEN 'P' THEN 'S' WHEN 'S' THEN 'T' END
     AND (SELECT min(l.date_from) FROM charge_line l WHERE l.encounter_id = e.id AND l.version = e.current_version)
         BETWEEN k.valid_from AND coalesce(k.valid_to, 'infinity')
JOIN payer y ON y.code = k.payer AND y.superseded_at IS NULL AND y.kind <> 'self_pay'
WHERE NOT EXISTS (SELECT FROM claim n WHERE n.encounter_id = c.encounter_id AND n.split = c.split
                  AND n.responsibility = k.responsibility AND n.state <> 'void')
"""
MAKE = """
INSERT INTO claim (claim_number, encounter_id, responsibility, split, payer, state, prior_claim, run_id)
SELECT n.number, o.encounter_id, o.responsibility, o.split, o.payer, 'open', o.prior_claim, :run_id
FROM (SELECT *, row_number() OVER (ORDER BY encounter_id, split) AS at FROM onward) o
JOIN unnest(CAST(:numbers AS text[])) WITH ORDINALITY AS n (number, at) USING (at)
ON CONFLICT DO NOTHING
"""
ANY_EARLY = "SELECT EXISTS (SELECT FROM matched JOIN candidate USING (position) WHERE matched.claim_id IS NULL)"
EARLY = """
SELECT DISTINCT c.id AS claim_id FROM matched m JOIN candidate d USING (position)
JOIN read_remittance_claim r USING (position) JOIN claim c ON c.id = d.claim_id
WHERE m.claim_id IS NULL AND (c.responsibility = 'P' AND r.status IN ('2', '20', '22')
                              OR c.responsibility = 'S' AND r.status IN ('3', '21', '22'))
"""
WAITING = """
SELECT id, encounter_id, payer, responsibility FROM claim
WHERE id IN (SELECT unnest(CAST(:claims AS bigint[]))
             UNION ALL SELECT n.id FROM onward o JOIN claim n ON n.prior_claim = o.prior_claim AND n.state = 'open')
ORDER BY id
"""
HOLD = """
INSERT INTO claim_hold (claim_id, cause, reason, run_id)
SELECT id, 'manual', 'claims to a further payer are sent by hand', :run_id FROM claim
WHERE id = ANY (:claims) AND state = 'open' ON CONFLICT DO NOTHING
"""


def make(connection: Connection, engine: Engine, *, remittance: int, step: Step, run_id: int) -> None:
    """Make the claims of next payers that the CLPs in `matched` ask for; leaves `forwarded` and `onward` behind.

    Their numbers are raised and committed first, so a gap may be left.
    """
    crossover.stage(connection, remittance)
    connection.execute(text(ONWARD.format(claims=SHARED_OR_FORWARDED)), {"patient": list(PATIENT)})
    _make(connection, engine, step=step, run_id=run_id)


def make_early(connection: Connection, engine: Engine, *, payer: str, now: datetime, step: Step, run_id: int) -> bool:
    """Make the claims that `payer` decided on as the next one before the payer before said that it forwarded them.

    Files come in any order, and what we never sent it can have from nobody else. Returns whether there are any: then
    the CLPs are to be matched anew.
    """
    if not connection.execute(text(ANY_EARLY)).scalar_one():
        return False
    connection.execute(text(ONWARD.format(claims=EARLY)))
    connection.execute(text("DELETE FROM onward WHERE payer <> :payer"), {"payer": payer})
    found = _make(connection, engine, step=step, run_id=run_id)
    crossover.submit_early(connection, now=now, run_id=run_id)
    connection.execute(text("DROP TABLE onward"))
    return found


def submit_or_hold(connection: Connection, *, remittance: int, now: datetime, run_id: int) -> None:
    """Submit the next payers' claims that were forwarded; those made now that were not wait, each with an item."""
    elsewhere = crossover.submit(connection, remittance=remittance, now=now, run_id=run_id)
    waiting = connection.execute(text(WAITING), {"claims": list(elsewhere)}).all()
    hold(connection, waiting, elsewhere, now=now, run_id=run_id)


def hold(
    connection: Connection, rows: Sequence[Row[Any]], elsewhere: Mapping[int, str], *, now: datetime, run_id: int
) -> None:
    """Hold claims to a further payer by hand, with an item each; `elsewhere` names whom the bill was sent on to."""
    connection.execute(text(HOLD), {"claims": [row.id for row in rows], "run_id": run_id})
    causes = [
        Cause(
            "further_payer",
            row.id,
            "biller",
            encounter_id=row.encounter_id,
            claim_id=row.id,
            detail={"payer": row.payer, "responsibility": row.responsibility}
            | ({"reason": f"the payer before sent it on to {elsewhere[row.id]}"} if row.id in elsewhere else {}),
        )
        for row in rows
    ]
    open_items(connection, causes, now=now, run_id=run_id)


def _make(connection: Connection, engine: Engine, *, step: Step, run_id: int) -> bool:
    """A claim for each row of `onward`; returns whether there is one."""
    count = connection.execute(text("SELECT count(*) FROM onward")).scalar_one()
    if count:
        numbers = [claim_number(n) for n in raise_numbers(engine, "claim", count, step=step)]
        connection.execute(text(MAKE), {"numbers": numbers, "run_id": run_id})
    return bool(count)
