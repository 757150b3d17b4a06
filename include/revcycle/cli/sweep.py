"""`./revcycle sweep`: code validation of a file of claims."""

import argparse
import io
import sys
from datetime import UTC, date, datetime
from pathlib import Path

from revcycle.cycle.edits import report, sweep_file
from revcycle.cycle.edits.rule import BLOCK
from revcycle.foundation import practice
from revcycle.foundation.archive import Archive
from revcycle.foundation.calendar import FilingLimit
from revcycle.foundation.reference import read_projection
from revcycle.foundation.state import State


def add_parser(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", common: argparse.ArgumentParser
) -> None:
    """Add the verb `sweep`."""
    sweep = commands.add_parser("sweep", parents=[common], help="check coded claims against the national edits")
    sweep.add_argument("--claims", type=Path, required=True, metavar="FILE.csv", help="judge a file; needs no database")
    sweep.add_argument("--as-of", type=date.fromisoformat, metavar="D", help="the day of judgement (default: today)")
    sweep.add_argument("--json", action="store_true", help="print one JSON object a finding")
    sweep.add_argument("--fail-on", choices=[BLOCK], help="exit with 1 when a finding of this severity exists")
    sweep.set_defaults(run=run)


def run(arguments: argparse.Namespace, state: State) -> int:
    """Judge the file, print what was found; returns the exit code."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")
    with sweep_file(
        arguments.claims,
        as_of=arguments.as_of or datetime.now(UTC).astimezone().date(),
        releases=read_projection(state),
        archive=Archive(state.archive),
        limits=_filing_limits(state),
        spill=state.spill,
    ) as swept:
        printed = report.print_json if arguments.json else report.print_text
        counts = printed(report.findings(swept), sys.stdout)
        report.print_counts(counts, swept.not_evaluated, sys.stderr)
    blocked = any(severity == arguments.fail_on for _, severity in counts)
    return 1 if blocked else 0


def _filing_limits(state: State) -> list[FilingLimit]:
    """The payers' limits; none where the practice has no settings yet: `filing.expired` is then not evaluated."""
    if not state.practice_yaml.exists():
        return []
    return practice.read(state.practice_yaml).filing_limits()
