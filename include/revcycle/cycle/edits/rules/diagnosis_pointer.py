"""A claim has one to twelve diagnoses, and each line one to four pointers into them.

Source: ASC X12N 837P (005010X222A1): the HI segment of the claim holds up to twelve diagnoses, SV107 up to four
pointers, the first of them required.
"""

from revcycle.cycle.edits.rule import BLOCK, Explanation, Rule

SOURCE = "ASC X12N 837P 005010X222A1, loops 2300 HI and 2400 SV107"

RULE = Rule(
    severities={"diagnosis.missing": BLOCK, "diagnosis.too_many": BLOCK, "diagnosis.pointer": BLOCK},
    hits={
        "diagnosis_count": """
            SELECT claim, coalesce(known, 0) AS known
            FROM (SELECT DISTINCT claim FROM claim_day)
            LEFT JOIN (SELECT claim, count(*) AS known FROM diagnosis GROUP BY claim) USING (claim)
        """
    },
    findings="""
        SELECT if(known = 0, 'diagnosis.missing', 'diagnosis.too_many') AS rule, claim, min(day) AS day,
               list(line ORDER BY line) AS lines, []::VARCHAR[] AS codes, '' AS place,
               [known::VARCHAR, 'diagnoses', 'claim', '12'] AS details
        FROM diagnosis_count JOIN line USING (claim) WHERE known = 0 OR known > 12 GROUP BY claim, known
        UNION ALL
        SELECT 'diagnosis.too_many', claim, day, [line], [procedure], line::VARCHAR,
               [len(pointers)::VARCHAR, 'pointers', 'line', '4']
        FROM line WHERE len(pointers) > 4
        UNION ALL
        SELECT 'diagnosis.pointer', claim, day, [line], [procedure], line::VARCHAR, [known::VARCHAR]
        FROM line JOIN diagnosis_count USING (claim)
        WHERE known > 0 AND (len(pointers) = 0 OR list_min(pointers) < 1 OR list_max(pointers) > known)
    """,
    explain={
        "diagnosis.missing": Explanation("The claim has no diagnosis", "Add the diagnoses of the visit", SOURCE),
        "diagnosis.too_many": Explanation(
            "There are {details[0]} {details[1]} on a {details[2]} that takes {details[3]}",
            "Keep those that bear on the service, most important first",
            SOURCE,
        ),
        "diagnosis.pointer": Explanation(
            "The line of {codes[0]} has no pointer, or one outside the claim's {details[0]} diagnoses",
            "Point the line to the diagnoses that explain it, counting from 1",
            SOURCE,
        ),
    },
)
