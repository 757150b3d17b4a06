"""`./revcycle reapply`: received answers applied again from the archive, without a network."""

import argparse
from datetime import UTC, datetime

from revcycle.cycle import answers
from revcycle.foundation.archive import Archive
from revcycle.foundation.state import State
from revcycle.foundation.store.runs import Step
from revcycle.local.practice import practice_engine


def add_parser(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", common: argparse.ArgumentParser
) -> None:
    """Add the command `reapply`."""
    parser = commands.add_parser("reapply", parents=[common], help="apply received answers again from the archive")
    parser.add_argument("files", nargs="+", metavar="FILE", help="sha256 or first name of a received file")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, state: State) -> int:
    """Mark the files and apply all that waits; 1 when something of them cannot be read."""
    at = datetime.now(UTC)
    engine = practice_engine(state)
    step = Step("shell", f"reapply-{at.isoformat()}", "reapply")
    answers.reapply(engine, arguments.files, step=step)
    counts = answers.apply(engine, Archive(state.archive), now=at, step=step)
    moved = f"{counts.accepted} accepted, {counts.rejected} rejected, {counts.lifted} reopened"
    print(f"{counts.files} files applied: {moved}, {counts.unmatched} unmatched, {counts.quarantined} quarantined.")
    return 1 if counts.quarantined else 0
