"""The command `post --dry-run`: what it prints of each set, and its exit codes. It needs no database and no state."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from revcycle.cli.main import main
from tests.foundation.x12.remittance.test_malformed_files import SPOILED, UNREADABLE, WITHOUT_SETS
from tests.remittance_files import RemittanceFile, known_file

KEYS = [
    "file",
    "sha256",
    "interchange",
    "group",
    "transaction_set",
    "trace",
    "payer",
    "amount",
    "payment_date",
    "status",
    "claims",
    "services",
    "paid",
    "adjusted",
    "patient",
    "provider_adjustments",
    "matched",
    "problems",
]
Judged = Callable[..., tuple[int, list[dict[str, object]]]]


@pytest.fixture
def judged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Judged:
    """Judge the bytes of files named 1.835, 2.835 ...; returns the exit code and the objects."""

    def judge(*files: bytes) -> tuple[int, list[dict[str, object]]]:
        paths = []
        for number, data in enumerate(files, 1):
            paths.append(tmp_path / f"{number}.835")
            paths[-1].write_bytes(data)
        state = tmp_path / "state"
        code = main(["--state", str(state), "post", *map(str, paths), "--dry-run", "--json"])
        assert not state.exists()
        out, err = capsys.readouterr()
        assert err == ""
        return code, [json.loads(line) for line in out.splitlines()]

    return judge


def test_a_sound_set_shows_all_its_figures(judged: Judged) -> None:
    data = known_file(sets=1).data()
    code, [one] = judged(data)
    assert code == 0
    assert list(one) == KEYS
    assert one == {
        "file": "1.835",
        "sha256": hashlib.sha256(data).hexdigest(),
        "interchange": "000000917",
        "group": "917",
        "transaction_set": "0001",
        "trace": "EFT0000001",
        "payer": "1512345670",
        "amount": "99.00",
        "payment_date": "2026-03-01",
        "status": "ready",
        "claims": 1,
        "services": 2,
        "paid": "100.50",
        "adjusted": "44.50",
        "patient": "5.00",
        "provider_adjustments": "1.50",
        "matched": None,
        "problems": [],
    }


def test_a_broken_set_is_quarantined_beside_sound_ones(judged: Judged) -> None:
    file = known_file(sets=3)
    at = file.at(2, "CLP")
    file.put(at, 4, "100.51")
    code, found = judged(file.data())
    assert code == 1
    assert [one["status"] for one in found] == ["ready", "quarantined", "ready"]
    assert {
        "code": "balance.claim",
        "segment": at + 1,
        "expected": "100.50",
        "found": "100.51",
        "reason": "CLP04 is not the charge less the adjustments",
    } in found[1]["problems"]


def with_payment(amount: str, handling: str = "I", direction: str = "C") -> RemittanceFile:
    """A set that pays the amount, by a provider adjustment that makes up the rest."""
    file = known_file(sets=1)
    file.put(file.at(1, "BPR"), 1, handling)
    file.put(file.at(1, "BPR"), 2, amount)
    file.put(file.at(1, "BPR"), 3, direction)
    signed = -abs(float(amount)) if direction == "D" else float(amount)
    file.put(file.at(1, "PLB"), 4, f"{100.5 - 2.75 - signed:.2f}")
    return file


@pytest.mark.parametrize(
    ("payment", "said", "status"),
    [
        (("0", "I", "C"), "0.00", "notification"),
        (("0.00", "H", "C"), "0.00", "notification"),
        (("20", "D", "C"), "20.00", "quarantined"),
        (("20", "U", "C"), "20.00", "ready"),
        (("20", "X", "C"), "20.00", "ready"),
        (("20", "C", "C"), "20.00", "ready"),
        (("20", "I", "D"), "-20.00", "ready"),
        (("-20", "I", "C"), "-20.00", "ready"),
        (("20", "H", "C"), "20.00", "quarantined"),
    ],
)
def test_a_payment_of_nothing_is_a_notification_and_a_debit_is_negative(
    judged: Judged, payment: tuple[str, str, str], said: str, status: str
) -> None:
    code, [one] = judged(with_payment(*payment).data())
    assert (one["status"], one["amount"]) == (status, said)
    assert code == (status == "quarantined")


def test_problems_that_leave_a_set_whole_are_told_and_it_stays_ready(judged: Judged) -> None:
    file = known_file(sets=1)
    file.put(file.at(1, "BPR"), 16, "")
    file.put(file.at(1, "NM1"), 3, "D\x00E")
    code, [one] = judged(file.data())
    assert (code, one["status"], one["payment_date"]) == (0, "ready", None)
    assert [problem["code"] for problem in one["problems"]] == ["date.unreadable", "structure.characters"]


def test_problems_of_the_envelope_alone_are_an_object_at_the_end_of_the_file(judged: Judged) -> None:
    file = known_file(sets=2)
    file.put(file.at(1, "GE"), 1, "9")
    code, found = judged(file.data(), known_file(sets=1).data())
    assert code == 1
    assert [(one["file"], one["transaction_set"], one["status"]) for one in found] == [
        ("1.835", "0001", "ready"),
        ("1.835", "0002", "ready"),
        ("1.835", None, "file"),
        ("2.835", "0001", "ready"),
    ]
    assert [problem["code"] for problem in found[2]["problems"]] == ["structure.count"]


def test_a_file_given_twice_is_judged_twice(judged: Judged) -> None:
    data = known_file(sets=1).data()
    code, found = judged(data, data)
    assert (code, [one["status"] for one in found]) == (0, ["ready", "ready"])


@pytest.mark.parametrize("kind", UNREADABLE)
def test_a_file_that_is_no_x12_is_one_quarantined_object(judged: Judged, kind: str) -> None:
    data, problem = UNREADABLE[kind]
    code, [one] = judged(data)
    assert (code, one["status"], one["transaction_set"], one["interchange"]) == (1, "quarantined", None, None)
    assert [(found["code"], found["segment"]) for found in one["problems"]] == [(problem, None)]


@pytest.mark.parametrize("kind", WITHOUT_SETS)
def test_a_file_without_a_set_is_one_quarantined_object(judged: Judged, kind: str) -> None:
    code, [one] = judged(WITHOUT_SETS[kind][0])
    assert (code, one["status"], one["transaction_set"]) == (1, "quarantined", None)


@pytest.mark.parametrize("kind", SPOILED)
def test_a_set_that_is_no_835_is_quarantined_under_its_number(judged: Judged, kind: str) -> None:
    code, found = judged(SPOILED[kind][0])
    assert (code, found[0]["status"]) == (1, "quarantined")
    assert found[0]["transaction_set"] is not None


def test_without_json_a_table_and_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = known_file(sets=2)
    file.put(file.at(2, "SVC"), 3, "8\x1b[31m")
    path = tmp_path / "remittance.835"
    path.write_bytes(file.data())
    assert main(["post", str(path), "--dry-run"]) == 1
    out = capsys.readouterr().out
    assert out.splitlines()[1].split()[-1] == "ready"
    assert out.splitlines()[2].split()[-1] == "quarantined"
    assert f"remittance.835, segment {file.at(2, 'SVC') + 1}: amount.unreadable: SVC03 is not an amount" in out
    assert "\x1b" not in out


@pytest.mark.parametrize("name", ["nowhere.835", "."])
def test_a_path_that_is_no_file_ends_with_2_before_anything_is_judged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    path = tmp_path / "sound.835"
    path.write_bytes(known_file(sets=1).data())
    assert main(["post", str(path), str(tmp_path / name), "--dry-run", "--json"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "no file that can be read" in err


def test_a_dry_run_does_not_wait_for_pandas(tmp_path: Path) -> None:
    path = tmp_path / "sound.835"
    path.write_bytes(known_file(sets=1).data())
    program = (
        "import sys; from revcycle.cli.main import main; "
        f"code = main(['post', {str(path)!r}, '--dry-run', '--json']); sys.exit(code or 'pandas' in sys.modules)"
    )
    subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, env={"PYTHONPATH": ":".join(sys.path)}
    )
