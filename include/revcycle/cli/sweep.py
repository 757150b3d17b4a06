"""`./revcycle sweep`: code validation of a file of claims, or of what the database holds; prints and writes nothing."""

import argparse
import io
import sys
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path

from revcycle.cli.clock import today
from revcycle.cli.terminal import say
from revcycle.cycle.edits import NotEvaluated, report, sweep_file
from revcycle.cycle.edits.rule import BLOCK
from revcycle.cycle.edits.sweep import preview
from revcycle.foundation import practice
from revcycle.foundation.archive import Archive
from revcycle.foundation.calendar import FilingLimit
from revcycle.foundation.errors import InputUnusable
from revcycle.foundation.state import State
from revcycle.local.bring_up import active_releases
from revcycle.local.practice import existing_practice


def add_parser(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", common: argparse.ArgumentParser
) -> None:
    """Add the command `sweep`."""
    sweep = commands.add_parser("sweep", parents=[common], help="check coded claims against the national edits")
    sweep.add_argument("--claims", type=Path, metavar="FILE.csv", help="judge a file; needs no database")
    sweep.add_argument("--from", dest="first", type=date.fromisoformat, metavar="D", help="first date of service")
    sweep.add_argument("--to", dest="last", type=date.fromisoformat, metavar="D", help="last date of service")
    sweep.add_argument("--as-of", type=date.fromisoformat, metavar="D", help="the day of judgement (default: today)")
    sweep.add_argument("--json", action="store_true", help="print one JSON object a finding")
    sweep.add_argument("--fail-on", choices=[BLOCK], help="exit with 1 when a finding of this severity exists")
    sweep.set_defaults(run=run)


def run(arguments: argparse.Namespace, state: State) -> int:
    """Judge, print what was found; returns the exit code."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")
    if arguments.claims and not (arguments.first or arguments.last):
        counts = _sweep_file(arguments, state)
    elif arguments.first and arguments.last and arguments.first > arguments.last:
        raise InputUnusable(f"sweep: --from {arguments.first} is after --to {arguments.last}.")
    elif arguments.first and arguments.last and not arguments.claims:
        counts = _sweep_database(arguments, state)
    else:
        raise InputUnusable("sweep: give either --claims FILE.csv, or --from D and --to D.")
    blocked = any(severity == arguments.fail_on for _, severity in counts)
    return 1 if blocked else 0


def _sweep_file(arguments: argparse.Namespace, state: State) -> report.Counts:
    """One file is one billing group; the code sets are made on first use."""
    with sweep_file(
        arguments.claims,
        as_of=arguments.as_of or today(),
        releases=active_releases(state, datetime.now(UTC), say),
        archive=Archive(state.archive),
        limits=_filing_limits(state),
        spill=state.spill,
    ) as swept:
        return _print(arguments, report.findings(swept), swept.not_evaluated)


def _sweep_database(arguments: argparse.Namespace, state: State) -> report.Counts:
    """Current versions with a date of service in the range, with their same-day context."""
    engine = existing_practice(state)
    judged = preview(engine, first=arguments.first, last=arguments.last, state=state, as_of=arguments.as_of)
    return _print(arguments, report.of_store(judged), judged.judgement.not_evaluated)


def _print(
    arguments: argparse.Namespace, found: Iterable[report.Finding], silent: Iterable[NotEvaluated]
) -> report.Counts:
    printed = report.print_json if arguments.json else report.print_text
    counts = printed(found, sys.stdout)
    report.print_counts(counts, silent, sys.stderr)
    return counts


def _filing_limits(state: State) -> list[FilingLimit]:
    """The payers' limits; none where the practice has no settings yet: `filing.expired` is then not evaluated."""
    if not state.practice_yaml.exists():
        return []
    return practice.read(state.practice_yaml).filing_limits()
