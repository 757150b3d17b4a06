"""The same diagnosis stands twice on a claim.

Source: ICD-10-CM Official Guidelines, section I.B.12 (a code is reported once for an encounter).
"""

from revcycle.cycle.edits.rule import BLOCK, Explanation, Rule

RULE = Rule(
    severities={"icd10.duplicate": BLOCK},
    hits={"repeated_diagnosis": "SELECT claim, code FROM diagnosis GROUP BY claim, code HAVING count(*) > 1"},
    findings="""
        SELECT 'icd10.duplicate' AS rule, claim, min(day) AS day, list(line ORDER BY line) AS lines, [code] AS codes
        FROM repeated_diagnosis JOIN line USING (claim) GROUP BY claim, code
    """,
    explain={
        "icd10.duplicate": Explanation(
            "{codes[0]} stands more than once on the claim",
            "Keep it once and renumber the pointers",
            "ICD-10-CM Official Guidelines I.B.12",
        )
    },
)
