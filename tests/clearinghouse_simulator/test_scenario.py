"""Scenario files: what is wrong is named with its line and key."""

from collections import Counter
from pathlib import Path

import pytest

from clearinghouse_simulator import ScenarioUnusable, Simulator
from clearinghouse_simulator.conditions import Arrival, drawn
from clearinghouse_simulator.interchange import read
from clearinghouse_simulator.scenario import load
from tests.clearinghouse_simulator.partner_files import PlainClaim, professional


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("rules:\n  - outcome: accept\n  - outcome: vanish\n", "line 3, rules.1.outcome: "),
        ("seed: x\ncolect: never\n", "line 2, colect: "),
        ("rules:\n  - outcome: reject_claim\n    codes: [A7]\n", "line 3, rules.0.codes.0: "),
        ("rules:\n  - outcome: accept\n    note: '023'\n", "line 2, rules.0: note goes with reject_interchange"),
        ("delivery:\n  - order: [ta1]\n", "line 2, delivery.0: order must name each of"),
        ("faults:\n  - fault: drop\n    on: write\n    nth: 0\n", "line 4, faults.0.nth: "),
        ("faults:\n  - {fault: collect, on: list}\n", "line 2, faults.0: the fault collect goes with"),
        ("now: 2026-11-24T00:00:00\n", "line 1, now: "),
        ("payments:\n  afterdays: 1\n", "line 2, payments.afterdays: "),
        ("payments:\n  rules:\n    - outcome: vanish\n", "line 3, payments.rules.0.outcome: "),
        (
            "payments:\n  rules:\n    - outcome: pay\n      codes: [CO:50]\n",
            "line 3, payments.rules.0: codes goes with",
        ),
        (
            "payments:\n  rules:\n    - outcome: deny\n      in: two\n",
            "line 3, payments.rules.0: in goes with reversal",
        ),
        ("payments:\n  rules:\n    - outcome: deny\n      codes: [CR:1]\n", "line 4, payments.rules.0.codes.0: "),
        ("payments:\n  files:\n    - outcome: cut\n      at: claim\n", "line 3, payments.files.0: at goes with broken"),
        ("payments:\n  files:\n    - when: {claim: A1}\n", "line 3, payments.files.0.when.claim: "),
        ("payments:\n  payers:\n    A: {tax_id: 12}\n", "line 3, payments.payers.A.tax_id: "),
        ("payments:\n  payers:\n    A: {allowed: [9, 8]}\n", "line 3, payments.payers.A: allowed must name the lower"),
        ("seed: [\n", "line 2: this is no YAML"),
        ("- 1\n", "line 1, the file: "),
    ],
)
def test_what_cannot_be_meant_is_refused(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "scenario.yaml"
    file.write_text(text)
    with pytest.raises(ScenarioUnusable) as refused:
        load(file)
    assert str(refused.value).startswith(f"{file}, {said}")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ScenarioUnusable, match=r"nowhere\.yaml"):
        load(tmp_path / "nowhere.yaml")


def test_a_mapping_is_checked_like_a_file(tmp_path: Path) -> None:
    with pytest.raises(ScenarioUnusable, match="collect"):
        Simulator(tmp_path, {"collect": "sometimes"})


def test_scalars_are_read_as_they_stand(tmp_path: Path) -> None:
    file = tmp_path / "scenario.yaml"
    file.write_text(
        "collect: 2.5\n"
        "rules: [{outcome: reject_interchange, note: 022, when: {claim: [007, 8], frequency: 7, nth_file: 3}}]\n"
        "delivery: [{silent: [999], delay: {999: 1.5}, renumber: true, copies: 2}]\n"
        "faults: [{fault: drop, on: write, times: null}]\n"
    )
    scenario = load(file)
    (rule,), (delivery,), (fault,) = scenario.rules, scenario.delivery, scenario.faults
    assert (scenario.collect, rule.note, rule.when.claim, rule.when.frequency) == (2.5, "022", ["007", "8"], "7")
    assert (delivery.silent, delivery.delay_of("999"), delivery.renumber, delivery.copies) == (["999"], 1.5, True, 2)
    assert (fault.on, fault.times) == ("write", None)


def test_the_scalars_of_payments_are_read_as_they_stand(tmp_path: Path) -> None:
    file = tmp_path / "scenario.yaml"
    file.write_text(
        "payments:\n  after_days: 3\n  payers: {A*: {tax_id: 001234567, allowed: [50, 60], sequestration: true}}\n"
        "  zero_pay: {handling: I}\n  rules: [{outcome: reversal, in: two, then_after_days: 4, status: 1}]\n"
    )
    with pytest.raises(ScenarioUnusable, match="status goes with deny"):
        load(file)
    file.write_text(file.read_text().replace(", status: 1", ""))
    payments = load(file).payments
    assert payments is not None
    assert payments.terms_of("AB").model_dump() == {"tax_id": "001234567", "allowed": (50, 60), "sequestration": True}
    assert (payments.after_days, payments.zero_pay.handling, payments.rules[0].files) == (3, "I", "two")


def test_an_empty_file_accepts_everything(tmp_path: Path) -> None:
    (tmp_path / "empty.yaml").write_text("")
    scenario = load(tmp_path / "empty.yaml")
    assert (scenario.rules, scenario.payments) == ([], None)


def test_the_default_scenario_refuses_a_small_share_by_each_party() -> None:
    rules = load().rules
    numbers = [f"{n:09d}" for n in range(4000)]
    first = [
        next((rule.by for rule in rules if drawn("", number) < (rule.when.share or 0)), None) for number in numbers
    ]
    assert 100 < first.count("clearinghouse") < 220
    assert 100 < first.count("payer") < 220


def test_the_default_scenario_pays_most_and_denies_partly_pays_and_reverses_some() -> None:
    payments = load().payments
    assert payments is not None
    claims = [read(professional([PlainClaim(f"{n:09d}")])).claims[0] for n in range(2000)]
    arrival = Arrival(nth_claim=1, nth_file=1)
    outcomes = Counter(payments.rule_for(claim, arrival, "").outcome for claim in claims)
    assert 1600 < outcomes["pay"] < 1800
    assert 80 < outcomes["deny"] < 160
    assert 60 < outcomes["partial"] < 140
    assert outcomes["patient"] > 30
    assert outcomes["reversal"] > 0
    assert [rule.outcome for rule in payments.files] == ["broken", "resent"]
