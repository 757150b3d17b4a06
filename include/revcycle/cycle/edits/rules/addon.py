"""An add-on is paid only beside a primary procedure of the same patient, provider and day.

Source: CMS, add-on code edits (transmittal 2636 and its updates), as in the Integrated Outpatient Code Editor. Type 1
has a complete list of primaries, type 3 one that contractors may extend, type 2 none: there any procedure that is no
add-on itself may be the primary.
"""

from revcycle.cycle.edits.rule import BLOCK, REVIEW, Explanation, Rule

SOURCE = "CMS add-on code edits, I/OCE add-on tables"

RULE = Rule(
    severities={"addon.primary_missing": BLOCK},
    needs=("addon",),
    hits={
        "addon_primary": """
            SELECT grp, procedure, primary_code, type
            FROM day_code JOIN addon ON addon = procedure AND day BETWEEN valid_from AND valid_to
        """,
        "addon_code": "SELECT grp, procedure, min(type) AS type FROM addon_primary GROUP BY ALL",
        "addon_met": """
            SELECT a.grp, a.procedure
            FROM addon_code AS a JOIN addon_primary AS listed USING (grp, procedure) JOIN day_code AS p USING (grp)
            WHERE a.type <> 2 AND p.procedure = listed.primary_code
            UNION
            SELECT a.grp, a.procedure
            FROM addon_code AS a SEMI JOIN (FROM day_code ANTI JOIN addon_code USING (grp, procedure)) AS p USING (grp)
            WHERE a.type = 2
        """,
    },
    findings=f"""
        SELECT 'addon.primary_missing' AS rule, if(type = 1, NULL, '{REVIEW}') AS severity, claim, day, [line] AS lines,
               [procedure] AS codes, line::VARCHAR AS place, [type::VARCHAR] AS details
        FROM addon_code ANTI JOIN addon_met USING (grp, procedure) JOIN line USING (grp, procedure)
    """,
    explain={
        "addon.primary_missing": Explanation(
            "{codes[0]} is an add-on of type {details[0]}, and none of its primary procedures is billed that day",
            "Bill the primary procedure of the same provider and day, or remove the add-on",
            SOURCE,
        ),
        f"addon.primary_missing {REVIEW}": Explanation(
            "{codes[0]} is an add-on of type {details[0]}, and no primary procedure is billed that day; "
            "the contractor may accept others",
            "Check that a primary procedure is billed for that day, and the contractor's list",
            SOURCE,
        ),
    },
)
