"""The patient's age in completed years must lie in the diagnosis's range on the date of service.

Source: age ranges of CMS's Integrated Outpatient Code Editor in force on that date; both ends are allowed and 124 is no
limit. A birthday counts from its month and day on, so 29 February comes on 1 March in other years.
"""

from revcycle.cycle.edits.rule import REVIEW, Explanation, Rule

RULE = Rule(
    severities={"icd10.age": REVIEW},
    needs=("diagnosis_flag",),
    hits={
        "aged_code": """
            SELECT code, valid_from, valid_to, age_low, if(age_high >= 124, 999, age_high) AS age_high
            FROM diagnosis_flag WHERE age_low > 0 OR age_high < 124
        """,
        "aged_diagnosis": "SELECT DISTINCT claim, code FROM diagnosis SEMI JOIN aged_code USING (code)",
        "aged_line": """
            SELECT claim, line, day, date_part('year', day) - date_part('year', birth_date)
                   - if(strftime(day, '%m%d') < strftime(birth_date, '%m%d'), 1, 0) AS age
            FROM line SEMI JOIN aged_diagnosis USING (claim)
            WHERE birth_date <= day
        """,
    },
    findings="""
        SELECT 'icd10.age' AS rule, claim, min(day) AS day, list(line ORDER BY line) AS lines, [code] AS codes,
               [min(age_low)::VARCHAR, max(age_high)::VARCHAR, min(age)::VARCHAR] AS details
        FROM aged_diagnosis JOIN aged_line USING (claim) JOIN aged_code USING (code)
        WHERE day BETWEEN valid_from AND valid_to AND NOT age BETWEEN age_low AND age_high
        GROUP BY claim, code
    """,
    explain={
        "icd10.age": Explanation(
            "{codes[0]} is meant for ages {details[0]} to {details[1]}; the patient was {details[2]}",
            "Check the diagnosis and the birth date",
            "CMS I/OCE diagnosis age ranges",
        )
    },
)
