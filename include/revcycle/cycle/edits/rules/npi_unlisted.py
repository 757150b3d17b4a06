"""A provider or facility of a line that the practice's settings do not list.

Source: the practice's own list of providers and facilities. Who judges hands in the relation `unlisted` (claim, line,
npi); it is empty where there is no such list.
"""

from revcycle.cycle.edits.rule import REVIEW, Explanation, Rule

RULE = Rule(
    severities={"npi.unlisted": REVIEW},
    findings="""
        SELECT 'npi.unlisted' AS rule, claim, day, [line] AS lines, [unlisted.npi] AS codes, line::VARCHAR AS place
        FROM (SELECT DISTINCT claim, line, npi FROM unlisted) AS unlisted JOIN line USING (claim, line)
    """,
    explain={
        "npi.unlisted": Explanation(
            "{codes[0]} is no provider or facility of the practice's settings",
            "Correct the NPI, or add the provider or facility to practice.yaml",
            "practice.yaml",
        )
    },
)
