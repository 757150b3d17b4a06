"""`./revcycle simulator`: the simulated clearinghouse alone, until it is told to end."""

import argparse
import os
import sys
from pathlib import Path

from revcycle.foundation.state import State


def add_parser(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", common: argparse.ArgumentParser
) -> None:
    """Add the command `simulator`."""
    parser = commands.add_parser("simulator", parents=[common], help="run the simulated clearinghouse alone")
    parser.add_argument("--port", type=int, default=0, metavar="N", help="on 127.0.0.1 (default: a free one)")
    parser.add_argument("--scenario", type=Path, metavar="FILE", help="what it answers (docs/simulator.md)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, state: State) -> int:
    """Become the simulator: a program of its own that shares no code with this one."""
    folder = state.create().root / "simulator-alone"
    command = [sys.executable, "-P", "-m", "clearinghouse_simulator", "--folder", str(folder)]
    command += ["--port", str(arguments.port)]
    command += ["--scenario", str(arguments.scenario.absolute())] if arguments.scenario else []
    os.execv(sys.executable, command)
