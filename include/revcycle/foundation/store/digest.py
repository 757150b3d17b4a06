"""One sha256 over the business facts: two states with equal digests are the same practice in the same condition.

It leaves out surrogate keys, versions, run ids, file names and instants; every "same state" promise is tested with it.
"""

import hashlib

from sqlalchemy import Engine, text

FACTS = {
    "practice": """
        SELECT 'payer', code, name, kind, time_zone FROM payer WHERE superseded_at IS NULL
        UNION ALL SELECT 'rule', payer, kind, plan || '/' || valid_from || '/' || coalesce(valid_to::text, ''),
                  value::text || source FROM payer_rule WHERE superseded_at IS NULL
        UNION ALL SELECT 'provider', npi, last_name || '/' || first_name, taxonomy, specialty
                  FROM provider WHERE superseded_at IS NULL
        UNION ALL SELECT 'billing', npi, tax_id, name, taxonomy FROM billing_provider WHERE superseded_at IS NULL
        UNION ALL SELECT 'facility', npi, name, place_of_service, '' FROM facility WHERE superseded_at IS NULL
        UNION ALL SELECT 'staff', username, roles::text, credentials::text, specialties::text
                  FROM staff WHERE superseded_at IS NULL
    """,
    "patients": """
        SELECT source_system, source_patient_id, last_name, first_name, middle_name, suffix, birth_date, sex,
               death_date, address_1, address_2, city, state, zip, phone
        FROM patient WHERE superseded_at IS NULL
    """,
    "coverage": """
        SELECT p.source_system, p.source_patient_id, c.responsibility, c.valid_from, c.valid_to, c.payer, c.member_id,
               c.group_number, c.relationship, c.subscriber_last_name, c.subscriber_first_name, c.subscriber_birth_date
        FROM coverage c JOIN patient p ON p.patient_id = c.patient_id AND p.superseded_at IS NULL
        WHERE c.superseded_at IS NULL
    """,
    "encounters": """
        SELECT e.source_system, e.source_encounter_id, v.content_sha256, v.entered_on, e.cancelled_at IS NOT NULL
        FROM encounter e JOIN encounter_version v ON v.encounter_id = e.id AND v.version = e.current_version
    """,
    "quarantine": "SELECT source_system, subject_kind, subject FROM quarantine WHERE cleared_at IS NULL",
    "findings": """
        SELECT e.source_system, e.source_encounter_id, f.rule, f.fingerprint, f.severity, f.lines, f.codes, f.details,
               f.others_count, f.release, f.state, f.overridden_by
        FROM finding f JOIN encounter e ON e.id = f.encounter_id AND e.current_version = f.version
        WHERE f.state IN ('open', 'overridden')
    """,
    "work": """
        SELECT w.cause_kind, e.source_system, e.source_encounter_id, w.queue, w.credential, w.specialty, w.due_on,
               w.amount_cents
        FROM work_item w LEFT JOIN encounter e ON e.id = w.encounter_id WHERE w.closed_at IS NULL
    """,
}


def digests(engine: Engine) -> dict[str, str]:
    """One sha256 for each kind of fact."""
    with engine.connect() as connection:
        return {
            kind: _digest(sorted(repr(tuple(row)) for row in connection.execute(text(q)))) for kind, q in FACTS.items()
        }


def digest(engine: Engine) -> str:
    """One sha256 over all of them."""
    return _digest([f"{kind} {value}" for kind, value in digests(engine).items()])


def _digest(lines: list[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
