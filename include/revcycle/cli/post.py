"""`./revcycle post`: remittances (835), judged and posted."""

import argparse
import io
import json
import os
import sys
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

from revcycle.cli.clock import now
from revcycle.cli.terminal import print_table
from revcycle.cycle.remittance.dry_run import judge_file
from revcycle.cycle.remittance.outcome import Outcome
from revcycle.foundation.errors import InputUnusable
from revcycle.foundation.state import State

_COLUMNS = ("file", "transaction_set", "trace", "amount", "claims", "services", "paid", "adjusted", "patient", "status")


def add_parser(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", common: argparse.ArgumentParser
) -> None:
    """Add the command `post`."""
    parser = commands.add_parser("post", parents=[common], help="post remittances (835) to the penny")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="an 835 as the payer sent it")
    parser.add_argument("--json", action="store_true", help="print one JSON object a transaction set")
    parser.add_argument("--dry-run", action="store_true", help="say what would be posted; needs no database")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, state: State) -> int:
    """Judge or post the files and print what became of each set; 1 when something of them needs a person."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    for path in arguments.files:
        if not (path.is_file() and os.access(path, os.R_OK)):
            raise InputUnusable(f"post: {path} is no file that can be read: name an 835 as the payer sent it.")
    files = arguments.files
    outcomes = chain.from_iterable(map(judge_file, files)) if arguments.dry_run else _post(files, state)
    needing = _print_json(outcomes) if arguments.json else _print_text(outcomes)
    return 1 if needing else 0


def _post(files: Sequence[Path], state: State) -> Iterator[Outcome]:
    """Post for good; a dry run does not wait for what this needs."""
    from revcycle.cli.post_by_hand import post_by_hand

    return post_by_hand(files, state, now=now())


def _print_json(outcomes: Iterator[Outcome]) -> int:
    """One object a line; returns how many need a person."""
    needing = 0
    for outcome in outcomes:
        print(json.dumps(outcome.as_json()))
        needing += outcome.needs_a_person
    return needing


def _print_text(outcomes: Iterator[Outcome]) -> int:
    """A table of the sets and below it what is wrong with them; returns how many need a person."""
    found = list(outcomes)
    rows = [[_plain(outcome.as_json()[column]) for column in _COLUMNS] for outcome in found]
    print_table([[column.replace("_", " ") for column in _COLUMNS], *rows])
    for outcome in found:
        for problem in outcome.problems:
            where = f"{outcome.file}, segment {problem.segment}" if problem.segment else outcome.file
            sides = [f"{name} {_plain(value)}" for name, value in _sides(problem.expected, problem.found) if value]
            print(f"{where}: {problem.code}: {problem.reason}" + (f" ({', '.join(sides)})" if sides else ""))
    return sum(outcome.needs_a_person for outcome in found)


def _sides(expected: str, found: str) -> list[tuple[str, str]]:
    return [("expected", expected), ("found", found)]


def _plain(value: object) -> str:
    """A value for the terminal: what a file holds must not steer it."""
    return "" if value is None else str(value).encode("unicode_escape").decode("ascii")
