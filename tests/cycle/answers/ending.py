"""What answers lead to, without keys, instants and events: equal endings are the same state."""

from collections.abc import Sequence

from revcycle.cycle.answers import ApplyCounts, apply
from tests.answer_files import NOW, Sent
from tests.sent_claims import STEP, Office

# Of one interchange: its claims are named by their position in it, so that two interchanges can be compared.
CLAIMS = """
SELECT s.position, c.state, s.closed_at IS NOT NULL, s.closed_because, o.verdict, o.party, o.at, o.payer_claim_number,
       o.received_on, split_part(e.kind, ' ', 1),
       (SELECT array_agg((n.ordinal, n.closed_because, n.interchange_id IS NOT NULL)::text ORDER BY n.ordinal)
        FROM claim_submission n WHERE n.claim_id = c.id)
FROM claim c JOIN claim_submission s ON s.claim_id = c.id
LEFT JOIN payer_opinion o ON o.submission_id = s.id LEFT JOIN claim_event e ON e.id = o.event_id
WHERE s.interchange_id = :interchange ORDER BY s.position
"""
HOLDS = """
SELECT s.position, h.cause, h.detail - 'interchange' FROM claim_hold h JOIN claim_submission s ON s.id = h.cause_id
WHERE h.released_at IS NULL AND s.interchange_id = :interchange ORDER BY 1, 2, 3
"""
ITEMS = """
SELECT w.cause_kind, s.position, w.queue, w.credential, w.due_on, w.amount_cents, w.detail - 'interchange'
FROM work_item w LEFT JOIN claim_submission s ON s.claim_id = w.claim_id AND s.ordinal = 1
WHERE w.closed_at IS NULL AND CAST(w.detail->>'interchange' AS bigint) =
      (SELECT isa13 FROM interchange WHERE id = :interchange) ORDER BY 1, 2, 7
"""
INTERCHANGE = "SELECT state, answered FROM interchange WHERE id = :interchange"
DUES = """
SELECT s.position, e.kind, e.party, e.met_by IS NOT NULL, e.met_by = 0
FROM expected_answer e LEFT JOIN claim_submission s ON s.id = e.subject_id AND e.subject_kind = 'submission'
WHERE (e.subject_kind = 'interchange' AND e.subject_id = :interchange) OR s.interchange_id = :interchange
ORDER BY 1, 2, 3
"""


def applied(office: Office) -> ApplyCounts:
    """Apply all that was received."""
    return apply(office.engine, office.archive, now=NOW, step=STEP)


def deliver(office: Office, files: Sequence[str]) -> None:
    """Each file fetched and registered, one after the other."""
    for content in files:
        kind = "277CA" if "*005010X214~" in content else "999" if "*005010X231A1~" in content else "TA1"
        office.receive(content, kind)


def receive(office: Office, *files: str) -> ApplyCounts:
    """Each file fetched, registered and applied before the next."""
    total = ApplyCounts()
    for content in files:
        deliver(office, [content])
        total += applied(office)
    return total


def ending(office: Office, sent: Sent) -> dict[str, list[tuple[object, ...]]]:
    """The final state of one interchange by kind of fact."""
    queries = {"claims": CLAIMS, "holds": HOLDS, "items": ITEMS, "interchange": INTERCHANGE, "dues": DUES}
    return {kind: office.all(query, interchange=sent.id) for kind, query in queries.items()}


def claims(office: Office) -> dict[object, tuple[object, ...]]:
    """State of the claim, why its submission is closed, verdict and party, by patient control number."""
    query = """SELECT s.patient_control_number, c.state, s.closed_because, o.verdict, o.party FROM claim_submission s
               JOIN claim c ON c.id = s.claim_id LEFT JOIN payer_opinion o ON o.submission_id = s.id"""
    return {row[0]: row[1:] for row in office.all(query)}


def held(office: Office) -> list[object]:
    """The claim numbers that are held for a rejection."""
    query = """SELECT claim_number FROM claim c JOIN claim_hold h ON h.claim_id = c.id
               WHERE h.cause = 'rejection' AND h.released_at IS NULL ORDER BY 1"""
    return [row[0] for row in office.all(query)]


def items(office: Office) -> list[tuple[object, ...]]:
    """Kind and claim number of the open items."""
    query = """SELECT w.cause_kind, c.claim_number FROM work_item w LEFT JOIN claim c ON c.id = w.claim_id
               WHERE w.closed_at IS NULL ORDER BY w.cause_kind, c.claim_number"""
    return office.all(query)


def owed(office: Office) -> list[tuple[object, ...]]:
    """Kind and party of the answers still awaited."""
    return office.all("SELECT DISTINCT kind, party FROM expected_answer WHERE met_by IS NULL ORDER BY 1, 2")
