"""A procedure must be in force on the date of service.

Source: HCPCS and CPT as code sets of 45 CFR 162.1002(c); validity by date from the tables of CMS's Integrated
Outpatient Code Editor. After the last quarter loaded an unknown code may simply be newer than the table.
"""

from revcycle.cycle.edits.rule import BLOCK, REVIEW, Explanation, Rule

SOURCE = "HCPCS and CPT in force on the date of service (45 CFR 162.1002), CMS I/OCE tables"

JUDGED = """
    WITH asked AS (SELECT DISTINCT procedure AS code, day FROM day_code WHERE covered('hcpcs', day)),
    code_range AS (SELECT code, day, bool_or(day BETWEEN valid_from AND valid_to) AS in_force,
                          max(valid_to) FILTER (valid_to < day) AS ended,
                          min(valid_from) FILTER (valid_from > day) AS begins
                   FROM asked JOIN hcpcs USING (code) GROUP BY ALL)
    SELECT code AS procedure, day,
           CASE WHEN ended IS NOT NULL THEN 'procedure.no_longer_valid'
                WHEN begins IS NOT NULL THEN 'procedure.not_yet_valid'
                ELSE 'procedure.unknown' END AS rule,
           coalesce(ended, begins)::VARCHAR AS turn, day > last_day('hcpcs') AS newer
    FROM asked LEFT JOIN code_range USING (code, day)
    WHERE NOT coalesce(in_force, false)
"""

RULE = Rule(
    severities={"procedure.unknown": BLOCK, "procedure.not_yet_valid": BLOCK, "procedure.no_longer_valid": BLOCK},
    needs=("hcpcs",),
    hits={"judged_procedure": JUDGED},
    findings=f"""
        SELECT rule, if(rule = 'procedure.unknown' AND newer, '{REVIEW}', NULL) AS severity, claim, day,
               [line] AS lines, [procedure] AS codes, line::VARCHAR AS place,
               [coalesce(turn, strftime(day, '%Y') || 'Q' || quarter(day))] AS details
        FROM judged_procedure JOIN line USING (procedure, day)
    """,
    explain={
        "procedure.unknown": Explanation(
            "{codes[0]} is in no loaded release of HCPCS and CPT", "Correct the procedure code from the record", SOURCE
        ),
        f"procedure.unknown {REVIEW}": Explanation(
            "{codes[0]} is in no loaded release of HCPCS and CPT; the date of service lies after the last of them, "
            "so the code may be newer",
            "Load the HCPCS release of {details[0]}, or correct the procedure code",
            SOURCE,
        ),
        "procedure.not_yet_valid": Explanation(
            "{codes[0]} is in force only from {details[0]}, after the date of service",
            "Use the code that was in force on the date of service",
            SOURCE,
        ),
        "procedure.no_longer_valid": Explanation(
            "{codes[0]} ended on {details[0]}, before the date of service",
            "Use the code that replaced it on the date of service",
            SOURCE,
        ),
    },
)
