"""Each way in which the server misbehaves, as a client meets it."""

import asyncio
import io
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import asyncssh
import paramiko
import pytest

from clearinghouse_simulator import ScenarioUnusable, Simulator
from tests.clearinghouse_simulator.partner_client import Client, Connect, Simulate
from tests.clearinghouse_simulator.partner_files import PlainClaim, professional

Raised = type[Exception] | tuple[type[Exception], ...]
GOOD = professional([PlainClaim("A1")])
LONG = b"x" * 100_000
CUT = (paramiko.SSHException, EOFError, OSError)  # as the client happens to notice it
PART = "/inbound/tmp/long.part"


def _put(client: Client) -> None:
    client.sftp.putfo(io.BytesIO(LONG), PART)  # the closing look tells of a stall, the close itself does not


def _left(simulator: Simulator) -> int:
    return (simulator.inbound / "tmp/long.part").stat().st_size


@pytest.mark.parametrize(("fault", "error"), [("drop", CUT), ("stall", TimeoutError)])
def test_an_upload_breaks_off_at_its_byte(simulate: Simulate, connect: Connect, fault: str, error: Raised) -> None:
    simulator = simulate()
    simulator.add_fault(fault=fault, on="write", after_bytes=50_000)
    with pytest.raises(error):
        _put(connect(simulator))
    assert _left(simulator) == 50_000
    assert simulator.fired == {fault: 1}

    _put(connect(simulator))
    assert _left(simulator) == len(LONG), "once only"


@pytest.mark.parametrize(("error", "said"), [("disk_full", OSError), ("permission", PermissionError)])
def test_a_write_is_refused_from_its_byte_on(
    simulate: Simulate, connect: Connect, error: str, said: type[Exception]
) -> None:
    simulator = simulate({"faults": [{"fault": "refuse", "on": "write", "error": error, "after_bytes": 40_000}]})
    with connect(simulator).sftp.open(PART, "w") as file, pytest.raises(said):
        file.write(LONG)
    assert _left(simulator) == 40_000


@pytest.mark.parametrize(("fault", "error"), [("drop", CUT), ("stall", TimeoutError)])
def test_a_download_breaks_off_at_its_byte(simulate: Simulate, connect: Connect, fault: str, error: Raised) -> None:
    simulator = simulate()
    (simulator.outbound / "long").write_bytes(LONG)
    simulator.add_fault(fault=fault, on="read", path="/outbound/*", after_bytes=60_000)
    got = io.BytesIO()
    with pytest.raises(error):
        connect(simulator).sftp.getfo("/outbound/long", got, prefetch=False)
    assert 0 < len(got.getvalue()) < 60_000
    assert connect(simulator).download("/outbound/long") == LONG


_ACTS: dict[str, Callable[[Client], object]] = {
    "open": lambda client: client.sftp.open(PART, "w"),
    "rename": lambda client: client.sftp.posix_rename("/inbound/tmp/old", "/inbound/.new"),
    "list": lambda client: client.sftp.listdir("/outbound"),
    "stat": lambda client: client.sftp.stat("/outbound"),
    "remove": lambda client: client.sftp.remove("/inbound/tmp/old"),
    "close": lambda client: client.sftp.open("/inbound/tmp/old").close(),
    "mkdir": lambda client: client.sftp.mkdir("/inbound/tmp/new"),
}
_SAID: list[tuple[dict[str, Any], Raised]] = [
    ({"fault": "drop"}, CUT),
    ({"fault": "stall"}, TimeoutError),
    ({"fault": "refuse"}, OSError),
    ({"fault": "refuse", "error": "unsupported"}, OSError),
    ({"fault": "refuse", "error": "permission"}, PermissionError),
    ({"fault": "refuse", "error": "no_such_file"}, FileNotFoundError),
    ({"fault": "refuse", "error": "disk_full"}, OSError),
    ({"fault": "refuse", "error": "exists"}, OSError),
]


