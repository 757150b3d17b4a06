"""What is told beside each file is what a correct reader makes of its bytes, and the partner never sees it."""

import json
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from clearinghouse_simulator import Simulator
from clearinghouse_simulator.payments.adjudication import Adjustment
from clearinghouse_simulator.payments.truth import treatment
from tests.clearinghouse_simulator.partner_client import Connect, Simulate, give
from tests.clearinghouse_simulator.partner_files import PlainClaim, complaints, professional, segments
from tests.clearinghouse_simulator.payments.conftest import NOON
from tests.clearinghouse_simulator.payments.remittance_oracle import Told

FIGURES = ("paid", "adjusted", "patient_responsibility", "denied", "provider_adjustments")
EVERYTHING: list[dict[str, Any]] = [
    {"when": {"claim": f"{first}*"}, **rule}
    for first, rule in {
        "B": {"outcome": "partial", "codes": ["CO:97", "CO:16:M76"]},
        "C": {"outcome": "deny", "codes": ["CO:29", "PR:204", "PI:16", "OA:18"]},
        "D": {"outcome": "patient"},
        "E": {"outcome": "reversal", "in": "two", "first": "correction"},
        "F": {"outcome": "takeback", "correction": "partial"},
        "G": {"outcome": "forward"},
        "H": {"outcome": "interest"},
        "I": {"outcome": "late"},
    }.items()
]


@pytest.mark.parametrize(
    ("group", "reason", "cents", "said"),
    [
        *(("CO", reason, 100, "posted") for reason in ("45", "253", "237", "144")),
        *(("PR", reason, 100, "posted") for reason in ("1", "2", "3", "66")),
        *(("PR", reason, 100, "waiting") for reason in ("204", "22", "96")),
        *(("CO", reason, 100, "denied") for reason in ("16", "29", "50", "97", "197", "59", "24", "94")),
        ("CO", "94", -100, "posted"),
        ("CO", "45", -100, "posted"),
        ("OA", "23", 100, "memo"),
        ("OA", "18", 100, "denied"),
        ("PI", "45", 100, "denied"),
    ],
)
def test_a_reason_is_treated_as_the_books_demand(group: str, reason: str, cents: int, said: str) -> None:
    assert treatment(Adjustment(group, reason, cents)) == said


def test_the_truth_of_every_situation_agrees_with_the_bytes(simulate: Simulate) -> None:
    simulator = simulate({"payments": {"rules": EVERYTHING}}, now=NOON)
    claims = [
        PlainClaim(f"{first}{n}", payer, lines=("120", "45.5", "300.01")[: n + 1], filing=filing)
        for first in "ABCDEFGHI"
        for n in range(3)
        for payer, filing in [("MEDICARE", "MB") if n == 2 else ("LARKSPUR", "CI")]
    ]
    give(simulator, professional([*claims, PlainClaim("Z1", owed="40")]))
    simulator.pay()
    assert len(simulator.truth) == len(simulator.payments) > 10
    for payment, entry in zip(simulator.payments, simulator.truth, strict=True):
        sent = Told(payment.body)
        assert (sent.off(), complaints(payment.body)) == ([], [])
        _agrees(entry, sent, payment.body)


def _agrees(entry: dict[str, Any], sent: Told, data: bytes) -> None:
    envelope = segments(data)
    assert entry["sha256"] == sha256(data).hexdigest()
    assert (entry["isa13"], entry["st02"]) == (envelope[0][13], envelope[2][2])
    assert (entry["trace"], entry["payer_trn03"]) == sent.trace
    assert entry["payment_date"].replace("-", "") == sent.day
    assert entry["status"] == ("posted" if sent.amount else "notification")
    assert Decimal(entry["amount"]) == sent.amount == Decimal(entry["paid"]) - Decimal(entry["provider_adjustments"])
    assert Decimal(entry["paid"]) == sum(claim.paid for claim in sent.claims)
    told = [
        (claim["patient_control_number"], claim["status"], Decimal(claim["paid"]), claim["services"])
        for claim in entry["claims"]
    ]
    assert told == [(claim.number, claim.status, claim.paid, len(claim.services)) for claim in sent.claims]
    said = [
        (one["line_control_number"], one["group"], one["reason"], Decimal(one["amount"]))
        for claim in entry["claims"]
        for one in claim["adjustments"]
    ]
    assert said == [
        (service.control, *one) for claim in sent.claims for service in claim.services for one in service.adjustments
    ]
    for name, groups, treated in (
        ("adjusted", {"CO", "OA", "PI"}, "posted"),
        ("patient_responsibility", {"PR"}, "posted"),
        ("denied", {"CO", "OA", "PI", "PR"}, "denied"),
    ):
        reasons = [one for claim in entry["claims"] for one in claim["adjustments"] if one["treatment"] == treated]
        counted = sum(Decimal(one["amount"]) for one in reasons if one["group"] in groups)
        assert Decimal(entry[name]) == counted, name


