"""`./revcycle sample` on the command line."""

import json
from pathlib import Path

import pytest

from revcycle.cli.main import main


def test_the_files_are_written_and_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "new" / "folder"
    call = ["sample", "--seed", "3", "--encounters", "50", "--through", "2026-03-31", "--out", str(out), "--json"]

    assert main(call) == 0
    counts = json.loads(capsys.readouterr().out)
    assert (counts["patients"], counts["encounters"]) == (10, 50)
    assert counts["charge_lines"] == len((out / "charges.csv").read_text("utf-8").splitlines()) - 1


def test_without_a_last_date_it_ends_on_the_day_it_names(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sample", "--seed", "3", "--encounters", "50", "--out", str(tmp_path)]) == 0
    through = capsys.readouterr().out.split("through ")[1][:10]
    entered = {row.split(",")[3] for row in (tmp_path / "charges.csv").read_text("utf-8").splitlines()[1:]}
    assert max(entered) == through


@pytest.mark.parametrize("words", [("--through", "2019-01-01"), ("--encounters", "0")])
def test_what_cannot_be_written_ends_with_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, str]
) -> None:
    assert main(["sample", "--seed", "3", "--out", str(tmp_path), *words]) == 2
    assert "a sample needs" in capsys.readouterr().err


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("in the way")
    out = str(tmp_path / "file" / "out")

    assert main(["sample", "--seed", "3", "--encounters", "5", "--out", out]) == 2
    assert f"cannot write into {out}" in capsys.readouterr().err


def test_a_date_in_another_form_is_a_wrong_call(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["sample", "--seed", "3", "--out", str(tmp_path), "--through", "03/31/2026"])
    assert ended.value.code == 2
    assert "YYYY-MM-DD" in capsys.readouterr().err