@pytest.mark.parametrize(("fault", "error"), _SAID)
@pytest.mark.parametrize("on", ["open", "rename", "list", "stat", "remove"])
def test_an_operation_fails_as_the_fault_says(
    simulate: Simulate, connect: Connect, on: str, fault: dict[str, Any], error: Raised
) -> None:
    simulator = simulate()
    (simulator.inbound / "tmp/old").write_bytes(b"x")
    client = connect(simulator)
    client.sftp.get_channel().settimeout(0.3)
    simulator.add_fault(**fault, on=on)
    with pytest.raises(error):
        _ACTS[on](client)
    assert (simulator.inbound / "tmp/old").exists()
    assert simulator.fired == {fault["fault"]: 1}


@pytest.mark.parametrize("on", ["rename", "remove"])
@pytest.mark.parametrize("fault", ["drop", "refuse", "stall"])
def test_an_operation_may_be_done_though_its_client_is_not_told(
    simulate: Simulate, connect: Connect, on: str, fault: str
) -> None:
    simulator = simulate()
    (simulator.inbound / "tmp/old").write_bytes(b"x")
    client = connect(simulator)
    client.sftp.get_channel().settimeout(0.3)
    simulator.add_fault(fault=fault, on=on, performed=True)
    with pytest.raises(CUT):
        _ACTS[on](client)
    assert not (simulator.inbound / "tmp/old").exists()


def test_a_cut_after_the_rename_leaves_the_file_with_the_clearinghouse(simulate: Simulate, connect: Connect) -> None:
    simulator = simulate()
    simulator.add_fault(fault="drop", on="rename", performed=True)
    with pytest.raises(CUT):
        connect(simulator).upload(GOOD)
    simulator.settle()
    assert simulator.accepted == {"A1": 1}


def test_what_was_sent_blindly_before_a_cut_is_not_done(simulate: Simulate, connect: Connect) -> None:
    simulator = simulate(
        {"faults": [{"fault": "slow", "on": "stat", "seconds": 0.3}, {"fault": "drop", "on": "write"}]}
    )

    async def write_and_rename_without_waiting() -> None:
        login = {"username": simulator.user, "password": simulator.password, "known_hosts": None}
        async with asyncssh.connect(simulator.host, simulator.port, **login) as connection:
            sftp = await connection.start_sftp_client()
            file = await sftp.open("/inbound/tmp/claims.837", "wb")
            waiting = asyncio.create_task(sftp.stat("/outbound"))  # meanwhile the next two arrive
            await asyncio.sleep(0.05)
            writing = asyncio.create_task(file.write(GOOD))
            await asyncio.sleep(0.05)
            renaming = asyncio.create_task(sftp.rename("/inbound/tmp/claims.837", "/inbound/claims.837"))
            await asyncio.gather(waiting, writing, renaming, return_exceptions=True)

    asyncio.run(write_and_rename_without_waiting())
    assert connect(simulator).sftp.listdir("/inbound/tmp") == ["claims.837"]
    assert simulator.files == []


@pytest.mark.parametrize("on", ["list", "rename", "write", "login"])
def test_a_slow_server_answers_in_the_end(simulate: Simulate, connect: Connect, on: str) -> None:
    simulator = simulate({"faults": [{"fault": "slow", "on": on, "seconds": 0.2}]})
    client = connect(simulator)
    client.sftp.listdir("/inbound")
    client.upload(GOOD)
    simulator.settle()
    assert simulator.accepted == {"A1": 1}
    assert simulator.fired == {"slow": 1}


def test_a_file_may_be_collected_within_the_rename_though_others_wait(simulate: Simulate, connect: Connect) -> None:
    simulator = simulate({"collect": "never", "faults": [{"fault": "collect", "on": "rename", "nth": 2}]})
    client = connect(simulator)
    client.upload(GOOD, "first.837")
    client.upload(GOOD, "second.837")
    assert sorted(client.sftp.listdir("/inbound")) == ["first.837", "tmp"]


