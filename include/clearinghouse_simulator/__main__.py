"""The program: says on one line of JSON where it listens, and works until it is told to end."""

import argparse
import json
import logging
import os
import signal
import sys
import threading
from datetime import datetime
from pathlib import Path

import asyncssh

from clearinghouse_simulator.keys import KeyUnusable
from clearinghouse_simulator.marked import ScenarioUnusable
from clearinghouse_simulator.scenario import instant
from clearinghouse_simulator.simulator import HOST, FolderInUse, Simulator

UNUSABLE, NOT_STARTED = 2, 3


def main(argv: list[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT. Gives 0; 2 where the call cannot be used; 3 where the port cannot be had."""
    given = _parser().parse_args(argv)
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(message)s")
    asyncssh.set_log_level(logging.WARNING)  # its INFO names files and users
    ended = threading.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: ended.set())
    try:
        with Simulator(
            given.folder,
            given.scenario,
            host=given.address,
            port=given.port,
            now=given.now,
            user=os.environ.get("CLEARINGHOUSE_USER", "practice"),
            password=os.environ.get("CLEARINGHOUSE_PASSWORD"),
            authorized_keys=given.authorized_keys,
            host_key=given.host_key,
        ) as simulator:
            _say_where(simulator)
            ended.wait()
    except (ScenarioUnusable, FolderInUse, KeyUnusable) as error:
        print(error, file=sys.stderr)
        return UNUSABLE
    except OSError as error:
        print(f"The simulator cannot start: {error}.", file=sys.stderr)
        return NOT_STARTED
    return 0


def _say_where(simulator: Simulator) -> None:
    where = {
        "host": simulator.host,
        "port": simulator.port,
        "host_key": simulator.host_key,
        "user": simulator.user,
        "password_file": str(simulator.password_file) if simulator.password_file else None,
    }
    print(json.dumps(where), flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("clearinghouse_simulator", description=__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="where it keeps its key, its memory and the folders")
    parser.add_argument("--address", default=HOST, help=f"where it listens (default {HOST}: this machine alone)")
    parser.add_argument("--port", type=int, default=0, help="0: any that is free")
    parser.add_argument("--scenario", type=Path, help="a YAML file; without it the default scenario")
    parser.add_argument("--host-key", type=Path, help="the private host key; made where the file does not exist")
    parser.add_argument("--authorized-keys", type=Path, help="public keys that may log in besides the password")
    parser.add_argument("--now", type=_instant, help="the time of the answers, an ISO instant with its offset")
    return parser


def _instant(text: str) -> datetime:
    try:
        return instant(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


if __name__ == "__main__":
    sys.exit(main())
