"""`./revcycle digest`: one sha256 over the business facts."""

import argparse
import json

from revcycle.foundation.state import State
from revcycle.foundation.store.digest import digest, digests
from revcycle.local.practice import existing_practice


def add_parser(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", common: argparse.ArgumentParser
) -> None:
    """Add the command `digest`."""
    parser = commands.add_parser("digest", parents=[common], help="sha256 over the business facts")
    parser.add_argument("--json", action="store_true", help="one digest for each kind of fact")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, state: State) -> int:
    """Print the digest; equal digests are the same practice in the same condition."""
    engine = existing_practice(state)
    print(json.dumps(digests(engine)) if arguments.json else digest(engine))
    return 0
