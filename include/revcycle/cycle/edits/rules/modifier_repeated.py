"""The same modifier stands twice on a line.

Source: ASC X12N 837P (005010X222A1), SV101-3 to SV101-6: each of the four places says something further.
"""

from revcycle.cycle.edits.rule import BLOCK, Explanation, Rule

RULE = Rule(
    severities={"modifier.repeated": BLOCK},
    findings="""
        SELECT 'modifier.repeated' AS rule, claim, day, [line] AS lines, [procedure, modifier] AS codes,
               line::VARCHAR AS place, [times::VARCHAR] AS details
        FROM line_modifier WHERE times > 1
    """,
    explain={
        "modifier.repeated": Explanation(
            "{codes[1]} stands {details[0]} times on the line of {codes[0]}",
            "Keep the modifier once",
            "ASC X12N 837P 005010X222A1, SV101",
        )
    },
)
