"""A diagnosis must be billable on the date of service: every diagnosis of a claim, on the date of each of its lines.

Source: ICD-10-CM Official Guidelines, section I.B.2 (codes to the highest number of characters available); the code set
of 45 CFR 162.1002(c) as in force on the date of service. A category of three characters or more that goes on to longer
codes is incomplete, whatever it was in another year: M54.5 stopped being billable when it was divided.
"""

from revcycle.cycle.edits.rule import BLOCK, Explanation, Rule

SOURCE = "ICD-10-CM code set in force on the date of service (45 CFR 162.1002); Official Guidelines I.B.2"

# Some thousand distinct (code, date) pairs are judged instead of each diagnosis of each line.
JUDGED = """
    WITH asked AS (SELECT DISTINCT code, day FROM diagnosis JOIN claim_day USING (claim)
                   WHERE covered('icd10cm', day)),
    code_range AS (SELECT code, day, bool_or(day BETWEEN valid_from AND valid_to) AS billable,
                          max(valid_to) FILTER (valid_to < day) AS ended,
                          min(valid_from) FILTER (valid_from > day) AS begins
                   FROM asked JOIN icd10cm USING (code) GROUP BY ALL),
    header_range AS (SELECT code, day, bool_or(day BETWEEN valid_from AND valid_to) AS divided
                     FROM asked JOIN icd10cm_header USING (code) GROUP BY ALL)
    SELECT code, day,
           CASE WHEN divided THEN 'icd10.incomplete'
                WHEN ended IS NOT NULL THEN 'icd10.no_longer_valid'
                WHEN begins IS NOT NULL THEN 'icd10.not_yet_valid'
                WHEN divided IS NOT NULL THEN 'icd10.incomplete'
                ELSE 'icd10.unknown' END AS rule,
           coalesce(CASE WHEN divided THEN NULL WHEN ended IS NOT NULL THEN ended ELSE begins END::VARCHAR, '') AS turn
    FROM asked LEFT JOIN code_range USING (code, day) LEFT JOIN header_range USING (code, day)
    WHERE NOT coalesce(billable, false)
"""

RULE = Rule(
    severities={
        "icd10.unknown": BLOCK,
        "icd10.incomplete": BLOCK,
        "icd10.not_yet_valid": BLOCK,
        "icd10.no_longer_valid": BLOCK,
    },
    needs=("icd10cm", "icd10cm_header"),
    hits={"judged_diagnosis": JUDGED},
    findings="""
        SELECT rule, claim, min(day) AS day, list(DISTINCT line ORDER BY line) AS lines, [code] AS codes,
               [arg_min(turn, day)] AS details
        FROM judged_diagnosis JOIN diagnosis USING (code) JOIN line USING (claim, day)
        GROUP BY rule, claim, code
    """,
    explain={
        "icd10.unknown": Explanation(
            "{codes[0]} is in no loaded release of ICD-10-CM", "Correct the diagnosis code from the record", SOURCE
        ),
        "icd10.incomplete": Explanation(
            "{codes[0]} is only the beginning of longer codes on the date of service and cannot be billed by itself",
            "Code to the last character that the record supports",
            SOURCE,
        ),
        "icd10.not_yet_valid": Explanation(
            "{codes[0]} is billable only from {details[0]}, after the date of service",
            "Use the code that was in force on the date of service",
            SOURCE,
        ),
        "icd10.no_longer_valid": Explanation(
            "{codes[0]} ended on {details[0]}, before the date of service",
            "Use the code that replaced it on the date of service",
            SOURCE,
        ),
    },
)
