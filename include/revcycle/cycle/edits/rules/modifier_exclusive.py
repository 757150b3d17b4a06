"""Two modifiers of a line exclude each other by what they mean, on any date.

Source: Medicare Claims Processing Manual, chapter 12, section 40.7 (50 says both sides, so LT or RT beside it, or both
of them on one line, contradict) and chapter 13, sections 20.1 and 20.2 (26 and TC are the two halves of one service).
"""

from revcycle.cycle.edits.rule import BLOCK, Rule
from revcycle.cycle.edits.rules import modifier_conflict

RULE = Rule(
    severities={"modifier.conflict": BLOCK},
    findings="""
        SELECT 'modifier.conflict' AS rule, one.claim, one.day, [one.line] AS lines,
               [one.procedure, one.modifier, two.modifier] AS codes, one.line::VARCHAR AS place
        FROM line_modifier AS one JOIN line_modifier AS two USING (claim, line)
        WHERE (one.modifier, two.modifier) IN (('LT', 'RT'), ('50', 'LT'), ('50', 'RT'), ('26', 'TC'))
    """,
    explain=modifier_conflict.RULE.explain,
)
