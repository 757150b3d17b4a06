"""A service may not end before it begins, nor lie in the future of the day of judgement.

Source: ASC X12N 837P (005010X222A1), DTP*472 of loop 2400; Medicare Claims Processing Manual, chapter 1, section
80.3.2 (incomplete and invalid claims).
"""

from revcycle.cycle.edits.rule import BLOCK, Explanation, Rule

RULE = Rule(
    severities={"line.dates": BLOCK},
    findings="""
        SELECT 'line.dates' AS rule, claim, day, [line] AS lines, [procedure] AS codes, line::VARCHAR AS place,
               [if(date_to < day, 'ends before it begins', 'lies in the future')] AS details
        FROM line WHERE coalesce(date_to, day) < day OR greatest(day, coalesce(date_to, day)) > today
    """,
    explain={
        "line.dates": Explanation(
            "The service of {codes[0]} {details[0]}",
            "Correct the dates of service",
            "ASC X12N 837P 005010X222A1, loop 2400 DTP*472",
        )
    },
)
