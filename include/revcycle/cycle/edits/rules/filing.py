"""The payer's filing limit has passed.

Source: the payer's own dated rule in practice.yaml, which names its law or contract (Medicare: 42 CFR 424.44).
`filing_due` holds the last day of filing for each payer and date of service with such a rule; the others are not
evaluated.
"""

from revcycle.cycle.edits.rule import BLOCK, Explanation, Rule

RULE = Rule(
    severities={"filing.expired": BLOCK},
    findings="""
        SELECT 'filing.expired' AS rule, claim, day, [line] AS lines, [procedure] AS codes, line::VARCHAR AS place,
               [due::VARCHAR, source] AS details
        FROM line JOIN filing_due USING (payer, day) WHERE today > due
    """,
    explain={
        "filing.expired": Explanation(
            "The claim had to reach the payer by {details[0]}",
            "Look for proof of filing or a lawful exception before it is written off",
            "{details[1]}",
        )
    },
)
