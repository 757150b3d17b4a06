"""A line repeats another one of the same patient, provider and day: same procedure, same set of modifiers.

Source: Medicare Claims Processing Manual, chapter 1, section 120 (exact and suspected duplicates). Units and charge do
not tell two lines apart, nor does the order of the modifiers.
"""

from revcycle.cycle.edits.rule import REVIEW, Explanation, Rule

RULE = Rule(
    severities={"line.duplicate": REVIEW},
    hits={
        "repeated_line": """
            SELECT grp, claim, line, day, procedure, list_sort(list_distinct(modifiers)) AS modifier_set
            FROM line SEMI JOIN (FROM day_code WHERE lines > 1) USING (grp, procedure)
        """,
        "original_line": """
            SELECT grp, procedure, modifier_set, first, [first] AS found, nextval('neighbour') AS key
            FROM (SELECT grp, procedure, modifier_set, min({'claim': claim, 'line': line}) AS first
                  FROM repeated_line GROUP BY ALL HAVING count(*) > 1)
        """,
    },
    neighbours="original_line",
    findings="""
        SELECT 'line.duplicate' AS rule, claim, day, if(claim = first.claim, [first.line, line], [line]) AS lines,
               [procedure] AS codes, line::VARCHAR AS place, key AS others_of,
               if(claim = first.claim, 0, 1) AS others_count
        FROM repeated_line JOIN original_line USING (grp, procedure, modifier_set)
        WHERE (claim, line) <> (first.claim, first.line)
    """,
    explain={
        "line.duplicate": Explanation(
            "{codes[0]} is billed again for the same patient, provider and day with the same modifiers",
            "Remove the line, or add the modifier that says why it was repeated",
            "Medicare Claims Processing Manual, chapter 1, section 120",
        )
    },
)
