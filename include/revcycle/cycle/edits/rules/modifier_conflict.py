"""Two modifiers of a line contradict each other by CMS's table.

Source: modifier conflict table of CMS's Integrated Outpatient Code Editor, by the dates of its rows. The pairs that
contradict each other by what the modifiers mean are in `modifier_exclusive`.
"""

from revcycle.cycle.edits.rule import BLOCK, Explanation, Rule

RULE = Rule(
    severities={"modifier.conflict": BLOCK},
    needs=("modifier_conflict",),
    hits={
        "conflicting": """
            SELECT DISTINCT least(modifier_1, modifier_2) AS first, greatest(modifier_1, modifier_2) AS second,
                   valid_from, valid_to
            FROM modifier_conflict
        """
    },
    findings="""
        SELECT DISTINCT 'modifier.conflict' AS rule, one.claim, one.day, [one.line] AS lines,
               [one.procedure, first, second] AS codes, one.line::VARCHAR AS place
        FROM line_modifier AS one JOIN conflicting ON one.modifier = first
        JOIN line_modifier AS two ON two.modifier = second AND two.claim = one.claim AND two.line = one.line
        WHERE one.day BETWEEN valid_from AND valid_to
    """,
    explain={
        "modifier.conflict": Explanation(
            "{codes[1]} and {codes[2]} may not stand together on the line of {codes[0]}",
            "Keep the one that the record supports",
            "CMS I/OCE modifier conflicts; CPT modifiers LT, RT, 50, 26 and TC exclude each other by definition",
        )
    },
)
