"""`./revcycle work`: the worklist for the shell."""

import argparse
import csv
import getpass
import sys
from datetime import UTC, datetime
from typing import Any

from revcycle.cli.terminal import print_table, printable, say
from revcycle.cycle import intake
from revcycle.cycle.edits import explain
from revcycle.foundation import work
from revcycle.foundation.errors import InputUnusable
from revcycle.foundation.state import State
from revcycle.foundation.store.runs import Step
from revcycle.local.practice import existing_practice

QUARANTINE = ("source", "kind", "subject", "file", "row", "field", "found", "expected", "reason")
QUEUES = ("biller", "coder", "ops")
COLUMNS = (
    "item",
    "kind",
    "queue",
    "state",
    "owner",
    "due_on",
    "amount",
    "credential",
    "specialty",
    "encounter",
    "claim",
    "patient",
    "what",
)
DECISIONS = ("release", "delivered", "resend", "match", "take", "reject", "undo", "correct", "void", "write_off")


def add_parser(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", common: argparse.ArgumentParser
) -> None:
    """Add `work list|quarantine|show|assign|note|override|resolve`."""
    names = "list|quarantine|show|assign|note|override|resolve"
    parser = commands.add_parser("work", parents=[common], help=f"the worklist: {names.replace('|', ', ')}")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar=names)

    listed = verbs.add_parser("list", parents=[common], help="open items, by deadline, then money at stake")
    listed.add_argument("--find", default="", metavar="TEXT", help="patient name or id, encounter, claim number")
    listed.add_argument("--owner", default="", metavar="USERNAME", help="the items of one member of staff")
    listed.add_argument("--queue", default="", choices=QUEUES, help="the items of one queue")
    listed.add_argument("--closed", action="store_true", help="closed items too")
    listed.add_argument("--csv", action="store_true", help="print CSV")
    listed.set_defaults(run=run_list)

    held = verbs.add_parser("quarantine", parents=[common], help="what could not be read, and why")
    held.add_argument("--csv", action="store_true", help="print CSV")
    held.set_defaults(run=run_quarantine)

    shown = _item(verbs, common, "show", "one item with its encounter, findings and history")
    shown.set_defaults(run=run_show)

    assigned = _item(verbs, common, "assign", "give an item to somebody")
    assigned.add_argument("--to", required=True, metavar="USERNAME")
    noted = _item(verbs, common, "note", "add a note")
    noted.add_argument("text", metavar="TEXT")
    overridden = _item(verbs, common, "override", "let findings stand as they are, for this version of the encounter")
    overridden.add_argument("--rule", default="", metavar="RULE", help="only the findings of this rule (default: all)")
    overridden.add_argument("--reason", required=True, metavar="TEXT")
    resolved = _item(verbs, common, "resolve", "decide what a hold, a doubt, an answer or a denial comes to")
    resolved.add_argument(
        "--as",
        required=True,
        dest="decision",
        nargs="+",
        metavar="DECISION",
        help="|".join(DECISIONS) + " [CHOICE]; `work show` says which fit",
    )
    resolved.add_argument("--reason", required=True, metavar="TEXT")
    changes = ((assigned, run_assign), (noted, run_note), (overridden, run_override), (resolved, run_resolve))
    for change, run in changes:
        change.add_argument("--by", required=True, metavar="USERNAME", help="an active member of staff")
        change.set_defaults(run=run)


def _item(
    verbs: "argparse._SubParsersAction[argparse.ArgumentParser]", common: argparse.ArgumentParser, verb: str, text: str
) -> argparse.ArgumentParser:
    parser = verbs.add_parser(verb, parents=[common], help=text)
    parser.add_argument("item", type=int, metavar="ITEM")
    return parser


def run_list(arguments: argparse.Namespace, state: State) -> int:
    """Print the worklist."""
    items = work.worklist(
        existing_practice(state),
        now=datetime.now(UTC),
        who=getpass.getuser(),
        find=arguments.find,
        owner=arguments.owner,
        queue=arguments.queue,
        closed=arguments.closed,
    )
    rows = [[_cell(item, column) for column in COLUMNS] for item in items]
    if arguments.csv:
        csv.writer(sys.stdout).writerows([COLUMNS, *rows])
        return 0
    print_table([list(COLUMNS), *rows])
    say(f"{len(items)} items")
    return 0


def run_quarantine(arguments: argparse.Namespace, state: State) -> int:
    """Print what is held back; it goes in with the next delivery that can be read."""
    held = intake.quarantined(existing_practice(state))
    rows = [["" if row[column] is None else str(row[column]) for column in QUARANTINE] for row in held]
    if arguments.csv:
        csv.writer(sys.stdout).writerows([QUARANTINE, *rows])
    else:
        print_table([list(QUARANTINE), *rows])
    say(f"{len({(row['source'], row['kind'], row['subject']) for row in held})} in quarantine")
    return 0