@pytest.mark.parametrize("on", ["list", "stat"])
def test_a_growing_file_shows_more_at_each_look(simulate: Simulate, connect: Connect, on: str) -> None:
    simulator = simulate({"faults": [{"fault": "growing", "on": on, "path": "/outbound/*", "looks": 2}]})
    (simulator.outbound / "answer").write_bytes(LONG[:900])
    client = connect(simulator)

    def look() -> paramiko.SFTPAttributes:
        if on == "stat":
            return client.sftp.stat("/outbound/answer")
        return client.sftp.listdir_attr("/outbound")[0]

    seen = []
    for _ in range(4):
        attributes = look()
        seen.append((attributes.st_size, len(client.download("/outbound/answer"))))
    assert seen == [(300, 300), (600, 600), (900, 900), (900, 900)]


def test_the_time_of_change_of_a_growing_file_moves(simulate: Simulate, connect: Connect) -> None:
    simulator = simulate({"faults": [{"fault": "growing", "on": "list"}]})
    (simulator.outbound / "answer").write_bytes(b"")
    sftp = connect(simulator).sftp
    times = [sftp.listdir_attr("/outbound")[0].st_mtime or 0 for _ in range(4)]
    assert [later - earlier for earlier, later in pairwise(times)] == [1, 1, 0]


@pytest.mark.parametrize("fault", ["refuse", "drop", "stall"])
def test_a_login_fails_once(simulate: Simulate, connect: Connect, fault: str) -> None:
    simulator = simulate({"faults": [{"fault": fault, "on": "login"}]})
    with pytest.raises(paramiko.AuthenticationException):
        connect(simulator)
    assert connect(simulator).sftp.listdir("/outbound") == []


def test_the_host_key_may_change(simulate: Simulate, connect: Connect) -> None:
    simulator = simulate()
    before = simulator.host_key
    simulator.change_host_key()
    assert simulator.host_key != before
    assert connect(simulator).sftp.listdir("/outbound") == []


def test_the_host_key_may_change_after_some_connections(simulate: Simulate, connect: Connect) -> None:
    simulator = simulate({"host_key": {"changes_after": 2}})
    before = simulator.host_key
    connect(simulator)
    assert simulator.host_key == before
    connect(simulator)
    assert simulator.host_key != before
    connect(simulator)


def test_a_fault_befalls_the_operations_that_it_names(simulate: Simulate, connect: Connect) -> None:
    simulator = simulate()
    simulator.add_fault(fault="refuse", on="open", path="/inbound/tmp/b*", nth=2, times=2)
    sftp = connect(simulator).sftp

    def opens(name: str) -> bool:
        try:
            sftp.open(f"/inbound/tmp/{name}", "w").close()
        except OSError:
            return False
        return True

    assert [opens(name) for name in ("a", "b1", "a", "b2", "b3", "b4")] == [True, True, True, False, False, True]


def test_faults_end_when_they_are_cleared(simulate: Simulate, connect: Connect) -> None:
    simulator = simulate({"faults": [{"fault": "refuse", "on": "list", "times": None}]})
    sftp = connect(simulator).sftp
    for _ in range(3):
        with pytest.raises(OSError, match="failure"):
            sftp.listdir("/outbound")
    simulator.clear_faults()
    assert sftp.listdir("/outbound") == []


def test_a_fault_that_cannot_be_meant_is_refused(simulate: Simulate) -> None:
    simulator = simulate()
    with pytest.raises(ScenarioUnusable, match="on"):
        simulator.add_fault(fault="drop", on="tuesday")


def test_another_scenario_brings_its_own_faults(simulate: Simulate, connect: Connect, tmp_path: Path) -> None:
    simulator = simulate({"faults": [{"fault": "refuse", "on": "list", "times": None}]})
    (tmp_path / "next.yaml").write_text("collect: never\nfaults: [{fault: refuse, on: stat, times: null}]\n")
    simulator.use(tmp_path / "next.yaml")
    sftp = connect(simulator).sftp
    assert sftp.listdir("/outbound") == []
    with pytest.raises(OSError, match="failure"):
        sftp.stat("/outbound")
