"""Bring the deadlines in line with claims, denials, proofs and payers' rules: one transaction, set by set."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy import Connection, Engine, text

from revcycle.foundation.store.runs import Step, begin
from revcycle.foundation.store.temporary import analyze
from revcycle.watch.followup.judging import Rules, Verdict, judge
from revcycle.watch.followup.room import lock_room
from revcycle.watch.followup.subjects import stage, terms

LATEST = "SELECT max(evaluated_as_of) FROM deadline"
# Of a claim's dates of service the one with the earliest last day decides.
WANTED = """
CREATE TEMPORARY TABLE wanted ON COMMIT DROP AS
SELECT DISTINCT ON (s.subject_kind, s.subject_id, s.rule_kind) s.subject_kind, s.subject_id, s.rule_kind, v.starts_on,
       v.due_on, v.rule, v.sentence, v.filed_on,
       CASE WHEN v.filed_on IS NULL THEN 'open' WHEN v.filed_on <= v.due_on THEN 'filed' ELSE 'late' END AS state
FROM subject s JOIN jsonb_to_recordset(CAST(:verdicts AS jsonb)) AS v(
    term bigint, starts_on date, due_on date, rule text, sentence text, filed_on date) USING (term)
ORDER BY s.subject_kind, s.subject_id, s.rule_kind, v.due_on, v.starts_on, v.rule
"""
WRITE = """
INSERT INTO deadline AS d (subject_kind, subject_id, rule_kind, starts_on, due_on, rule, sentence, state, filed_on,
                           evaluated_as_of, run_id)
SELECT subject_kind, subject_id, rule_kind, starts_on, due_on, rule, sentence, state, filed_on, :as_of, :run_id
FROM wanted ORDER BY subject_kind, subject_id, rule_kind
ON CONFLICT (subject_kind, subject_id, rule_kind) DO UPDATE SET
    starts_on = excluded.starts_on, due_on = excluded.due_on, rule = excluded.rule, sentence = excluded.sentence,
    state = excluded.state, filed_on = excluded.filed_on, ended_because = '',
    evaluated_as_of = excluded.evaluated_as_of, run_id = excluded.run_id
WHERE d.evaluated_as_of < excluded.evaluated_as_of AND d.state IN ('open', 'late')
   OR (d.starts_on, d.due_on, d.rule, d.sentence, d.state, d.filed_on) IS DISTINCT FROM
      (excluded.starts_on, excluded.due_on, excluded.rule, excluded.sentence, excluded.state, excluded.filed_on)
"""
END = """
UPDATE deadline d SET state = 'ended', evaluated_as_of = :as_of, run_id = :run_id, ended_because = CASE
    WHEN c.state = 'void' THEN 'the claim is void'
    WHEN x.closed_at IS NOT NULL THEN 'the denial is closed'
    WHEN d.rule_kind = 'correction' THEN 'nothing of the claim is denied, or the payer takes no correction'
    WHEN d.rule_kind = 'filing' THEN 'the payer has decided, or has no such limit'
    ELSE 'the payer gives no right of appeal' END
FROM deadline o LEFT JOIN denial x ON o.subject_kind = 'denial' AND x.id = o.subject_id
JOIN claim c ON c.id = coalesce(x.claim_id, o.subject_id)
WHERE o.id = d.id AND d.state IN ('open', 'late') AND NOT EXISTS (
    SELECT FROM wanted w WHERE w.subject_kind = d.subject_kind AND w.subject_id = d.subject_id
    AND w.rule_kind = d.rule_kind)
"""
STANDING = """
SELECT count(*) FILTER (WHERE state = 'open') AS open,
       count(*) FILTER (WHERE state = 'open' AND due_on < :as_of) AS past_due,
       count(*) FILTER (WHERE state = 'late') AS late
FROM deadline WHERE state IN ('open', 'late')
"""


@dataclass(frozen=True)
class RefreshCounts:
    """Deadlines written and ended now; those that stand: open, of these past due, and met too late."""

    written: int
    ended: int
    open: int
    past_due: int
    late: int


def refresh(engine: Engine, *, as_of: date, now: datetime, step: Step) -> RefreshCounts:
    """Make the deadlines be what claims, denials, proofs of filing and the payers' dated rules come to on `as_of`.

    A claim is filed when its payer's receipt is proven (payer_opinion.received_on) and counts as a day not after the
    last one. A day before the latest evaluation is taken as that one: a late run for an older date changes nothing that
    a newer one has said. Safe to run twice and at once.
    """
    with engine.begin() as connection:
        lock_room(connection)
        run_id = begin(connection, step)
        as_of = max(as_of, connection.execute(text(LATEST)).scalar() or as_of)
        rules = Rules.stored(connection)
        stage(connection, excepted=rules.excepted())
        verdicts = (verdict for term in terms(connection) if (verdict := judge(rules, term, as_of=as_of)))
        return _write(connection, verdicts, {"as_of": as_of, "run_id": run_id})


def _write(connection: Connection, verdicts: Iterable[Verdict], asked: dict[str, date | int]) -> RefreshCounts:
    rows = json.dumps([asdict(verdict) for verdict in verdicts], default=str)
    connection.execute(text(WANTED), {"verdicts": rows})
    analyze(connection, "wanted")
    written = connection.execute(text(WRITE), asked).rowcount
    ended = connection.execute(text(END), asked).rowcount
    standing = connection.execute(text(STANDING), asked).one()
    return RefreshCounts(written, ended, standing.open, standing.past_due, standing.late)
