"""What becomes of each adjustment: posted, kept as a memo, a denial, or waiting for a person.

A reduction is only written off for reasons that are safe for this payer; only four reasons of group PR go to the
patient by themselves. What an earlier payer did already moves no money twice.
"""

SAFE_NEGATIVE = "CO-94"
"""Paid more than charged: safe as long as it is negative."""
PATIENT = ("1", "2", "3", "66")
"""Deductible, coinsurance, copayment, blood deductible."""

# An amount as it would be had the claim not been a reversal.
FORWARD = "(CASE r.status WHEN '22' THEN -a.amount_cents ELSE a.amount_cents END)"
KEY = "a.group_code || '-' || a.reason"
# The same reduction of the same line stands already on the claim of the payer before.
BY_EARLIER_PAYER = """
EXISTS (SELECT FROM claim earlier
        JOIN remittance_match em ON em.claim_id = earlier.id
        JOIN remittance_adjustment ea ON ea.remittance_id = em.remittance_id AND ea.claim_position = em.claim_position
        WHERE earlier.encounter_id = c.encounter_id AND earlier.split = c.split
          AND earlier.responsibility < c.responsibility
          AND ea.treatment = 'posted' AND ea.group_code = a.group_code AND ea.reason = a.reason
          AND ea.amount_cents = a.amount_cents)
"""
TREATMENT = f"""
CASE WHEN r.status IN ('23', '25') THEN 'memo: not adjudicated'
     WHEN c.id IS NULL THEN 'waiting: no claim of ours was found'
     WHEN c.responsibility <> 'P' AND a.group_code = 'OA' AND a.reason = '23' THEN 'memo: what earlier payers did'
     WHEN c.responsibility <> 'P' AND a.group_code <> 'PR' AND {BY_EARLIER_PAYER}
         THEN 'memo: posted from an earlier payer'
     WHEN a.group_code = 'PR' AND a.reason = ANY (:patient) THEN 'posted: patient responsibility'
     WHEN {KEY} = ANY (:safe) THEN 'posted: safe for this payer'
     WHEN {KEY} = :safe_negative AND {FORWARD} < 0 THEN 'posted: safe for this payer'
     WHEN {FORWARD} <= 0 THEN 'waiting: an increase nobody has decided on'
     WHEN a.group_code = 'PR' THEN 'waiting: not for the patient by itself'
     WHEN a.group_code IN ('CO', 'OA', 'PI') THEN 'denied: not safe for this payer'
     ELSE 'waiting: a group that is not used in 005010' END
"""
"""Treatment and its reason, over a: the adjustment, r: its CLP, c: the claim it was matched to."""
