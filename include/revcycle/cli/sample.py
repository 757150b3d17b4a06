"""`./revcycle sample`: a synthetic practice as intake files, with planted errors and the truth about them."""

import argparse
import json
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path

from revcycle.cli.clock import today
from revcycle.foundation.errors import InputUnusable
from revcycle.foundation.state import State
from sample_practice import write_sample


def add_parser(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", common: argparse.ArgumentParser
) -> None:
    """Add the verb `sample`."""
    sample = commands.add_parser("sample", parents=[common], help="write a synthetic practice as intake files")
    sample.add_argument("--seed", type=int, required=True, metavar="N", help="the same seed writes the same bytes")
    sample.add_argument("--encounters", type=int, default=2000, metavar="N", help="a fifth of it are patients")
    sample.add_argument("--through", type=_day, metavar="D", help="last date (default: yesterday)")
    sample.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder to write the five files into")
    sample.add_argument("--json", action="store_true", help="print the counts as JSON")
    sample.set_defaults(run=run)


def run(arguments: argparse.Namespace, _: State) -> int:
    """Write the files and print what was written; returns the exit code."""
    through = arguments.through or today() - timedelta(days=1)
    try:
        counts = write_sample(arguments.out, seed=arguments.seed, encounters=arguments.encounters, through=through)
    except ValueError as problem:
        raise InputUnusable(f"sample: {problem}.") from problem
    except OSError as problem:
        raise InputUnusable(f"sample: cannot write into {arguments.out}: {problem.strerror}.") from problem
    if arguments.json:
        print(json.dumps(asdict(counts)))
    else:
        print(
            f"{arguments.out}: {counts.patients} patients, {counts.encounters} encounters, "
            f"{counts.charge_lines} charge lines through {through}; "
            f"truth.jsonl expects {counts.expected_findings} findings."
        )
    return 0


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as problem:
        raise argparse.ArgumentTypeError(f"{text!r} is no date written YYYY-MM-DD") from problem
