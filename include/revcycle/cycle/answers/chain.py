"""An interchange's chain so far, for the end of a task's log: 837, TA1, 999, 277CA, 835. No patient's data is in it."""

from datetime import datetime

from sqlalchemy import Connection, Engine, text

SENT = "SELECT * FROM interchange WHERE id = :interchange"
OF_THE_FILE = """
SELECT kind, level, code, at FROM answer
WHERE interchange_id = :interchange AND (kind = 'TA1' OR kind = '999' AND detail ? 'scope') ORDER BY at, id
"""
OF_THE_CLAIMS = """
SELECT party, count(*) AS claims, count(*) FILTER (WHERE rejected) AS rejected FROM (
    SELECT a.party, a.submission_id, bool_or(a.detail->>'verdict' = 'rejected') AS rejected FROM answer a
    WHERE a.interchange_id = :interchange AND a.kind = '277CA' AND a.submission_id IS NOT NULL
    GROUP BY a.party, a.submission_id) AS answered
GROUP BY party ORDER BY party
"""
OWED = """
SELECT e.kind, e.party, count(*) AS answers, min(e.due_at) AS due_at FROM expected_answer e
WHERE e.met_by IS NULL AND (e.subject_kind = 'interchange' AND e.subject_id = :interchange
      OR e.subject_kind = 'submission' AND e.subject_id IN
         (SELECT id FROM claim_submission WHERE interchange_id = :interchange))
GROUP BY e.kind, e.party ORDER BY e.party
"""
KINDS = ("TA1", "999", "277CA", "835")


def chain(engine: Engine, interchange_id: int) -> list[tuple[str, str]]:
    """What was sent, what each kind of answer said, and what is still awaited: pairs of kind and words."""
    with engine.connect() as connection:
        asked = {"interchange": interchange_id}
        sent = connection.execute(text(SENT), asked).one()
        published = f", published {_at(sent.published_at)}" if sent.published_at else ""
        doubt = ", in doubt" if sent.state == "in_doubt" else ""
        money = f"{sent.amount_cents / 100:.2f}"
        words = f"{sent.partner} {sent.isa13:09}: {sent.claims} claims, {money}{published}{doubt}, sha256 {sent.sha256}"
        links = [("837", words)]
        said = _said(connection, interchange_id)
        for kind in KINDS:
            links += [(kind, one) for one in said.get(kind, ["none"])]
    return links


def _said(connection: Connection, interchange_id: int) -> dict[str, list[str]]:
    asked = {"interchange": interchange_id}
    said: dict[str, list[str]] = {}
    for one in connection.execute(text(OF_THE_FILE), asked):
        said.setdefault(one.kind, []).append(f"{one.level} {one.code}, {_at(one.at)}")
    for one in connection.execute(text(OF_THE_CLAIMS), asked):
        accepted = one.claims - one.rejected
        said.setdefault("277CA", []).append(f"{one.party}: {accepted} not rejected, {one.rejected} rejected")
    for one in connection.execute(text(OWED), asked):
        said.setdefault(one.kind, []).append(f"{one.answers} awaited of the {one.party} until {_at(one.due_at)}")
    return said


def _at(when: datetime) -> str:
    return f"{when:%Y-%m-%d %H:%M} UTC"
