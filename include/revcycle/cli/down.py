"""`./revcycle down`: end everything of a state."""

import argparse

from revcycle.cli.terminal import say
from revcycle.foundation.state import State
from revcycle.local.services import stop


def add_parser(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", common: argparse.ArgumentParser
) -> None:
    """Add the command `down`."""
    parser = commands.add_parser("down", parents=[common], help="end everything of this state, and nothing else")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, state: State) -> int:
    """End it all; nothing running is no error."""
    print("Everything is down." if stop(state, say) else f"Nothing runs for {state.root}.")
    return 0
