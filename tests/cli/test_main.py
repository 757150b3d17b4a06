"""The shell's frame: which command, which state, which exit code."""

import subprocess
import sys
from pathlib import Path

import pytest

from revcycle.cli.main import COMMANDS, main


@pytest.mark.parametrize("place", ["before", "after"])
def test_the_state_is_taken_before_or_after_the_command(
    place: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state, call = ["--state", str(tmp_path)], ["reference", "list"]
    assert main([*state, *call] if place == "before" else [*call, *state]) == 2
    assert f"{tmp_path}" in capsys.readouterr().err


def test_the_state_may_come_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("REVCYCLE_STATE", str(tmp_path / "named"))
    assert main(["reference", "list"]) == 2
    assert "named" in capsys.readouterr().err


def test_an_unusable_call_ends_with_2_and_prints_nothing_on_stdout(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["sweep", "--no-such-option"])
    assert ended.value.code == 2
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    assert f"usage: revcycle {command}" in capsys.readouterr().out


def test_the_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    said = capsys.readouterr().out
    assert all(command in said for command in COMMANDS)


def test_only_the_module_of_the_command_at_hand_is_imported() -> None:
    """`status` must not wait for the libraries of the commands that compute."""
    code = "import sys; from revcycle.cli import main; main._parser(['status']); print(sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "'revcycle.cli.status'" in loaded
    assert "'revcycle.cli.sweep'" not in loaded and "'pandas'" not in loaded
