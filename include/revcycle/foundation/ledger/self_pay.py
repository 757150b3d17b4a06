"""Encounters that the patient pays for: no payer is billed, the whole charge is the patient's from the start."""

# A patient without any coverage pays, and one whose first payer on the first date of service is of kind `self_pay`.
# With coverage for other dates only, or with one that could not be read, the encounter waits for an answer instead:
# nobody is billed for a mistake in a file. While a claim of it stands, that claim's payer is asked.
SELF_PAY = """
SELECT e.id AS encounter_id, e.current_version AS version, v.patient_id, v.entered_on, v.charge_cents, s.first
FROM encounter e
JOIN encounter_version v ON v.encounter_id = e.id AND v.version = e.current_version
JOIN patient p ON p.patient_id = v.patient_id AND p.superseded_at IS NULL
CROSS JOIN LATERAL (
    SELECT min(l.date_from) AS first FROM charge_line l WHERE l.encounter_id = e.id AND l.version = e.current_version
) s
WHERE e.cancelled_at IS NULL
  AND NOT EXISTS (SELECT FROM claim c WHERE c.encounter_id = e.id AND c.state <> 'void')
  AND CASE WHEN EXISTS (SELECT FROM coverage k WHERE k.patient_id = v.patient_id AND k.superseded_at IS NULL)
      THEN EXISTS (SELECT FROM coverage k JOIN payer y ON y.code = k.payer AND y.superseded_at IS NULL
                   WHERE k.patient_id = v.patient_id AND k.responsibility = 'P' AND k.superseded_at IS NULL
                   AND s.first BETWEEN k.valid_from AND coalesce(k.valid_to, 'infinity') AND y.kind = 'self_pay')
      ELSE NOT EXISTS (SELECT FROM quarantine q WHERE q.source_system = p.source_system
                       AND q.subject_kind = 'coverage' AND q.subject = p.source_patient_id AND q.cleared_at IS NULL) END
"""
