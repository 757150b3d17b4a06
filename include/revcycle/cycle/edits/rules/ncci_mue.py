"""More units of a procedure than CMS takes for likely (NCCI medically unlikely edits, practitioner values).

Source: CMS, NCCI Policy Manual, chapter I, and the adjudication indicators (MAI) of the MUE tables: 1 judges each line,
2 and 3 the sum of a patient's, provider's and day's lines over all claims; 2 is absolute, 3 may be overturned by
documentation. Units of a line over several days are spread over them evenly and count on the first. No modifier changes
the count, and nothing is rounded.
"""

from revcycle.cycle.edits.relations import claim_code, first_lines
from revcycle.cycle.edits.rule import BLOCK, REVIEW, Explanation, Rule
from revcycle.cycle.edits.units import NEAR

SOURCE = "CMS NCCI medically unlikely edits, practitioner services; NCCI Policy Manual, chapter I"
FIX = "Correct the units from the record"

RULE = Rule(
    severities={"ncci.mue_line": BLOCK, "ncci.mue_day": BLOCK, "ncci.mue_clinical": REVIEW},
    needs=("mue",),
    hits={
        # What may be above its limit; whole numbers need no second look.
        "mue_near": f"""
            SELECT grp, procedure, day, mai, value, lines
            FROM day_code JOIN mue ON code = procedure AND day BETWEEN valid_from AND valid_to
            WHERE if(whole, units > value, units >= value * {NEAR})
        """,
        "mue_line": """
            SELECT claim, line.line, line.day, procedure, value,
                   units_above([{'units': units, 'days': days}], value) AS units
            FROM mue_near JOIN line USING (grp, procedure) WHERE mai = 1 AND billed
        """,
        "mue_day": """
            SELECT grp, procedure, mai, value, lines AS all_lines,
                   units_above(list({'units': units, 'days': days}), value) AS units
            FROM mue_near JOIN line USING (grp, procedure) WHERE mai IN (2, 3) AND billed
            GROUP BY grp, procedure, mai, value, lines
        """,
        "mue_code": "SELECT grp, procedure FROM mue_day WHERE units <> ''",
        "mue_claim": claim_code("mue_code"),
        "mue_first": first_lines("mue_claim"),
    },
    neighbours="mue_first",
    findings="""
        SELECT 'ncci.mue_line' AS rule, claim, day, [line] AS lines, [procedure] AS codes, line::VARCHAR AS place,
               [value::VARCHAR, units] AS details, NULL AS others_of, 0 AS others_count
        FROM mue_line WHERE units <> ''
        UNION ALL
        SELECT if(mai = 2, 'ncci.mue_day', 'ncci.mue_clinical'), claim, date_from, lines, [procedure],
               concat(date_from, '/', npi), [value::VARCHAR, units], key, all_lines - len(lines)
        FROM mue_day JOIN mue_claim USING (grp, procedure) JOIN day_group USING (grp)
        LEFT JOIN mue_first USING (grp, procedure)
    """,
    explain={
        "ncci.mue_line": Explanation("MUE of {codes[0]} is {details[0]} a line, {details[1]} billed", FIX, SOURCE),
        "ncci.mue_day": Explanation("MUE of {codes[0]} is {details[0]} a day, {details[1]} billed", FIX, SOURCE),
        "ncci.mue_clinical": Explanation(
            "MUE of {codes[0]} is {details[0]} a day, {details[1]} billed; more needs documentation of its necessity",
            "Check the units; keep the documentation at hand for an appeal",
            SOURCE,
        ),
    },
)
