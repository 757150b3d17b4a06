"""`./revcycle collect`: look into the partners' mailboxes now, by a run of `acknowledgments`."""

import argparse
from datetime import UTC, date, datetime

from revcycle.cli.progress import watching
from revcycle.cli.terminal import say
from revcycle.foundation.errors import InputUnusable
from revcycle.foundation.state import State
from revcycle.local.night import SUCCESS, gather


def add_parser(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", common: argparse.ArgumentParser
) -> None:
    """Add the command `collect`."""
    parser = commands.add_parser("collect", parents=[common], help="look into the partners' mailboxes now")
    parser.add_argument("--again", action="store_true", help="also at files that were seen before; needs --since")
    parser.add_argument(
        "--since", type=date.fromisoformat, metavar="D", help="with --again: changed on this day or later"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, state: State) -> int:
    """Only the operators open a partner's connection, so the DAG does it; 0 when its run succeeded."""
    if arguments.again != (arguments.since is not None):
        raise InputUnusable("collect: --again and --since belong together; name the first day to look at again.")
    since = datetime.combine(arguments.since, datetime.min.time(), UTC) if arguments.again else None
    with watching("Collecting") as watch:
        collected = gather(state, watch=watch, since=since)
    if collected.state == SUCCESS:
        print("The mailboxes were looked at; ./revcycle status shows what stands open.")
        return 0
    say(f"The run is red: {', '.join(collected.failed) or 'see the grid'}. The DAG's documentation says what to do.")
    return 1
