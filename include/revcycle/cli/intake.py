"""`./revcycle intake`: patients, coverage and charges of a practice, and at once the sweep of what they changed."""

import argparse
import getpass
import json
import sys
from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from revcycle.cli.after_intake import sweep_changed
from revcycle.cli.terminal import say
from revcycle.cycle import intake
from revcycle.cycle.edits import report as edits_report
from revcycle.foundation import practice
from revcycle.foundation.archive import Archive
from revcycle.foundation.errors import InputUnusable
from revcycle.foundation.state import State
from revcycle.foundation.store.runs import Step
from revcycle.local.bring_up import active_releases, register_settings
from revcycle.local.practice import practice_engine

SHOWN = 20


def add_parser(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", common: argparse.ArgumentParser
) -> None:
    """Add the verb `intake`."""
    parser = commands.add_parser("intake", parents=[common], help="bring in patients, coverage and charges (CSV)")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="docs/intake.md says what they hold")
    parser.add_argument("--source", default="csv", metavar="NAME", help="the system whose ids these are (default csv)")
    parser.add_argument("--no-sweep", action="store_true", help="leave the sweep of what changed to the night")
    parser.add_argument("--into-sample", action="store_true", help="allow it in a state that holds the sample practice")
    parser.add_argument("--json", action="store_true", help="print the counts as JSON")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, state: State) -> int:
    """Load the files, sweep what changed, show what was quarantined; returns the exit code."""
    if state.holds_sample and not arguments.into_sample:
        raise InputUnusable(
            f"{state.root} holds the sample practice; real encounters belong into another state (--state DIR), "
            "or give --into-sample to mix them."
        )
    settings = practice.read(state.practice_yaml)
    now = datetime.now(UTC)
    step = Step("shell", f"intake-{now.isoformat()}", "intake", who=getpass.getuser())
    engine = practice_engine(state)
    register_settings(engine, settings, active_releases(state, now, say), now=now, step=step)
    today = settings.day_of(now)
    counts = intake.load(
        engine,
        Archive(state.archive),
        arguments.files,
        source=arguments.source,
        intake_day=today,
        now=now,
        step=step,
        progress=say,
    )
    _show_problems(counts)
    report = {name: asdict(getattr(counts, name)) for name in ("patients", "coverage", "encounters")}
    if not arguments.no_sweep:
        swept, silent, raised = sweep_changed(engine, state, counts.changed, through=today, now=now, taken=step)
        silences = edits_report.silences(silent)
        edits_report.print_silences(silences, sys.stderr)
        not_evaluated = [silence.as_json() for silence in silences]
        report |= {"sweep": asdict(swept) | {"not_evaluated": not_evaluated}, "work": asdict(raised)}
    _print(report, as_json=arguments.json)
    return 1 if counts.quarantined else 0


def _show_problems(counts: intake.IntakeCounts) -> None:
    """What was quarantined or mended, with the values: this is the terminal of the one who handed the files in."""
    for file in counts.files:
        for problem in file.problems[:SHOWN]:
            happened = "read all the same" if problem.mended else f"{file.subject_kind} {problem.subject!r} quarantined"
            value = f"{problem.found!r}: " if problem.found else ""
            say(
                f"{file.name}: row {problem.row}: {problem.field}: {value}{problem.reason}; "
                f"expected {problem.expected} ({happened})"
            )
        rest = Counter((problem.field, problem.reason) for problem in file.problems[SHOWN:])
        for (field, reason), count in rest.most_common():
            say(f"{file.name}: and {count:,} more rows: {field}: {reason}")


def _print(report: dict[str, dict[str, object]], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(report))
        return
    for name, figures in report.items():
        said = ", ".join(f"{value:,} {key}" for key, value in figures.items() if isinstance(value, int))
        print(f"{name:<11}{said}")
