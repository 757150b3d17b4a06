"""`./revcycle prepare`: a practice for services that something else runs, as containers."""

import argparse
from datetime import UTC, datetime

from revcycle.cli.terminal import say
from revcycle.cli.up import write_sample_of
from revcycle.foundation.state import State
from revcycle.local.elsewhere import prepare, write_simulators_connection


def add_parser(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", common: argparse.ArgumentParser
) -> None:
    """Add the command `prepare`."""
    parser = commands.add_parser("prepare", parents=[common], help="`up` without services and night, for containers")
    parser.add_argument("--sample", action="store_true", help="make the sample practice where there is none yet")
    parser.add_argument("--sample-seed", type=int, default=1, metavar="N", help="seed of the sample (default 1)")
    parser.add_argument("--simulator", type=_place, metavar="HOST:PORT", help="write the connection to it, too")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, state: State) -> int:
    """Make or migrate the practice; prints the file with the simulator's connection where there is one."""
    sample = write_sample_of(arguments.sample_seed) if arguments.sample or state.holds_sample else None
    prepare(state, now=datetime.now(UTC), sample=sample, report=say)
    if arguments.simulator and (file := write_simulators_connection(state, *arguments.simulator)):
        print(file)
    return 0


def _place(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is no place: HOST:PORT is expected")
    return host, int(port)