def test_of_what_must_not_be_posted_nothing_counts(simulate: Simulate) -> None:
    files = [{"when": {"payer": "AA"}, "outcome": "resent"}, {"when": {"payer": "BB"}, "outcome": "conflict"}]
    simulator = simulate({"payments": {"files": [*files, {"outcome": "cut"}]}}, now=NOON)
    give(simulator, professional([PlainClaim(f"A{payer}", payer=payer) for payer in ("AA", "BB", "CC")]))
    simulator.pay()
    bad = [one for one in simulator.truth if one["status"] in ("duplicate", "conflict", "quarantined")]
    assert len(bad) == 3
    for entry in bad:
        assert ([entry[name] for name in FIGURES], entry["claims"]) == (["0.00"] * 5, [])
        assert Decimal(entry["amount"]) > 0


def test_the_partner_does_not_see_it(simulate: Simulate, connect: Connect) -> None:
    simulator = simulate({"payments": {"after_days": 0}}, now=NOON)
    give(simulator, professional([PlainClaim("A1")]))
    client = connect(simulator)
    assert sorted(client.sftp.listdir("/")) == ["inbound", "outbound"]
    assert not [name for name in client.sftp.listdir("/outbound") if "truth" in name]
    assert (simulator.folder / "truth.jsonl").stat().st_mode & 0o777 == 0o600


def test_a_line_torn_by_a_crash_is_told_again_whole(tmp_path: Path) -> None:
    scenario = {"payments": {"after_days": 0, "files": [{"outcome": "resent", "after_days": 1}]}}
    with Simulator(tmp_path, scenario, now=NOON) as first:
        give(first, professional([PlainClaim("A1")]))
        (told,) = first.truth
    with (tmp_path / "truth.jsonl").open("a") as file:
        file.write('{"file": "SIM00')
    with Simulator(tmp_path, scenario, now=NOON) as second:
        second.pay()
        again = second.truth
    assert [one["status"] for one in again] == ["posted", "duplicate"]
    assert again[0] == told
    assert [json.loads(line) for line in (tmp_path / "truth.jsonl").read_text().splitlines()] == again


@pytest.mark.parametrize(
    "step",
    [
        "payments.memory.PaymentMemory.write",
        "payments.truth.TruthFile.tell",
        "mailbox.Mailbox.deliver",
        "payments.memory.PaymentMemory.delivered",
    ],
)
def test_stopped_at_any_step_it_pays_and_tells_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    scenario = {"payments": {"rules": [{"outcome": "reversal"}], "files": [{"outcome": "resent"}]}}
    with Simulator(tmp_path, scenario, now=NOON) as first:
        give(first, professional([PlainClaim("A1"), PlainClaim("A2")]))
    with monkeypatch.context() as broken:
        broken.setattr(f"clearinghouse_simulator.{step}", _gone)
        with Simulator(tmp_path, scenario, now=NOON) as second, pytest.raises(OSError, match="gone"):
            second.pay()
    with Simulator(tmp_path, scenario, now=NOON) as third:
        third.pay()
        assert [(one["status"], len(one["claims"])) for one in third.truth] == [
            ("posted", 2),
            ("duplicate", 0),
            (third.truth[2]["status"], 4),
            ("duplicate", 0),
        ]
        assert [one["file"] for one in third.truth] == [one.name for one in third.payments]
        delivered = {each.name for each in third.outbound.iterdir() if each.suffix == ".835"}
        assert delivered == {one.name for one in third.payments}


def _gone(*_: object) -> None:
    raise OSError("the disk is gone")
