"""What `restore` tells whoever has done it."""

from pathlib import Path

import pytest

from revcycle.cli.main import main


def test_a_restore_says_what_has_to_be_registered_before_anything_is_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("revcycle.cli.backup.restore", lambda *_: None)
    assert main(["restore", str(tmp_path / "backup"), "--state", str(tmp_path)]) == 0
    said = capsys.readouterr().err
    assert "is restored; start it with ./revcycle up." in said
    assert "sent after the backup" in said and "./revcycle reconcile" in said and "--apply" in said
