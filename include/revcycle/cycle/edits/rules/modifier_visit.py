"""Modifiers that belong on a visit only, and those that never do.

Source: NCCI Policy Manual, chapter I: 24, 25 and 57 say something of an evaluation and management service; 59 and the X
modifiers separate procedures and do not stand on one. Beside CPT 99201 to 99499 CMS takes the eye visits and the
Medicare preventive visits for such services.
"""

from revcycle.cycle.edits.rule import BLOCK, REVIEW, Explanation, Rule

VISIT = "regexp_full_match(procedure, '[0-9]{5}') AND procedure BETWEEN '99201' AND '99499'"

RULE = Rule(
    severities={"modifier.not_on_em": BLOCK, "modifier.em_only": REVIEW},
    findings=f"""
        WITH placed AS (
            SELECT CASE WHEN modifier IN ('59', 'XE', 'XP', 'XS', 'XU') THEN 'modifier.not_on_em'
                        WHEN modifier IN ('24', '25', '57') THEN 'modifier.em_only' END AS rule,
                   {VISIT} AS visit, *
            FROM line_modifier)
        SELECT rule, claim, day, [line] AS lines, [procedure, modifier] AS codes, line::VARCHAR AS place
        FROM placed
        WHERE rule = 'modifier.not_on_em' AND visit
           OR rule = 'modifier.em_only' AND NOT visit AND procedure NOT IN
              ('92002', '92004', '92012', '92014', 'G0101', 'G0402', 'G0438', 'G0439')
    """,
    explain={
        "modifier.not_on_em": Explanation(
            "{codes[1]} separates procedures and may not stand on the visit {codes[0]}",
            "Remove it, or use 25 where the visit was significant and separate",
            "CMS NCCI Policy Manual, chapter I",
        ),
        "modifier.em_only": Explanation(
            "{codes[1]} is meant for visits, and {codes[0]} is none",
            "Move the modifier to the visit, or remove it",
            "CMS NCCI Policy Manual, chapter I",
        ),
    },
)
