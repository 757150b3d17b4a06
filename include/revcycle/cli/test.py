"""`./revcycle test`: formatting, lint, types, the house's contracts, and the suite."""

import argparse
import os
import subprocess
import sys
from pathlib import Path

from revcycle.cli.terminal import say
from revcycle.foundation.state import CHECKOUT, State

CHECKS = (
    ("format", ["ruff", "format", "--check", "-q", "."]),
    ("lint", ["ruff", "check", "-q", "."]),
    ("types", ["mypy"]),
    ("contracts", ["lint-imports"]),
)


def add_parser(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", common: argparse.ArgumentParser
) -> None:
    """Add the command `test`."""
    parser = commands.add_parser("test", parents=[common], help="the checks and the suite")
    parser.add_argument("--all", action="store_true", help="the slow drills too")
    parser.add_argument("pytest", nargs=argparse.REMAINDER, metavar="PYTEST ARGS", help="only these tests, no checks")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, _: State) -> int:
    """Run everything that CI runs; returns 1 when anything failed."""
    programs = Path(sys.executable).parent
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    failed = []
    for name, command in () if arguments.pytest else CHECKS:
        say(f"== {name}")
        if subprocess.run(
            [str(programs / command[0]), *command[1:]], cwd=CHECKOUT, env=environment, check=False
        ).returncode:
            failed.append(name)
    suite = [sys.executable, "-m", "pytest"] + ([] if arguments.all else ["-m", "not slow"])
    suite += arguments.pytest or ["-n", str(min(os.cpu_count() or 1, 4)), "--dist", "loadgroup"]
    say("== suite")
    if subprocess.run(suite, cwd=CHECKOUT, env=environment, check=False).returncode:
        failed.append("suite")
    if failed:
        say(f"failed: {', '.join(failed)}")
    return 1 if failed else 0
