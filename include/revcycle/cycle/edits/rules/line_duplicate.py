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
        """
    },
    findings="""
        WITH seen AS (
            SELECT claim, line, day, procedure, row_number() OVER same AS nth,
                   first_value(claim) OVER same AS first_claim, first_value(line) OVER same AS first_line
            FROM repeated_line WINDOW same AS (PARTITION BY grp, procedure, modifier_set ORDER BY claim, line))
        SELECT 'line.duplicate' AS rule, claim, day, if(claim = first_claim, [first_line, line], [line]) AS lines,
               [procedure] AS codes, line::VARCHAR AS place,
               if(claim = first_claim, [], [{'claim': first_claim, 'line': first_line}]) AS others,
               if(claim = first_claim, 0, 1) AS others_count
        FROM seen WHERE nth > 1
    """,
    explain={
        "line.duplicate": Explanation(
            "{codes[0]} is billed again for the same patient, provider and day with the same modifiers",
            "Remove the line, or add the modifier that says why it was repeated",
            "Medicare Claims Processing Manual, chapter 1, section 120",
        )
    },
)
