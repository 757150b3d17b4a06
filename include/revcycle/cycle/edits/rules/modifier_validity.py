"""A modifier must be in force on the date of service.

Source: modifier table of CMS's Integrated Outpatient Code Editor. It lacks three of the four modifiers of CPT's
category II (1P, 2P, 3P, 8P), which are valid all the same. After the last quarter loaded an unknown modifier may simply
be newer than the table.
"""

from revcycle.cycle.edits.rule import BLOCK, REVIEW, Explanation, Rule

SOURCE = "CPT and HCPCS modifiers in force on the date of service, CMS I/OCE modifier table"

JUDGED = """
    WITH asked AS (SELECT DISTINCT modifier, day FROM line_modifier WHERE covered('modifier', day))
    SELECT modifier, day, count(valid_from) > 0 AS known, day > last_day('modifier') AS newer
    FROM asked LEFT JOIN modifier USING (modifier)
    GROUP BY modifier, day
    HAVING NOT coalesce(bool_or(day BETWEEN valid_from AND valid_to), false)
       AND NOT (known = false AND modifier IN ('1P', '2P', '3P', '8P'))
"""

RULE = Rule(
    severities={"modifier.unknown": BLOCK, "modifier.not_valid_on_date": BLOCK},
    needs=("modifier",),
    hits={"judged_modifier": JUDGED},
    findings=f"""
        SELECT if(known, 'modifier.not_valid_on_date', 'modifier.unknown') AS rule,
               if(newer AND NOT known, '{REVIEW}', NULL) AS severity, claim, day, [line] AS lines,
               [procedure, modifier] AS codes, line::VARCHAR AS place,
               [strftime(day, '%Y') || 'Q' || quarter(day)] AS details
        FROM judged_modifier JOIN line_modifier USING (modifier, day)
    """,
    explain={
        "modifier.unknown": Explanation(
            "{codes[1]} is in no loaded release of the modifiers", "Correct or remove the modifier", SOURCE
        ),
        f"modifier.unknown {REVIEW}": Explanation(
            "{codes[1]} is in no loaded release of the modifiers; the date of service lies after the last of them, "
            "so the modifier may be newer",
            "Load the modifier table of {details[0]}, or correct the modifier",
            SOURCE,
        ),
        "modifier.not_valid_on_date": Explanation(
            "{codes[1]} was not in force on the date of service", "Use the modifier in force on that date", SOURCE
        ),
    },
)
