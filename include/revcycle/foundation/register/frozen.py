"""How a submission is numbered, and how it takes over the lines of an earlier one: SQL of every room that freezes."""

NUMBER = "{0}.claim_number || lpad({0}.ordinal::text, greatest(2, length({0}.ordinal::text)), '0')"
"""The patient control number, of a row with the claim's number and the submission's ordinal."""
LINE_NUMBER = "{0}.patient_control_number || 'L' || lpad({1}::text, 2, '0')"
"""The line control number, of a submission and a line's number."""
SAME_LINES = f"""
INSERT INTO submission_line (submission_id, line, line_control_number, charge_line, procedure, modifiers, units,
    charge_cents, run_id)
SELECT s.id, l.line, {LINE_NUMBER.format("s", "l.line")}, l.charge_line, l.procedure, l.modifiers, l.units,
       l.charge_cents, :run_id
FROM {{0}} t JOIN claim_submission s ON s.claim_id = t.claim_id AND s.ordinal = t.ordinal
JOIN submission_line l ON l.submission_id = t.last
"""
"""Of a table with the claim and ordinal of each new submission, and `last`: the one whose lines it has."""
