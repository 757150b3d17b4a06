"""The rendering provider's NPI must have a right check digit; without one the billing provider has to be the one.

Source: 45 CFR 162.406: ten digits beginning with 1 or 2, the last a Luhn check digit computed with 80840 put before the
number; that prefix adds 24 to the sum.
"""

from revcycle.cycle.edits.rule import BLOCK, REVIEW, Explanation, Rule

# From the left, every odd place is doubled and the digits of the product are added.
DOUBLED = " + ".join(f"(2 * npi[{n}]::INT) // 10 + (2 * npi[{n}]::INT) % 10" for n in range(1, 10, 2))
SINGLE = " + ".join(f"npi[{n}]::INT" for n in range(2, 11, 2))

RULE = Rule(
    severities={"npi.check_digit": BLOCK, "npi.missing": REVIEW},
    hits={
        "wrong_npi": f"""
            SELECT npi FROM (SELECT DISTINCT npi FROM day_group WHERE npi <> '')
            WHERE CASE WHEN regexp_full_match(npi, '[12][0-9]{{9}}') THEN (24 + {DOUBLED} + {SINGLE}) % 10 <> 0
                       ELSE true END
        """
    },
    findings="""
        SELECT 'npi.check_digit' AS rule, claim, day, [line] AS lines, [npi] AS codes, line::VARCHAR AS place
        FROM line SEMI JOIN wrong_npi USING (npi)
        UNION ALL
        SELECT 'npi.missing', claim, day, [line], [], line::VARCHAR FROM line WHERE npi = ''
    """,
    explain={
        "npi.check_digit": Explanation(
            "{codes[0]} is no NPI: not ten digits beginning with 1 or 2, or its check digit is wrong",
            "Correct the NPI from the provider's record",
            "45 CFR 162.406",
        ),
        "npi.missing": Explanation(
            "The line names no rendering provider",
            "Add the NPI of who rendered the service, unless it is the billing provider",
            "ASC X12N 837P 005010X222A1, loop 2310B",
        ),
    },
)
