"""A line must bill more than no units; fractions are allowed.

Source: ASC X12N 837P (005010X222A1), SV104.
"""

from revcycle.cycle.edits.rule import BLOCK, Explanation, Rule

RULE = Rule(
    severities={"line.units": BLOCK},
    findings="""
        SELECT 'line.units' AS rule, claim, day, [line] AS lines, [procedure] AS codes, line::VARCHAR AS place
        FROM line WHERE NOT billed
    """,
    explain={
        "line.units": Explanation(
            "The units of {codes[0]} are not above 0",
            "Give the units that were rendered",
            "ASC X12N 837P 005010X222A1, SV104",
        )
    },
)
