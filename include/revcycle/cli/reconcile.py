"""`./revcycle reconcile`: what the archive has and the database lacks, as after a restore, and where encounters are."""

import argparse
import json
from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime
from itertools import groupby

from revcycle.cli.ledger import print_places
from revcycle.cli.terminal import say
from revcycle.cycle import answers
from revcycle.cycle.exchange import ReconcileReport, reconcile
from revcycle.foundation.archive import Archive
from revcycle.foundation.ledger import conservation
from revcycle.foundation.state import State
from revcycle.foundation.store.runs import Step
from revcycle.local.practice import existing_practice


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
    engine, archive, now = existing_practice(state), Archive(state.archive), datetime.now(UTC)
    step = Step("shell", f"reconcile-{now.isoformat()}", "reconcile")
    report = reconcile(engine, archive, apply=arguments.apply, now=now, step=step)
    if arguments.apply:
        answers.apply(engine, archive, now=now, step=step)
    with engine.connect() as connection:
        places = conservation(connection)
    if arguments.json:
        print(json.dumps(asdict(report) | {"conservation": places}))
    else:
        _print(report, archive, state)
        print_places(places)
    left = report.missing or report.conflicts or (report.interchanges and not report.applied)
    return 1 if left else 0


def _print(report: ReconcileReport, archive: Archive, state: State) -> None:
    done = "registered again" if report.applied else "missing in the database"
    print(f"Interchanges {done}: {len(report.interchanges)}, with {report.claims} claims")
    for name in report.interchanges:
        print(f"  {name}")
    print(f"Received files {done}: {report.received}; files whose answers are applied again: {report.again}")
    for one in report.lifted:
        print(f"Counter {one.kind}{f' of {one.partner}' if one.partner else ''}: {one.before} -> {one.after}")
    for source, count in Counter(one.source_system for one in report.missing).items():
        print(f"Encounters of {source} that were sent and are not here: {count}")
        if source not in {one.source for one in report.bring}:
            print("  no delivery in the archive brings them: take them in again from their system")
    if report.bring:
        print("Bring them, in this order:")
    for (source, _), files in groupby(report.bring, key=lambda one: (one.source, one.received_at)):
        paths = " ".join(str(archive.path(one.sha256)) for one in files)
        print(f"  ./revcycle intake {paths} --source {source}{' --into-sample' if state.holds_sample else ''}")
    for number in report.conflicts:
        print(f"Claim number {number} stands for another claim here; a person must decide")
    if report.missing or (report.interchanges and not report.applied):
        say("Sending is refused until ./revcycle reconcile --apply has registered everything again.")
