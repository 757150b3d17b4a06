"""`./revcycle backup FILE` and `./revcycle restore FILE`."""

import argparse
from pathlib import Path

from revcycle.cli.terminal import say
from revcycle.foundation.state import State
from revcycle.local.backup import backup, restore


def add_parser(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", common: argparse.ArgumentParser
) -> None:
    """Add the commands `backup` and `restore`."""
    saved = commands.add_parser("backup", parents=[common], help="databases, archive, settings and key into one file")
    restored = commands.add_parser("restore", parents=[common], help="make the state what a backup holds")
    for parser, run in ((saved, run_backup), (restored, run_restore)):
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.set_defaults(run=run)


def run_backup(arguments: argparse.Namespace, state: State) -> int:
    """Write the backup; it holds PHI and the key, so only its owner may read it."""
    backup(state, arguments.file, say)
    say(f"{arguments.file}: {arguments.file.stat().st_size / 1e6:.1f} MB. It holds PHI and the key of the connections.")
    return 0


def run_restore(arguments: argparse.Namespace, state: State) -> int:
    """Restore; the services must be down."""
    restore(state, arguments.file, say)
    say(f"{state.root} is restored; start it with ./revcycle up.")
    say(
        "What was sent after the backup was made, the archive may know and the database does not: ./revcycle reconcile "
        "shows it, and nothing is sent until ./revcycle reconcile --apply has registered it."
    )
    return 0
