"""`./revcycle reconcile`: what the archive has and the database lacks, as after a restore of an older backup."""

import argparse
import json
from dataclasses import asdict
from datetime import UTC, datetime

from revcycle.cli.terminal import say
from revcycle.cycle import answers
from revcycle.cycle.exchange import reconcile
from revcycle.foundation.archive import Archive
from revcycle.foundation.state import State
from revcycle.foundation.store.runs import Step
from revcycle.local.practice import practice_engine


def add_parser(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", common: argparse.ArgumentParser
) -> None:
    """Add the command `reconcile`."""
    parser = commands.add_parser("reconcile", parents=[common], help="compare the database with the archive")
    parser.add_argument("--apply", action="store_true", help="register again what is missing, and apply its answers")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, state: State) -> int:
    """Print what is missing, or was; 1 while something of it needs a person."""
    engine, archive, now = practice_engine(state), Archive(state.archive), datetime.now(UTC)
    step = Step("shell", f"reconcile-{now.isoformat()}", "reconcile")
    report = reconcile(engine, archive, apply=arguments.apply, now=now, step=step)
    if arguments.apply:
        answers.apply(engine, archive, now=now, step=step)
    if arguments.json:
        print(json.dumps(asdict(report)))
    else:
        for name, value in asdict(report).items():
            print(f"{name.replace('_', ' '):<24} {value}")
    if report.missing and not arguments.apply:
        say("Sending is refused until ./revcycle reconcile --apply has registered it again.")
    return 1 if report.missing and not arguments.apply else 0
