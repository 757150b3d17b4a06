"""The folders as a partner's client sees them: what it may do, and when a file is picked up."""

import io
import os
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import paramiko
import pytest

from tests.clearinghouse_simulator.partner_client import Connect, Simulate, answer, give
from tests.clearinghouse_simulator.partner_files import PlainClaim, professional

GOOD = professional([PlainClaim("A1")])


def test_a_file_goes_up_and_its_answers_come_down(simulate: Simulate, connect: Connect) -> None:
    simulator = simulate()
    client = connect(simulator)
    client.upload(GOOD)
    assert client.sftp.listdir("/inbound") == ["tmp"]
    simulator.settle()

    names = sorted(client.sftp.listdir("/outbound"))
    assert [name.partition(".")[2] for name in names] == ["TA1", "999", "277CA", "277CA"]
    assert client.download(f"/outbound/{names[0]}") == (simulator.outbound / names[0]).read_bytes()
    client.sftp.remove(f"/outbound/{names[0]}")
    assert sorted(client.sftp.listdir("/outbound")) == names[1:]
    assert simulator.files[0].path.read_bytes() == GOOD


@pytest.mark.parametrize("name", [".claims.837", "claims.part", "claims.tmp", "tmp/claims.837"])
def test_a_file_under_a_temporary_name_is_left_alone(simulate: Simulate, connect: Connect, name: str) -> None:
    simulator = simulate()
    connect(simulator).sftp.putfo(io.BytesIO(GOOD), f"/inbound/{name}")
    simulator.collect()
    simulator.settle()
    assert (simulator.inbound / name).read_bytes() == GOOD
    assert simulator.files == []


def test_a_file_written_under_its_final_name_is_taken_when_it_is_closed(simulate: Simulate, connect: Connect) -> None:
    simulator = simulate()
    sftp = connect(simulator).sftp
    with sftp.open("/inbound/direct.837", "w") as file:
        file.write(GOOD)
        file.flush()
        assert (simulator.inbound / "direct.837").exists()
    simulator.settle()
    assert [one.name for one in simulator.files] == ["direct.837"]


def test_what_a_lost_client_left_behind_is_no_finished_file(
    simulate: Simulate, connect: Connect, wait_for: Callable[[Callable[[], bool]], None]
) -> None:
    simulator = simulate()
    file = connect(simulator).sftp.open("/inbound/cut.837", "w")
    file.write(GOOD[:100])
    wait_for(lambda: (simulator.inbound / "cut.837").stat().st_size == 100)
    simulator.drop_connections()
    assert sorted(connect(simulator).sftp.listdir("/inbound")) == ["cut.837", "tmp"]
    assert simulator.files == []


def test_a_partner_that_never_collects_leaves_the_file(simulate: Simulate, connect: Connect) -> None:
    simulator = simulate({"collect": "never"})
    connect(simulator).upload(GOOD)
    simulator.settle()
    assert (simulator.inbound / "claims.837").exists()
    simulator.collect()
    simulator.settle()
    assert simulator.accepted == {"A1": 1}


def test_a_partner_may_collect_after_a_while(
    simulate: Simulate, connect: Connect, wait_for: Callable[[Callable[[], bool]], None]
) -> None:
    simulator = simulate({"collect": 0.2})
    connect(simulator).upload(GOOD)
    assert (simulator.inbound / "claims.837").exists()
    wait_for(lambda: not (simulator.inbound / "claims.837").exists())
    simulator.settle()
    assert simulator.accepted == {"A1": 1}


def test_files_are_answered_in_the_order_in_which_they_came(simulate: Simulate) -> None:
    simulator = simulate({"collect": "never"})
    for n, name in enumerate(("b", "a", "c"), start=1):
        (simulator.inbound / name).write_bytes(professional([PlainClaim(name)], control=n))
        os.utime(simulator.inbound / name, (time.time() - 10 + n, time.time() - 10 + n))
    simulator.collect()
    simulator.settle()
    assert [one.name for one in simulator.files] == ["b", "a", "c"]


@pytest.mark.parametrize(
    "act",
    [
        lambda sftp: sftp.putfo(io.BytesIO(b"x"), "/outbound/mine"),
        lambda sftp: sftp.putfo(io.BytesIO(b"x"), "/mine"),
        lambda sftp: sftp.rename("/outbound/SIM0000001.TA1", "/inbound/mine"),
        lambda sftp: sftp.posix_rename("/inbound/tmp", "/outbound/mine"),
        lambda sftp: sftp.mkdir("/inbound/mine"),
        lambda sftp: sftp.rmdir("/inbound/tmp"),
        lambda sftp: sftp.symlink("/etc", "/inbound/mine"),
        lambda sftp: sftp.chmod("/outbound/SIM0000001.TA1", 0o777),
    ],
)
def test_nothing_else_may_be_changed(
    simulate: Simulate, connect: Connect, act: Callable[[paramiko.SFTPClient], object]
) -> None:
    simulator = simulate()
    give(simulator, GOOD)
    with pytest.raises(PermissionError):
        act(connect(simulator).sftp)


def test_the_client_sees_nothing_beyond_the_two_folders(simulate: Simulate, connect: Connect) -> None:
    sftp = connect(simulate()).sftp
    assert sorted(sftp.listdir("/../..")) == ["inbound", "outbound"]
    with pytest.raises(FileNotFoundError):
        sftp.open("/../host_key")


def test_a_wrong_password_and_an_unknown_user_are_refused(simulate: Simulate, connect: Connect) -> None:
    simulator = simulate()
    with pytest.raises(paramiko.AuthenticationException):
        connect(simulator, password="guessed")
    simulator.user = "somebody"
    with pytest.raises(paramiko.AuthenticationException):
        connect(simulator)


def test_an_authorized_key_logs_in_and_another_does_not(simulate: Simulate, connect: Connect, tmp_path: Path) -> None:
    known, unknown = paramiko.ECDSAKey.generate(), paramiko.ECDSAKey.generate()
    (tmp_path / "keys").write_text(f"{known.get_name()} {known.get_base64()} a comment\n")
    simulator = simulate(authorized_keys=tmp_path / "keys")

    assert connect(simulator, key=known).sftp.listdir("/outbound") == []
    with pytest.raises(paramiko.AuthenticationException):
        connect(simulator, key=unknown)


@pytest.mark.parametrize("told_by", ["argument", "file", "scenario"])
def test_the_time_of_the_answers_can_be_set(simulate: Simulate, told_by: str) -> None:
    text = "2026-01-02T03:04:00-05:00"
    argument = datetime.fromisoformat(text) if told_by == "argument" else None
    simulator = simulate({"now": text if told_by == "scenario" else None}, now=argument)
    if told_by == "file":
        (simulator.folder / "now").write_text(f"{text}\n")
    give(simulator, GOOD)

    assert answer(simulator, "ta1")[0][9:11] == ["260102", "0304"]
    told = answer(simulator, "payer")
    assert told[3][4:6] == ["20260102", "0304"]
    assert {one[2] for one in told if one[0] == "STC"} == {"20260102", ""}
