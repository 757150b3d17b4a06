"""A disk without room is named, with its folder and what to do."""

import errno
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from revcycle.cli.main import INTERRUPTED, main
from revcycle.cli.night import report_failures
from revcycle.foundation.errors import ServiceUnavailable
from revcycle.foundation.state import State
from revcycle.local.disk import LEAST_FREE_BYTES, full_disks
from revcycle.local.night import Night
from revcycle.local.secrets import write_private
from revcycle.local.status import status


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Sets how many bytes are free on every disk."""

    def leave(free: int) -> None:
        monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free))

    return leave


def test_a_disk_with_room_is_no_trouble_and_one_without_is_named(state: State, room: Callable[[int], None]) -> None:
    room(LEAST_FREE_BYTES)
    assert full_disks(state) == []
    room(LEAST_FREE_BYTES - 1)
    assert str(state.root) in full_disks(state)[0]
    assert "make room" in full_disks(state)[0]


def test_a_state_that_is_not_there_yet_is_looked_for_on_its_parents_disk(
    state: State, room: Callable[[int], None]
) -> None:
    room(0)
    assert str(state.root) in full_disks(State(state.root / "not" / "there"))[0]


def test_status_shows_a_full_disk_as_a_trouble(state: State, room: Callable[[int], None]) -> None:
    room(4096)
    [trouble, *_] = status(state, datetime(2026, 11, 6, tzinfo=UTC)).troubles
    assert str(state.root) in trouble and "full" in trouble


def test_a_red_night_names_the_full_disk(
    state: State, room: Callable[[int], None], capsys: pytest.CaptureFixture[str]
) -> None:
    room(0)
    red = Night({"code_validation": "failed"}, ("code_validation.sweep",), 1.0)
    assert report_failures(red, state) == 1
    assert f"The disk of {state.root} is full" in capsys.readouterr().err


def test_a_night_says_before_it_begins_that_the_disk_is_full(
    state: State, room: Callable[[int], None], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def begin(*_: object, **__: object) -> None:
        assert f"The disk of {state.root} is full" in capsys.readouterr().err
        raise KeyboardInterrupt

    monkeypatch.setattr("revcycle.cli.night.run_night", begin)
    room(0)
    assert main(["night", "--date", "2026-11-05", "--state", str(state.root)]) == INTERRUPTED


def test_nothing_is_left_of_a_file_that_found_no_room(state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(OSError, match="No space left"):
        write_private(state.root / "a-file", "text")
    assert list(state.root.iterdir()) == []


def test_a_service_that_is_not_there_for_want_of_room_says_so(
    state: State, room: Callable[[int], None], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise ServiceUnavailable("Airflow does not answer.")

    monkeypatch.setattr("revcycle.cli.night.run_night", refuse)
    room(0)
    assert main(["night", "--date", "2026-11-05", "--state", str(state.root)]) == 3
    assert f"The disk of {state.root} is full" in capsys.readouterr().err
