"""What every step of an assembly looks at, staged once in temporary tables that go with the transaction.

bill       what may be billed: encounter, its current version, first service date, lines, payer, rows as they are now
rule_now   the payers' claim rules in force on the day; review_rule: which review findings hold which payer's claims
"""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection, text

from revcycle.foundation.practice.claim_rule import ClaimRule
from revcycle.foundation.practice.partners import stored_claim_rules
from revcycle.foundation.store.temporary import analyze

RULES = """
CREATE TEMP TABLE rule_now (payer text PRIMARY KEY, partner text NOT NULL, enrolled bool NOT NULL,
    takes_corrections bool NOT NULL) ON COMMIT DROP;
CREATE TEMP TABLE review_rule (payer text NOT NULL, rule text NOT NULL) ON COMMIT DROP
"""
RULE = "INSERT INTO rule_now VALUES (:payer, :partner, :enrolled, :takes_corrections)"
BILL = """
CREATE TEMP TABLE bill ON COMMIT DROP AS
WITH service AS (
    SELECT l.encounter_id, l.version, min(l.date_from) AS first, count(*) AS lines
    FROM charge_line l JOIN encounter e ON e.id = l.encounter_id AND e.current_version = l.version
    WHERE e.cancelled_at IS NULL GROUP BY l.encounter_id, l.version)
SELECT e.id AS encounter_id, e.current_version AS version, v.patient_id, v.entered_on, s.first, s.lines,
       p.id AS patient_row, k.id AS coverage_row, k.payer,
       r.encounter_id IS NOT NULL AS swept
FROM encounter e
JOIN encounter_version v ON v.encounter_id = e.id AND v.version = e.current_version
JOIN service s ON s.encounter_id = e.id
JOIN patient p ON p.patient_id = v.patient_id AND p.superseded_at IS NULL
JOIN coverage k ON k.patient_id = v.patient_id AND k.responsibility = 'P' AND k.superseded_at IS NULL
     AND s.first BETWEEN k.valid_from AND coalesce(k.valid_to, 'infinity')
JOIN payer y ON y.code = k.payer AND y.superseded_at IS NULL AND y.kind <> 'self_pay'
LEFT JOIN sweep_result r ON r.encounter_id = e.id AND r.version = e.current_version
WHERE v.entered_on <= :through AND (:payers = '{}'::text[] OR k.payer = ANY (:payers))
"""
INDEX = "CREATE UNIQUE INDEX ON bill (encounter_id)"


def stage(connection: Connection, *, through: date, day: date, payers: Sequence[str]) -> None:
    """Make the temporary tables of this transaction."""
    for statement in RULES.split(";"):
        connection.execute(text(statement))
    for payer, rules in stored_claim_rules(connection).items():
        if rule := in_force(rules, day):
            row = {"payer": payer, "partner": rule.partner, "enrolled": rule.enrolled}
            connection.execute(text(RULE), row | {"takes_corrections": rule.takes_corrections})
            held = [{"payer": payer, "rule": name} for name in rule.holds_for_review]
            if held:
                connection.execute(text("INSERT INTO review_rule VALUES (:payer, :rule)"), held)
    connection.execute(text(BILL), {"through": through, "payers": list(payers)})
    connection.execute(text(INDEX))
    analyze(connection, "bill")


def in_force(rules: Sequence[ClaimRule], day: date) -> ClaimRule | None:
    """The one rule that holds on a day."""
    return next((rule for rule in rules if rule.covers(day)), None)
