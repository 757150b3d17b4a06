"""Who is billed where no payer is: the patient, who said so or has no coverage at all.

A gap between coverages is a question for a biller, not a bill for the patient.
"""

# Of the encounter version `v` whose first date of service is `s.first`.
SELF_PAY = """
(EXISTS (SELECT FROM coverage k JOIN payer y ON y.code = k.payer AND y.superseded_at IS NULL
         WHERE k.patient_id = v.patient_id AND k.responsibility = 'P' AND k.superseded_at IS NULL
           AND y.kind = 'self_pay' AND s.first BETWEEN k.valid_from AND coalesce(k.valid_to, 'infinity'))
 OR NOT EXISTS (SELECT FROM coverage k WHERE k.patient_id = v.patient_id AND k.superseded_at IS NULL))
"""
