"""`./revcycle ledger`: prove the ledger, close and open its months."""

import argparse
import json
from collections.abc import Mapping
from datetime import UTC, datetime

from revcycle.cli.terminal import print_table, say
from revcycle.foundation import ledger
from revcycle.foundation.ledger import Proof, decimals
from revcycle.foundation.practice.partners import practice_zone
from revcycle.foundation.state import State
from revcycle.foundation.store.runs import Step, begin
from revcycle.foundation.work.desk import active_staff
from revcycle.local.practice import existing_practice


def add_parser(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", common: argparse.ArgumentParser
) -> None:
    """Add `ledger verify|close|open`."""
    parser = commands.add_parser("ledger", parents=[common], help="prove the ledger; close and open its months")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="verify|close|open")
    proven = verbs.add_parser("verify", parents=[common], help="prove every invariant of the ledger, and conservation")
    proven.add_argument("--json", action="store_true", help="print JSON")
    proven.set_defaults(run=run_verify)
    for verb, text in (("close", "let no entry into a month any more"), ("open", "let entries into a month again")):
        changed = verbs.add_parser(verb, parents=[common], help=text)
        changed.add_argument("month", metavar="MONTH", help="as YYYY-MM")
        changed.add_argument("--by", required=True, metavar="USERNAME", help="an active member of staff")
        changed.set_defaults(run=run_period)


def run_verify(arguments: argparse.Namespace, state: State) -> int:
    """Print what does not hold, row by row, and where every encounter is; 1 unless everything holds."""
    proof = ledger.verify(existing_practice(state))
    if arguments.json:
        print(json.dumps(proof.as_json(), default=str))
    else:
        print_proof(proof)
    return 0 if proof.holds else 1


def run_period(arguments: argparse.Namespace, state: State) -> int:
    """Close or open a month; the same again changes nothing."""
    month, now = ledger.month_of(arguments.month), datetime.now(UTC)
    step = Step("shell", f"ledger-{arguments.verb}-{now.isoformat()}", f"ledger-{arguments.verb}", who=arguments.by)
    with existing_practice(state).begin() as connection:
        active_staff(connection, arguments.by, "--by")
        run_id = begin(connection, step)
        if arguments.verb == "close":
            day = now.astimezone(practice_zone(connection)).date()
            changed = ledger.close(connection, month, by=arguments.by, day=day, now=now, run_id=run_id)
        else:
            changed = ledger.reopen(connection, month, by=arguments.by, now=now, run_id=run_id)
    print(f"{month:%Y-%m} is {'closed' if arguments.verb == 'close' else 'open'}{'' if changed else ' already'}.")
    return 0


def print_proof(proof: Proof) -> None:
    """The broken invariants with their rows, the receivables, and where every encounter is."""
    for broken in proof.broken:
        print(f"{broken.name}: {broken.sentence} {broken.count:,} rows say otherwise:")
        print_table([list(broken.rows[0]), *([str(value) for value in row.values()] for row in broken.rows)])
    for account, cents in proof.receivables.items():
        print(f"{account:<30}{decimals(cents):>12}")
    print_encounters(proof.encounters)
    say("The ledger is proven." if proof.holds else "The ledger is NOT proven.")


def print_encounters(counts: Mapping[str, int]) -> None:
    """How many encounters were received, and where they are."""
    for place, count in counts.items():
        print(f"{f'encounters {place}':<30}{count:>12,}")
