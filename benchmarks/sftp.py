"""Files to and from Debian's OpenSSH server on loopback, by our mailbox and by OpenSSH's own client.

    PYTHONPATH=include:. .venv/bin/python benchmarks/sftp.py [--megabytes 100] [--files 200] [--rounds 5]

Both move the same bytes to the same server on the same machine, by turns, so that what else runs there hits both; each
time is the whole session, key exchange and login included, and the middle one of the rounds counts. Ours is without
read-back. Prints the times and, for speed, theirs by ours (at least 0.45 is wanted), for small files ours by theirs (at
most 1.5).
"""

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from revcycle.cycle.exchange import Login, open_mailbox
from revcycle.foundation.practice.partner import TradingPartner
from tests.openssh import OpenSsh, openssh

SMALL = 4_000  # bytes; about an acknowledgment


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=int, default=100)
    parser.add_argument("--files", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="revcycle-benchmark-") as folder:
        here, served = Path(folder) / "here", Path(folder) / "served"
        Path(folder).chmod(0o755)
        here.mkdir()
        served.mkdir()
        with openssh(served) as server:
            measure(server, here, given.megabytes, given.files, given.rounds)


def measure(server: OpenSsh, here: Path, megabytes: int, files: int, rounds: int) -> None:
    """Run every movement by turns and print."""
    big = here / "big"
    big.write_bytes(os.urandom(megabytes * 1_000_000))
    small = [here / f"small-{number}" for number in range(files)]
    for path in small:
        path.write_bytes(os.urandom(SMALL))
    movements = {
        f"{megabytes} MB up": (lambda: ours_up(server, [big]), lambda: theirs_up(server, [big])),
        f"{megabytes} MB down": (lambda: ours_down(server, [big]), lambda: theirs_down(server, [big])),
        f"{files} files up": (lambda: ours_up(server, small), lambda: theirs_up(server, small)),
        f"{files} files down": (lambda: ours_down(server, small), lambda: theirs_down(server, small)),
    }
    for name, (ours, theirs) in movements.items():
        times = [(seconds(ours), seconds(theirs)) for _ in range(rounds)]
        our, their = (statistics.median(column) for column in zip(*times, strict=True))
        judged = f"speed {their / our:.2f}" if "MB" in name else f"time {our / their:.2f}"
        print(f"{name:15} ours {our:.2f} s  OpenSSH {their:.2f} s  {judged}")


def seconds(movement: Callable[[], None]) -> float:
    began = time.monotonic()
    movement()
    return time.monotonic() - began


def ours_up(server: OpenSsh, paths: list[Path]) -> None:
    with open_mailbox(login(server), PARTNER) as box:
        for path in paths:
            box.put(path, f"{server.files}/ours-{path.name}")
    for path in paths:
        (server.files / f"ours-{path.name}").replace(server.files / path.name)


def ours_down(server: OpenSsh, paths: list[Path]) -> None:
    wanted = {path.name for path in paths}
    with open_mailbox(login(server), PARTNER) as box:
        for file in box.listing(str(server.files)):
            name = Path(file.path).name
            if name in wanted:
                box.get(file, paths[0].parent / f"back-{name}")


def theirs_up(server: OpenSsh, paths: list[Path]) -> None:
    server.client("".join(f"put {path} theirs-{path.name}\n" for path in paths))
    for path in paths:
        (server.files / f"theirs-{path.name}").replace(server.files / path.name)


def theirs_down(server: OpenSsh, paths: list[Path]) -> None:
    server.client("".join(f"get {path.name} {path.parent}/back-{path.name}\n" for path in paths))


def login(server: OpenSsh) -> Login:
    return Login("127.0.0.1", server.port, server.user, private_key=server.private_key, host_keys=(server.host_key,))


PARTNER = TradingPartner(
    connection="loopback",
    name="Loopback",
    sender_id="SENDER",
    receiver_id="RECEIVER",
    submitter_name="Benchmark",
    submitter_id="1",
    contact_name="Benchmark",
    contact_phone="2175550100",
    receiver_name="Loopback",
)

if __name__ == "__main__":
    main()
