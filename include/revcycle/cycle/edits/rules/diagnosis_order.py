"""A manifestation or an external cause may not be a claim's first diagnosis.

Source: ICD-10-CM Official Guidelines, sections I.A.13 (etiology before manifestation) and I.C.20 (external causes are
secondary); the flags are those of CMS's Integrated Outpatient Code Editor in force on the date of service.
"""

from revcycle.cycle.edits.rule import BLOCK, Explanation, Rule

RULE = Rule(
    severities={"icd10.manifestation_first": BLOCK, "icd10.external_cause_first": BLOCK},
    needs=("diagnosis_flag",),
    hits={
        "flagged_first": """
            SELECT claim, day, code, unnest(list_filter([if(manifestation, 'icd10.manifestation_first', ''),
                                                         if(external_cause, 'icd10.external_cause_first', '')],
                                                        lambda name: name <> '')) AS rule
            FROM diagnosis JOIN claim_day USING (claim) JOIN diagnosis_flag USING (code)
            WHERE position = 1 AND day BETWEEN valid_from AND valid_to AND (manifestation OR external_cause)
        """
    },
    findings="""
        SELECT rule, claim, min(day) AS day, list(line ORDER BY line) AS lines, [code] AS codes
        FROM flagged_first JOIN line USING (claim, day) GROUP BY rule, claim, code
    """,
    explain={
        "icd10.manifestation_first": Explanation(
            "{codes[0]} names a manifestation and stands as the first diagnosis",
            "Put the underlying disease before it",
            "CMS I/OCE diagnosis flags; ICD-10-CM Official Guidelines I.A.13",
        ),
        "icd10.external_cause_first": Explanation(
            "{codes[0]} names an external cause and stands as the first diagnosis",
            "Put the injury or condition before it",
            "CMS I/OCE diagnosis flags; ICD-10-CM Official Guidelines I.C.20",
        ),
    },
)
