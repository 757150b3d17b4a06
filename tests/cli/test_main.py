"""The shell's frame: which command, which state, which exit code."""

import errno
import os
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


def test_a_state_that_is_a_file_is_an_unusable_call(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    for place in (tmp_path / "file", tmp_path / "file" / "below"):
        assert main(["sweep", "--claims", "claims.csv", "--state", str(place)]) == 2
        assert "is no folder" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("number", "said"), [(errno.ENOSPC, "disk is full"), (errno.EROFS, "cannot be written"), (errno.EACCES, "denied")]
)
def test_what_the_machine_refuses_is_one_sentence(
    number: int, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(number, os.strerror(number), "a/place")

    monkeypatch.setattr("revcycle.cli.digest.existing_practice", refuse)
    assert main(["digest", "--state", str(tmp_path)]) == 3
    shown = capsys.readouterr().err
    assert said in shown and "a/place" in shown and "Traceback" not in shown


@pytest.mark.parametrize("port", ["0", "-1", "65536", "99999", "x"])
def test_a_port_is_a_number_that_can_be_one(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["up", f"--port={port}"])
    assert ended.value.code == 2
    assert "is no port" in capsys.readouterr().err


def test_a_range_that_ends_before_it_begins_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sweep", "--from", "2026-11-30", "--to", "2026-11-01", "--state", str(tmp_path)]) == 2
    assert "2026-11-30 is after" in capsys.readouterr().err


@pytest.mark.parametrize(
    "call",
    [
        ["work", "list"],
        ["work", "quarantine"],
        ["work", "show", "1"],
        ["work", "note", "1", "words", "--by", "kim"],
        ["digest"],
        ["backup", "a-file"],
        ["sweep", "--from", "2026-11-01", "--to", "2026-11-02"],
        ["reference", "list"],
    ],
    ids=" ".join,
)
def test_a_state_that_was_never_set_up_is_no_empty_practice(
    call: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mistyped = tmp_path / "mistyped"
    assert main([*call, "--state", str(mistyped)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert str(mistyped) in err and "`./revcycle up`" in err and "`./revcycle intake`" in err
    assert not mistyped.exists()
