"""Two procedures of one patient, provider and day that are not paid together (NCCI procedure-to-procedure edits).

Source: CMS, NCCI Policy Manual, chapter I; change request 11168 (since 2019-07-01 a modifier on either line lifts an
edit of indicator 1). Column 2 is the one that is denied. Indicator 9 marks a pair that is no edit.
"""

from revcycle.cycle.edits.relations import claim_code, first_lines
from revcycle.cycle.edits.rule import BLOCK, INFO, REVIEW, Explanation, Rule

SOURCE = "CMS NCCI procedure-to-procedure edits; NCCI Policy Manual, chapter I"
HOSPITAL = " (by the hospital table: the practitioner PTP table is not loaded for the date, and its edits can differ)"
NEVER = "{codes[1]} is not paid beside {codes[0]} on one day, whatever modifiers"
MISSING = "{codes[1]} is not paid beside {codes[0]} on one day without a modifier that tells them apart"
BYPASSED = "{codes[1]} beside {codes[0]} is paid only because a modifier sets them apart"
NEVER_FIX = "Remove the line, or correct the codes from the record"
MISSING_FIX = "Add an NCCI modifier if the record shows a separate service, else remove the line"
BYPASSED_FIX = "Make sure that the record supports the modifier"

# Of the table's pairs only those whose two codes are billed at all, some hundreds instead of 1.6 million, and not
# before the table that says which modifiers lift them.
PAIR = """
    WITH billed AS (SELECT DISTINCT procedure FROM day_code)
    SELECT column_1, column_2, indicator, setting, greatest(valid_from, first_day('modifier')) AS valid_from, valid_to
    FROM ptp SEMI JOIN billed AS one ON column_1 = one.procedure SEMI JOIN billed AS two ON column_2 = two.procedure
    WHERE indicator IN (0, 1) AND column_1 <> column_2
"""
# Few codes a day: every two of them, looked up in the table. Many: the table's pairs of each, looked up in the day,
# because the two-by-twos of one day of thousands of codes are hundreds of millions.
CROWD = "SELECT grp FROM day_code GROUP BY grp HAVING count(*) > 50"
HIT = """
    SELECT one.grp, one.day, column_1, column_2, indicator, setting, one.lines AS partners
    FROM day_code AS one ANTI JOIN ptp_crowd USING (grp)
    JOIN day_code AS two ON two.grp = one.grp
    JOIN ptp_pair ON column_1 = one.procedure AND column_2 = two.procedure AND one.day BETWEEN valid_from AND valid_to
    UNION ALL
    SELECT one.grp, one.day, column_1, column_2, indicator, setting, one.lines
    FROM day_code AS one SEMI JOIN ptp_crowd USING (grp)
    JOIN ptp_pair ON column_1 = one.procedure AND one.day BETWEEN valid_from AND valid_to
    JOIN day_code AS two ON two.grp = one.grp AND two.procedure = column_2
"""

RULE = Rule(
    severities={"ncci.ptp_never": BLOCK, "ncci.ptp_modifier_missing": BLOCK, "ncci.ptp_bypassed": INFO},
    needs=("ptp", "modifier"),
    hits={
        "ptp_pair": PAIR,
        "ptp_crowd": CROWD,
        "ptp_hit": HIT,
        "ptp_code": "SELECT DISTINCT grp, column_1 AS procedure FROM ptp_hit",
        "ptp_claim": claim_code("ptp_code"),
        "ptp_first": first_lines("ptp_claim"),
        "ptp_marked": """
            SELECT DISTINCT grp, procedure, claim, line
            FROM line_modifier AS l SEMI JOIN ptp_hit USING (grp)
            JOIN modifier AS m ON m.modifier = l.modifier AND ncci AND l.day BETWEEN valid_from AND valid_to
        """,
        "ptp_freed": """
            SELECT grp, column_1, column_2, true AS freed
            FROM ptp_hit JOIN (SELECT grp, procedure, count(*) AS marked FROM ptp_marked GROUP BY ALL) AS m USING (grp)
            WHERE m.procedure = column_1 AND indicator = 1 AND marked = partners
        """,
    },
    as_written=("ptp_hit",),
    neighbours="ptp_first",
    findings=f"""
        WITH denied AS (
            SELECT h.*, l.claim, l.line, coalesce(freed, m.line IS NOT NULL) AS bypassed
            FROM ptp_hit AS h JOIN line AS l ON l.grp = h.grp AND l.procedure = column_2
            LEFT JOIN ptp_freed AS f ON f.grp = h.grp AND f.column_1 = h.column_1 AND f.column_2 = h.column_2
            LEFT JOIN ptp_marked AS m ON m.claim = l.claim AND m.line = l.line)
        SELECT CASE WHEN indicator = 0 THEN 'ncci.ptp_never' WHEN bypassed THEN 'ncci.ptp_bypassed'
                    ELSE 'ncci.ptp_modifier_missing' END AS rule,
               if(setting = 'outpatient_hospital' AND NOT (indicator = 1 AND bypassed), '{REVIEW}', NULL) AS severity,
               denied.claim, day, setting, list_sort(list_append(coalesce(mine.lines, []), line)) AS lines,
               [column_1, column_2] AS codes, line::VARCHAR AS place, first.key AS others_of,
               partners - coalesce(mine.own, 0) AS others_count
        FROM denied
        LEFT JOIN ptp_claim AS mine ON mine.grp = denied.grp AND mine.procedure = column_1 AND mine.claim = denied.claim
        LEFT JOIN ptp_first AS first ON first.grp = denied.grp AND first.procedure = column_1
    """,
    explain={
        "ncci.ptp_never": Explanation(NEVER, NEVER_FIX, SOURCE),
        f"ncci.ptp_never {REVIEW}": Explanation(NEVER + HOSPITAL, NEVER_FIX, SOURCE),
        "ncci.ptp_modifier_missing": Explanation(MISSING, MISSING_FIX, SOURCE),
        f"ncci.ptp_modifier_missing {REVIEW}": Explanation(MISSING + HOSPITAL, MISSING_FIX, SOURCE),
        "ncci.ptp_bypassed": Explanation(BYPASSED, BYPASSED_FIX, SOURCE),
    },
)
