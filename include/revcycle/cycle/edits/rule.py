"""What a rule of the sweep is, and the registry that finds them.

A rule family is one module of `rules/` that defines `RULE`. Adding one touches that module and its test.
"""

import importlib
import pkgutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

BLOCK, REVIEW, INFO = "block", "review", "info"


@dataclass(frozen=True)
class Explanation:
    """What a finding says to the coder; each text is a template filled from the finding's codes and details."""

    reason: str
    fix: str
    source: str

    def filled(self, codes: Sequence[str], details: Sequence[str]) -> "Explanation":
        templates = (self.reason, self.fix, self.source)
        return Explanation(*(t.format(codes=codes, details=details) if "{" in t else t for t in templates))


@dataclass(frozen=True)
class Rule:
    """One relation over the tables of `relations.py` and the reference tables.

    `findings` is a SELECT whose columns are, by name: rule, claim, day (the date whose release is named), lines,
    codes, place, and where they apply severity (else the one of `severities`), details, setting, and for lines of other
    claims others_count and others_of, the key of a row of `neighbours`.
    `hits` are computed first, in order, each into a temporary table of its name: one statement with everything in it
    lets DuckDB join lines before the reference table has thinned them out.
    `as_written` names the hits whose joins are done in the order they stand, each table but the first in memory: for
    those where DuckDB's guess at the cheaper order swings between runs.
    `neighbours` names the hit with columns key (`nextval('neighbour')`) and found, the lines that findings show as
    lines of other claims once their own claim is left out: many findings share a row.
    `explain` is keyed by rule id, or by "rule id severity" where the text depends on the severity.
    """

    severities: Mapping[str, str]
    findings: str
    explain: Mapping[str, Explanation]
    needs: tuple[str, ...] = ()
    hits: Mapping[str, str] = field(default_factory=dict)
    as_written: tuple[str, ...] = ()
    neighbours: str = ""

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(sorted(self.severities))


@cache
def rules() -> tuple[Rule, ...]:
    """Every rule family, in order of its module's name."""
    package = importlib.import_module("revcycle.cycle.edits.rules")
    names = sorted(module.name for module in pkgutil.iter_modules(package.__path__))
    return tuple(importlib.import_module(f"{package.__name__}.{name}").RULE for name in names)


@cache
def _explanations() -> Mapping[str, Explanation]:
    return {key: text for rule in rules() for key, text in rule.explain.items()}


def explain(rule: str, severity: str, codes: Sequence[str], details: Sequence[str]) -> Explanation:
    """The reason, the fix and the source of one finding, in words."""
    texts = _explanations()
    text = texts.get(f"{rule} {severity}") or texts[rule]
    return text.filled(codes, details)
