"""No encounter is lost: each one received is in exactly one place, and the places add up to what was received."""

from sqlalchemy import Connection, text

from revcycle.foundation.ledger.invariant import Invariant
from revcycle.foundation.ledger.self_pay import SELF_PAY

# From the least advanced to the most; an encounter with several claims is where the least advanced of them is.
PLACES = ("quarantined", "held", "self_pay", "waiting_to_send", "live", "adjudicated", "closed", "void")
# An encounter none of whose deliveries could be read is known by its quarantine alone. Of one with a claim the claims
# decide, so a newer delivery that cannot be read only shows in the hold that it opens; of one without, nothing can be
# billed before it is read.
PLACED = f"""(
    SELECT e.id AS encounter_id,
           CASE WHEN v.encounter_id IS NULL THEN NULL
                WHEN c.place IS NOT NULL THEN c.place
                WHEN e.cancelled_at IS NOT NULL OR c.encounter_id IS NOT NULL THEN 'void'
                WHEN q.id IS NOT NULL THEN 'quarantined'
                WHEN {SELF_PAY} THEN 'self_pay'
                ELSE 'waiting_to_send' END AS place
    FROM encounter e
    LEFT JOIN encounter_version v ON v.encounter_id = e.id AND v.version = e.current_version
    LEFT JOIN (SELECT encounter_id, version, min(date_from) AS first FROM charge_line GROUP BY encounter_id, version) s
         ON s.encounter_id = e.id AND s.version = e.current_version
    LEFT JOIN quarantine q ON q.source_system = e.source_system AND q.subject_kind = 'encounter'
         AND q.subject = e.source_encounter_id AND q.cleared_at IS NULL
    LEFT JOIN (
        SELECT c.encounter_id, CASE min(CASE WHEN c.state = 'open' AND h.claim_id IS NOT NULL THEN 1
                                             WHEN c.state = 'open' THEN 2 WHEN c.state = 'submitted' THEN 3
                                             WHEN c.state = 'adjudicated' THEN 4 WHEN c.state = 'closed' THEN 5 END)
                               WHEN 1 THEN 'held' WHEN 2 THEN 'waiting_to_send' WHEN 3 THEN 'live'
                               WHEN 4 THEN 'adjudicated' WHEN 5 THEN 'closed' END AS place
        FROM claim c
        LEFT JOIN (SELECT DISTINCT claim_id FROM claim_hold WHERE released_at IS NULL) h ON h.claim_id = c.id
        GROUP BY c.encounter_id) c ON c.encounter_id = e.id
    UNION ALL
    SELECT NULL, 'quarantined' FROM quarantine q
    WHERE q.subject_kind = 'encounter' AND q.cleared_at IS NULL AND NOT EXISTS (
        SELECT FROM encounter e WHERE e.source_system = q.source_system AND e.source_encounter_id = q.subject)
) placed"""
COUNT = f"SELECT place, count(*) AS encounters FROM {PLACED} WHERE place IS NOT NULL GROUP BY place"
RECEIVED = f"SELECT count(*) FROM {PLACED}"
CONSERVATION = Invariant(
    "conservation",
    "Every encounter received is in exactly one place: " + ", ".join(PLACES).replace("_", " ") + ".",
    f"SELECT encounter_id AS encounter FROM {PLACED} GROUP BY encounter_id HAVING encounter_id IS NOT NULL "
    "AND (count(place) <> 1 OR count(*) <> 1)",
)


def conservation(connection: Connection) -> dict[str, int]:
    """How many encounters are in each place, and `received`, which they add up to while the invariant holds."""
    found = {row.place: int(row.encounters) for row in connection.execute(text(COUNT))}
    received = int(connection.execute(text(RECEIVED)).scalar_one())
    return {place: found.get(place, 0) for place in PLACES} | {"received": received}
