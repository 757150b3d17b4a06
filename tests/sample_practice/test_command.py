"""`./revcycle sample` on the command line."""

import argparse
import json
from pathlib import Path

import pytest

from revcycle.cli import sample
from revcycle.foundation.errors import InputUnusable


def _run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    sample.add_commands(parser.add_subparsers())
    arguments = parser.parse_args(["sample", *words])
    result: int = arguments.run(arguments)
    return result


def test_the_files_are_written_and_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "new" / "folder"

    assert _run("--seed", "3", "--encounters", "50", "--through", "2026-03-31", "--out", str(out), "--json") == 0
    counts = json.loads(capsys.readouterr().out)
    assert (counts["patients"], counts["encounters"]) == (10, 50)
    assert counts["charge_lines"] == len((out / "charges.csv").read_text("utf-8").splitlines()) - 1


def test_the_last_date_is_yesterday_unless_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("--seed", "3", "--encounters", "50", "--out", str(tmp_path)) == 0
    through = capsys.readouterr().out.split("through ")[1][:10]
    entered = {row.split(",")[3] for row in (tmp_path / "charges.csv").read_text("utf-8").splitlines()[1:]}
    assert max(entered) <= through


@pytest.mark.parametrize("words", [("--through", "2019-01-01"), ("--encounters", "0")])
def test_what_cannot_be_written_ends_with_one_sentence(tmp_path: Path, words: tuple[str, str]) -> None:
    with pytest.raises(InputUnusable, match="a sample needs"):
        _run("--seed", "3", "--out", str(tmp_path), *words)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(InputUnusable, match="cannot write into"):
        _run("--seed", "3", "--encounters", "5", "--out", str(tmp_path / "file" / "out"))


def test_a_date_in_another_form_is_a_wrong_call(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        _run("--seed", "3", "--out", str(tmp_path), "--through", "03/31/2026")
    assert ended.value.code == 2
    assert "YYYY-MM-DD" in capsys.readouterr().err
