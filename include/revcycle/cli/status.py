"""`./revcycle status`: what runs and where, how old the code sets are, what called for people lately."""

import argparse
import json

from revcycle.cli.clock import now
from revcycle.foundation.state import State
from revcycle.local.status import Status, status


def add_parser(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", common: argparse.ArgumentParser
) -> None:
    """Add the command `status`."""
    parser = commands.add_parser("status", parents=[common], help="what runs and where")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, state: State) -> int:
    """Print what `status` sees; 0 also when nothing runs."""
    seen = status(state, now())
    if arguments.json:
        print(json.dumps(seen.as_json()))
    else:
        print("\n".join(_lines(seen)))
    return 0


NOTHING_THERE = "Trouble    There is no practice there yet; was another --state meant?"


def _lines(seen: Status) -> list[str]:
    told = seen.as_json()
    parts = ", ".join(f"{part} {'healthy' if well else 'down'}" for part, well in seen.healthy.items())
    return [
        f"State      {told['state']}",
        *([] if seen.state.secrets_json.exists() else [NOTHING_THERE]),
        f"Airflow    {f'{seen.url} ({parts})' if seen.running else 'not running; ./revcycle up starts it'}",
        f"Login      {told['login']['user']}, password in {told['login']['password_file'] or '(made by up)'}",
        f"Database   {seen.database_url} ({'running' if seen.database_running else 'not running'})",
        f"Passwords  {told['pgpass_file'] or '(made by up)'} (for libpq: PGPASSFILE)",
        *([f"Simulator  {seen.simulator['host']}:{seen.simulator['port']}"] if seen.simulator else []),
        *_code_sets(seen),
        *(f"Alarm      {alarm['at']} {alarm['text']}{_times(alarm['times'])}" for alarm in seen.alarms),
        *(f"Trouble    {trouble}" for trouble in seen.troubles),
    ]


def _times(times: int) -> str:
    return f" ({times} times)" if times > 1 else ""


def _code_sets(seen: Status) -> list[str]:
    """One line a source and setting: the last day covered, and how long ago that was."""
    newest: dict[tuple[str, str], int] = {}
    for release, days in seen.ages.items():
        key = (release.source, release.setting)
        newest[key] = min(days, newest.get(key, days))
    return [
        f"Code set   {source} ({setting}): " + (f"ended {days} days ago" if days else "in force")
        for (source, setting), days in newest.items()
    ]