def run_show(arguments: argparse.Namespace, state: State) -> int:
    """Print one item whole."""
    item = work.show(existing_practice(state), arguments.item, now=datetime.now(UTC), who=getpass.getuser())
    for column in COLUMNS:
        print(f"{column:<12}{_cell(item, column)}")
    _print_cause(item)
    if item["lines"]:
        print(f"{'diagnoses':<12}{' '.join(item['diagnoses'])}\n")
        header = ["line", "date", "place", "procedure", "modifiers", "units", "charge", "pointers"]
        print_table([header, *(_line(line) for line in item["lines"])])
    for finding in item["findings"]:
        _print_finding(finding)
    print()
    for event in item["events"]:
        print(
            f"{event['at']:%Y-%m-%d %H:%M} {event['who']}: {event['what']}" + (f": {event['why']}" * bool(event["why"]))
        )
    return 0


def run_assign(arguments: argparse.Namespace, state: State) -> int:
    """Give the item to `--to`."""
    at = datetime.now(UTC)
    work.assign(
        existing_practice(state), arguments.item, to=arguments.to, by=arguments.by, now=at, step=_step(arguments, at)
    )
    return 0


def run_note(arguments: argparse.Namespace, state: State) -> int:
    """Write the note down."""
    at = datetime.now(UTC)
    engine = existing_practice(state)
    work.note(engine, arguments.item, words=arguments.text, by=arguments.by, now=at, step=_step(arguments, at))
    return 0


def run_override(arguments: argparse.Namespace, state: State) -> int:
    """Override the item's open findings, or those of one rule."""
    at = datetime.now(UTC)
    count, closed = work.override(
        existing_practice(state),
        arguments.item,
        reason=arguments.reason,
        by=arguments.by,
        rule=arguments.rule,
        now=at,
        step=_step(arguments, at),
    )
    print(f"{count} finding(s) overridden; item {arguments.item} is {'closed' if closed else 'still open'}.")
    return 0


def run_resolve(arguments: argparse.Namespace, state: State) -> int:
    """Write the decision down; the next run carries it out."""
    at = datetime.now(UTC)
    kind, *choice = arguments.decision
    if kind not in DECISIONS or len(choice) > 1:
        raise InputUnusable(f"--as takes one of {', '.join(DECISIONS)}, and what it chooses: --as match CLAIM.")
    work.decide(
        existing_practice(state),
        arguments.item,
        kind=kind,
        argument="".join(choice),
        reason=arguments.reason,
        by=arguments.by,
        now=at,
        step=_step(arguments, at),
    )
    print(f"Item {arguments.item} is decided: {' '.join(arguments.decision)}.")
    return 0


def _step(arguments: argparse.Namespace, at: datetime) -> Step:
    return Step("shell", f"work-{at.isoformat()}", arguments.verb, who=arguments.by)


def _cell(item: dict[str, Any], column: str) -> str:
    if column == "amount":
        return f"{item['amount_cents'] / 100:.2f}"
    value = item[column]
    return "" if value is None else str(value)


def _line(line: dict[str, Any]) -> list[str]:
    span = f"{line['date_from']}" + (f" to {line['date_to']}" if line["date_to"] else "")
    charge = f"{line['charge_cents'] / 100:.2f}"
    units = f"{line['units'].normalize():f}"
    place, procedure = line["place_of_service"], line["procedure"]
    return [str(line["line"]), span, place, procedure, line["modifiers"], units, charge, line["pointers"]]


def _print_cause(item: dict[str, Any]) -> None:
    """What a biller's item hangs on: the claim, what was answered where, and what can be done."""
    for claim in item["claims"]:
        print(f"{'payer':<12}{claim['payer']}\n{'claim is':<12}{claim['state']}")
        print(f"{'sent as':<12}{claim['patient_control_numbers'] or 'not yet'}")
    for file in item["files"]:
        print(f"{'received as':<12}{printable(file['first_name'])}, on {file['recorded_at']:%Y-%m-%d}")
    for name, value in item["detail"].items():
        print(f"{name:<12}{' '.join(map(str, value)) if isinstance(value, list) else value}")
    if advice := work.advice(item["kind"], item["queue"]):
        print(f"{'do':<12}{advice}")
    if possible := work.decisions_for(item["kind"], item["queue"]):
        choices = "|".join(possible)
        print(f"{'decide':<12}./revcycle work resolve {item['item']} --as {choices} --reason TEXT --by USERNAME")


def _print_finding(finding: dict[str, Any]) -> None:
    text = explain(finding["rule"], finding["severity"], finding["codes"], finding["details"])
    lines = ", ".join(str(line) for line in finding["lines"])
    print(f"\n{finding['severity']} {finding['rule']} on line {lines} ({finding['state']})")
    release = f"; release {finding['release']}" if finding["release"] else ""  # our own rules are of no release
    print(f"  {text.reason}\n  Do: {text.fix}\n  Source: {text.source}{release}")
    if finding["others"]:
        print("  With: " + ", ".join(f"{other['claim']} line {other['line']}" for other in finding["others"]))
    if finding["state"] == "overridden":
        print(f"  Overridden by {finding['overridden_by']}: {finding['override_reason']}")
