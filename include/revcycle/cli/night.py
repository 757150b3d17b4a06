"""`./revcycle night`: one business date through the chain on the running Airflow."""

import argparse
import json
import sys
from datetime import UTC, date, datetime

from revcycle.cli.progress import watching
from revcycle.cli.terminal import say
from revcycle.foundation.state import State
from revcycle.local.disk import full_disks
from revcycle.local.night import Night, run_night
from revcycle.local.practice import existing_practice
from revcycle.local.summary import Seconds, Summary, summarize


def add_parser(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", common: argparse.ArgumentParser
) -> None:
    """Add the command `night`."""
    parser = commands.add_parser("night", parents=[common], help="run one business date on the running Airflow")
    parser.add_argument("--date", type=date.fromisoformat, required=True, metavar="D", help="the business date")
    parser.add_argument("--json", action="store_true", help="print the summary as JSON")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, state: State) -> int:
    """Run the night and print its summary; 0 when its runs succeeded, whatever they found."""
    _say_full_disks(state)  # its tasks are tried again for minutes before the night is red: room may be made meanwhile
    with watching(f"Night of {arguments.date}") as watch:
        night = run_night(state, arguments.date, now=datetime.now(UTC), watch=watch)
    summary = summarize(existing_practice(state), [arguments.date], Seconds(night=round(night.seconds, 1)))
    print_summary(summary, as_json=arguments.json)
    return report_failures(night, state)


def print_summary(summary: Summary, *, as_json: bool) -> None:
    """The figures, on stdout."""
    if as_json:
        print(json.dumps(summary.as_json()))
        return
    found = summary.findings
    print(f"Business date      {summary.business_date}")
    print(f"Encounters swept   {summary.encounters_swept:,}")
    print(f"Findings           {found['block']:,} block, {found['review']:,} review, {found['info']:,} info")
    print(f"Claims sent        {summary.claims_sent:,} in {summary.interchanges:,} files, billed {summary.billed}")
    print(f"Answered           {summary.claims_accepted:,} accepted, {summary.claims_rejected:,} rejected")
    print(f"Claims held        {summary.claims_held:,}")
    posted, quarantined = summary.remittances_posted, summary.remittances_quarantined
    print(f"Remittances        {posted:,} posted, {quarantined:,} quarantined")
    print(f"Paid               {summary.paid}, adjusted {summary.adjusted}, patients owe {summary.patient}")
    print(f"Denied, open       {summary.denied}")
    print(f"Ledger             {'proven' if summary.ledger_verified else 'NOT PROVEN: ./revcycle ledger verify'}")
    print(f"Work items open    {summary.work_items_open:,}   (./revcycle work list)")


def report_failures(night: Night, state: State) -> int:
    """Name what is red, on stderr, and a full disk that may be why; returns the exit code."""
    if night.succeeded:
        return 0
    sys.stdout.flush()
    say(f"The night is red: {', '.join(night.failed) or 'see the grid'}. The DAG's documentation says what to do.")
    _say_full_disks(state)
    return 1


def _say_full_disks(state: State) -> None:
    for trouble in full_disks(state):
        say(trouble)
