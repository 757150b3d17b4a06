"""The registry of rules: what holds for every rule, whatever it says."""

import inspect
import string
import sys

from revcycle.cycle.edits.rule import BLOCK, INFO, REVIEW, explain, rules
from revcycle.foundation.practice.sweep_rules import SWEEP_RULES

# Every rule id of the sweep that one of the modules must own.
IDS = [
    "addon.primary_missing",
    "diagnosis.missing",
    "diagnosis.pointer",
    "diagnosis.too_many",
    "filing.expired",
    "icd10.age",
    "icd10.duplicate",
    "icd10.external_cause_first",
    "icd10.incomplete",
    "icd10.manifestation_first",
    "icd10.no_longer_valid",
    "icd10.not_yet_valid",
    "icd10.unknown",
    "line.dates",
    "line.duplicate",
    "line.units",
    "modifier.conflict",
    "modifier.em_only",
    "modifier.not_on_em",
    "modifier.not_valid_on_date",
    "modifier.repeated",
    "modifier.unknown",
    "ncci.mue_clinical",
    "ncci.mue_day",
    "ncci.mue_line",
    "ncci.ptp_bypassed",
    "ncci.ptp_modifier_missing",
    "ncci.ptp_never",
    "npi.check_digit",
    "npi.missing",
    "npi.unlisted",
    "place.unknown",
    "procedure.no_longer_valid",
    "procedure.not_yet_valid",
    "procedure.unknown",
]


def test_every_rule_of_the_sweep_is_registered():
    assert sorted({name for rule in rules() for name in rule.ids}) == IDS == sorted(SWEEP_RULES)


def test_every_severity_is_one_of_three_and_has_words():
    for rule in rules():
        assert set(rule.severities.values()) <= {BLOCK, REVIEW, INFO}
        assert set(rule.severities) <= {key.split(" ")[0] for key in rule.explain}


def test_every_explanation_is_filled_from_codes_and_details_only():
    for rule in rules():
        for text in rule.explain.values():
            for template in (text.reason, text.fix, text.source):
                fields = {name for _, name, _, _ in string.Formatter().parse(template) if name}
                assert fields <= {f"{kind}[{n}]" for kind in ("codes", "details") for n in range(4)}


def test_a_rule_is_explained_by_its_severity_where_the_words_differ():
    block, review = (explain("procedure.unknown", severity, ["X9999"], ["2026Q4"]) for severity in (BLOCK, REVIEW))
    assert "2026Q4" not in block.fix
    assert "2026Q4" in review.fix
    assert block.reason.startswith("X9999")


def test_every_rule_module_cites_its_source():
    modules = [module for name, module in sys.modules.items() if name.startswith("revcycle.cycle.edits.rules.")]
    assert len(modules) == len(rules())
    assert [module.__name__ for module in modules if "Source: " not in (inspect.getdoc(module) or "")] == []
