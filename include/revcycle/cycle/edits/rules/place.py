"""A place of service must be one that CMS has assigned.

Source: CMS, Place of Service Code Set (two digits; the dates from which a place took effect are not judged).
"""

from revcycle.cycle.edits.rule import BLOCK, Explanation, Rule

ASSIGNED = [*range(1, 28), *range(31, 35), 41, 42, *range(49, 59), 60, 61, 62, 65, 66, 71, 72, 81, 99]

RULE = Rule(
    severities={"place.unknown": BLOCK},
    findings=f"""
        SELECT 'place.unknown' AS rule, claim, day, [line] AS lines, [place] AS codes, line::VARCHAR AS place
        FROM line WHERE line.place NOT IN ({", ".join(f"'{place:02}'" for place in ASSIGNED)})
    """,
    explain={
        "place.unknown": Explanation(
            "{codes[0]} is no assigned place of service",
            "Give the two digits of the place, with the leading zero",
            "CMS Place of Service Code Set",
        )
    },
)
