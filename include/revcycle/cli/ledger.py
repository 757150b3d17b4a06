"""`./revcycle ledger`: the books proven, and their months closed and opened."""

import argparse
import json
from dataclasses import asdict
from datetime import UTC, date, datetime

from sqlalchemy import Connection

from revcycle.cli.terminal import print_table, say
from revcycle.foundation.ledger import Proof, close_month, conservation, open_month, verify
from revcycle.foundation.practice.partners import practice_zone
from revcycle.foundation.state import State
from revcycle.foundation.store.runs import Step, begin
from revcycle.foundation.work.desk import active_staff
from revcycle.local.practice import existing_practice


def add_parser(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", common: argparse.ArgumentParser
) -> None:
    """Add `ledger verify|close|open`."""
    parser = commands.add_parser("ledger", parents=[common], help="the books: verify, close, open")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="verify|close|open")
    verified = verbs.add_parser("verify", parents=[common], help="prove every invariant of the ledger")
    verified.add_argument("--json", action="store_true", help="print one JSON object")
    verified.set_defaults(run=run_verify)
    for verb, run, words in (
        ("close", run_close, "close a month that is over, and all before it"),
        ("open", run_open, "open the last closed month again"),
    ):
        change = verbs.add_parser(verb, parents=[common], help=words)
        change.add_argument("month", type=_month, metavar="MONTH", help="YYYY-MM")
        change.add_argument("--by", required=True, metavar="USERNAME", help="an active member of staff")
        change.set_defaults(run=run)


def run_verify(arguments: argparse.Namespace, state: State) -> int:
    """Print every invariant and what breaks it; 1 where one does not hold."""
    with existing_practice(state).connect() as connection:
        proofs, places = verify(connection), conservation(connection)
    broken = [proof.name for proof in proofs if not proof.holds]
    if arguments.json:
        told = {"holds": not broken, "proofs": [asdict(proof) for proof in proofs], "conservation": places}
        print(json.dumps(told))
    else:
        _print(proofs)
        print_places(places)
        say(f"Broken: {', '.join(broken)}." if broken else "The ledger is proven.")
    return 1 if broken else 0


def run_close(arguments: argparse.Namespace, state: State) -> int:
    """Close the month; the same again changes nothing."""
    now = datetime.now(UTC)
    with existing_practice(state).begin() as connection:
        run_id = _begin(connection, arguments, now)
        today = now.astimezone(practice_zone(connection)).date()
        closed = close_month(connection, arguments.month, today=today, by=arguments.by, now=now, run_id=run_id)
    print(f"Closed: {', '.join(f'{month:%Y-%m}' for month in closed) or 'nothing, it was closed already'}.")
    return 0


def run_open(arguments: argparse.Namespace, state: State) -> int:
    """Open the month; the same again changes nothing."""
    now = datetime.now(UTC)
    with existing_practice(state).begin() as connection:
        run_id = _begin(connection, arguments, now)
        opened = open_month(connection, arguments.month, by=arguments.by, now=now, run_id=run_id)
    print(f"{arguments.month:%Y-%m} is open{'' if opened else ' already'}.")
    return 0


def print_places(places: dict[str, int]) -> None:
    """Where the encounters are, and how many were received."""
    print_table([["encounters", ""], *([place.replace("_", " "), str(count)] for place, count in places.items())])


def _begin(connection: Connection, arguments: argparse.Namespace, now: datetime) -> int:
    active_staff(connection, arguments.by, "--by")
    return begin(connection, Step("shell", f"ledger-{now.isoformat()}", arguments.verb, who=arguments.by))


def _month(text: str) -> date:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a month: give it as YYYY-MM, 2026-10 for one") from None


def _print(proofs: list[Proof]) -> None:
    for proof in proofs:
        print(f"{'holds ' if proof.holds else 'BROKEN'}  {proof.name}: {proof.sentence}")
        if proof.rows:
            names = list(proof.rows[0])
            print_table([[name.removesuffix("_cents") for name in names], *(_cells(row) for row in proof.rows)])
        if proof.total > len(proof.rows):
            print(f"... and {proof.total - len(proof.rows)} more")


def _cells(row: dict[str, int]) -> list[str]:
    return [f"{value / 100:.2f}" if name.endswith("_cents") else str(value) for name, value in row.items()]
