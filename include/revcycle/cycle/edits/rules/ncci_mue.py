"""More units of a procedure than CMS takes for likely (NCCI medically unlikely edits, practitioner values).

Source: CMS, NCCI Policy Manual, chapter I, and the adjudication indicators (MAI) of the MUE tables: 1 judges each line,
2 and 3 the sum of a patient's, provider's and day's lines over all claims; 2 is absolute, 3 may be overturned by
documentation. Units of a line over several days are spread over them evenly and count on the first. No modifier changes
the count. Sums are compared with a tolerance, because fractions of units do not add up exactly.
"""

from revcycle.cycle.edits.relations import claim_code, first_lines
from revcycle.cycle.edits.rule import BLOCK, REVIEW, Explanation, Rule

SOURCE = "CMS NCCI medically unlikely edits, practitioner services; NCCI Policy Manual, chapter I"
FIX = "Correct the units from the record"

# Units as people write them: 2, not 2.0.
UNITS = "format('{{:.10g}}', {})"
LIMIT = "if(value = 0, 0, value + 1e-9)"

RULE = Rule(
    severities={"ncci.mue_line": BLOCK, "ncci.mue_day": BLOCK, "ncci.mue_clinical": REVIEW},
    needs=("mue",),
    hits={
        "mue_hit": f"""
            SELECT grp, procedure, day, mai, value, units, lines AS all_lines
            FROM day_code JOIN mue ON code = procedure AND day BETWEEN valid_from AND valid_to
            WHERE units > {LIMIT}
        """,
        "mue_code": "SELECT grp, procedure FROM mue_hit WHERE mai IN (2, 3)",
        "mue_claim": claim_code("mue_code"),
        "mue_first": first_lines("mue_claim"),
    },
    neighbours="mue_first",
    findings=f"""
        SELECT 'ncci.mue_line' AS rule, claim, line.day, [line] AS lines, [procedure] AS codes, line::VARCHAR AS place,
               [value::VARCHAR, {UNITS.format("day_units")}] AS details, NULL AS others_of, 0 AS others_count
        FROM mue_hit JOIN line USING (grp, procedure)
        WHERE mai = 1 AND day_units > {LIMIT}
        UNION ALL
        SELECT if(mai = 2, 'ncci.mue_day', 'ncci.mue_clinical'), claim, day, lines, [procedure],
               concat(day, '/', npi), [value::VARCHAR, {UNITS.format("mue_hit.units")}], key, all_lines - len(lines)
        FROM mue_hit JOIN mue_claim USING (grp, procedure) JOIN day_group USING (grp)
        LEFT JOIN mue_first USING (grp, procedure)
        WHERE mai IN (2, 3)
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
