"""`./revcycle proof`: what was sent of a claim and what was answered, as one printable file."""

import argparse
import getpass
import os
from datetime import UTC, datetime
from pathlib import Path

from revcycle.cycle.answers import proof
from revcycle.foundation.archive import Archive
from revcycle.foundation.errors import InputUnusable
from revcycle.foundation.state import State
from revcycle.local.practice import practice_engine


def add_parser(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", common: argparse.ArgumentParser
) -> None:
    """Add the command `proof`."""
    parser = commands.add_parser("proof", parents=[common], help="proof of filing of a claim, as one HTML file")
    parser.add_argument("claim", metavar="CLAIM", help="claim number, or patient control number as sent")
    parser.add_argument("--out", required=True, type=Path, metavar="FILE.html", help="where to write it")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, state: State) -> int:
    """Write the proof, readable by its owner only: it names the patient."""
    archive = Archive(state.archive)
    page = proof(practice_engine(state), archive, arguments.claim, now=datetime.now(UTC), who=getpass.getuser())
    try:
        handle = os.open(arguments.out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError, PermissionError) as problem:
        raise InputUnusable(f"--out {arguments.out} cannot be written: {problem.strerror}.") from problem
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(page)
    print(f"{arguments.out}: proof of filing of {arguments.claim}")
    return 0
