"""`./revcycle review`: the review of a week as one page to read."""

import argparse
from datetime import UTC, date, datetime
from pathlib import Path

from revcycle.cli.terminal import say
from revcycle.foundation.archive import Archive
from revcycle.foundation.errors import InputUnusable
from revcycle.foundation.state import State
from revcycle.foundation.store.runs import Step
from revcycle.local.practice import existing_practice
from revcycle.watch.review import build, read_page


def add_parser(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", common: argparse.ArgumentParser
) -> None:
    """Add the command `review`."""
    parser = commands.add_parser("review", parents=[common], help="the review of a week, as one HTML file")
    parser.add_argument("week", type=date.fromisoformat, metavar="WEEK", help="the Monday on which it began")
    parser.add_argument("--out", required=True, type=Path, metavar="FILE.html", help="where to write it")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, state: State) -> int:
    """Build the review as the weekly run does and write its page; 1 when a proof does not hold."""
    engine, archive, now = existing_practice(state), Archive(state.archive), datetime.now(UTC)
    review = build(engine, archive, week=arguments.week, now=now, step=Step("shell", f"review-{now}", "review"))
    try:
        arguments.out.write_text(read_page(engine, archive, review.sha256), encoding="utf-8")
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError, PermissionError) as problem:
        raise InputUnusable(f"--out {arguments.out} cannot be written: {problem.strerror}.") from problem
    print(f"{arguments.out}: review of the week of {review.week}, sha256 {review.sha256}")
    for proof in review.proofs:
        if not proof.holds:
            say(f"Not so: {proof.name}. {proof.detail}")
    return 0 if review.holds else 1
