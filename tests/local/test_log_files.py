"""Logs do not fill the disk, and rotating one loses no line of a writer that has it open."""

import os
import time
from pathlib import Path

from revcycle.foundation.state import State
from revcycle.local.log_files import KEPT, delete_older_than, rotate, tidy


def test_a_large_log_is_set_aside_and_its_writer_goes_on_in_an_empty_one(tmp_path: Path) -> None:
    log = tmp_path / "scheduler.log"
    with log.open("ab", buffering=0) as writer:
        writer.write(b"before\n")
        rotate([log], limit=3)
        writer.write(b"after\n")
    assert (tmp_path / "scheduler.log.1").read_bytes() == b"before\n"
    assert log.read_bytes() == b"after\n"
    assert (tmp_path / "scheduler.log.1").stat().st_mode & 0o777 == 0o600


def test_a_small_and_a_missing_log_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "small.log").write_text("x")
    rotate([tmp_path / "small.log", tmp_path / "missing.log"], limit=3)
    assert [path.name for path in tmp_path.iterdir()] == ["small.log"]


def test_only_so_many_old_ones_are_kept_the_newest_first(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    for number in range(KEPT + 3):
        log.write_text(f"round {number}")
        rotate([log], limit=3)
    assert [(tmp_path / f"a.log.{age}").read_text() for age in range(1, KEPT + 1)] == ["round 5", "round 4", "round 3"]
    assert len(list(tmp_path.iterdir())) == KEPT + 1


def test_a_log_that_was_swapped_for_a_link_cuts_no_file_of_anybody(tmp_path: Path) -> None:
    victim = tmp_path / "precious"
    victim.write_text("precious")
    (tmp_path / "a.log").symlink_to(victim)
    rotate([tmp_path / "a.log"], limit=3)
    assert victim.read_text() == "precious"


def test_old_task_logs_go_with_their_folders_and_new_ones_stay(state: State) -> None:
    old, new = (state.logs / "airflow" / f"dag_id={name}" / "attempt=1.log" for name in ("old", "new"))
    for log in (old, new):
        log.parent.mkdir(parents=True)
        log.touch()
    long_ago = time.time() - 31 * 86_400
    os.utime(old, (long_ago, long_ago))
    os.utime(old.parent, (long_ago, long_ago))
    tidy(state, None)
    delete_older_than(30 * 86_400, state.logs / "not there")
    assert not old.exists()
    assert new.exists()
