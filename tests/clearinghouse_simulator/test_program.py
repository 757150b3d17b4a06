"""The program on its own: what it prints, where it listens, how it ends."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from clearinghouse_simulator.__main__ import main
from tests.clearinghouse_simulator.partner_client import Client
from tests.clearinghouse_simulator.partner_files import PlainClaim, professional

INCLUDE = Path(__file__).resolve().parents[2] / "include"

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts the program in `tmp_path`; what still runs at the end of the test is killed."""
    with ExitStack() as running:

        def launch(*arguments: str, **environment: str) -> "subprocess.Popen[str]":
            process = subprocess.Popen(
                [sys.executable, "-P", "-m", "clearinghouse_simulator", "--folder", str(tmp_path / "it"), *arguments],
                env={**os.environ, "PYTHONPATH": str(INCLUDE), **environment},
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            running.callback(process.communicate)
            running.callback(process.kill)
            return process

        yield launch


def _where(process: "subprocess.Popen[str]") -> dict[str, Any]:
    assert process.stdout
    told: dict[str, Any] = json.loads(process.stdout.readline())
    return told


def _client(told: dict[str, Any], password: str) -> Client:
    return Client(SimpleNamespace(**told, password=password))  # type: ignore[arg-type]


def test_it_says_where_it_listens_serves_and_ends_when_told(
    start: Start, tmp_path: Path, wait_for: Callable[[Callable[[], bool]], None]
) -> None:
    process = start("--now", "2026-11-24T00:00:00-05:00")
    told = _where(process)
    assert list(told) == ["host", "port", "host_key", "user", "password_file"]
    assert told["host"] == "127.0.0.1"
    client = _client(told, Path(told["password_file"]).read_text())
    client.upload(professional([PlainClaim("A1")]), "SPECIMEN-ADA.837")
    wait_for(lambda: "SIM0000001.TA1" in client.sftp.listdir("/outbound"))
    assert b"*261124*0000*" in client.download("/outbound/SIM0000001.TA1")
    client.close()

    process.send_signal(signal.SIGTERM)
    out, log = process.communicate(timeout=10)
    assert process.returncode == 0
    assert out == ""
    assert re.search(r"file 1: \d+ bytes, interchange 000000001, note 000, \d of 1 claims accepted, \d answers", log)
    for secret in ("SPECIMEN", "ADA", "W0001", "19700228", "20261120"):
        assert secret not in log


def test_the_user_and_the_password_may_come_from_the_environment(start: Start, tmp_path: Path) -> None:
    told = _where(start(CLEARINGHOUSE_USER="billing", CLEARINGHOUSE_PASSWORD="only-for-tests"))
    assert (told["user"], told["password_file"]) == ("billing", None)
    _client(told, "only-for-tests").close()
    assert not (tmp_path / "it" / "password").exists()


def test_it_listens_where_it_is_told_to(start: Start) -> None:
    told = _where(start("--address", "0.0.0.0", CLEARINGHOUSE_PASSWORD="only-for-tests"))
    assert told["host"] == "0.0.0.0"
    _client(told | {"host": "127.0.0.2"}, "only-for-tests").close()


def test_killed_at_any_moment_it_goes_on_where_it_was(start: Start, tmp_path: Path) -> None:
    process = start()
    told = _where(process)
    process.kill()
    process.wait()
    assert _where(start())["host_key"] == told["host_key"]


def test_a_scenario_that_cannot_be_used_ends_it_with_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scenario = tmp_path / "scenario.yaml"
    scenario.write_text("rules:\n  - outcome: vanish\n")
    assert main(["--folder", str(tmp_path / "it"), "--scenario", str(scenario)]) == 2
    assert capsys.readouterr().err.startswith(f"{scenario}, line 2, rules.0.outcome: ")


def test_a_key_file_that_is_none_ends_it_with_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "key").write_text("no key")
    for option, file in (("--host-key", "key"), ("--authorized-keys", "nowhere")):
        assert main(["--folder", str(tmp_path / "it"), option, str(tmp_path / file)]) == 2
        assert file in capsys.readouterr().err


def test_a_port_that_is_taken_ends_it_with_3(start: Start, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    port = _where(start())["port"]
    assert main(["--folder", str(tmp_path / "other"), "--port", str(port)]) == 3
    assert "cannot start" in capsys.readouterr().err


def test_an_instant_without_an_offset_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--folder", str(tmp_path), "--now", "2026-11-24T00:00:00"])
    assert ended.value.code == 2
    assert "offset" in capsys.readouterr().err
