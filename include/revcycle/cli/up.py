"""`./revcycle up`: from a fresh clone to a finished night."""

import argparse
import json
import os
from datetime import UTC, date, datetime
from pathlib import Path

from revcycle.cli.night import print_summary, report_failures
from revcycle.cli.progress import watching
from revcycle.cli.terminal import say
from revcycle.foundation.state import State
from revcycle.local.bring_up import Brought, WriteSample, bring_up
from revcycle.local.summary import Seconds, summarize
from sample_practice import write_sample

SAMPLE_ENCOUNTERS = 2000
LAST_PORT = 65_535


def add_parser(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", common: argparse.ArgumentParser
) -> None:
    """Add the command `up`."""
    parser = commands.add_parser("up", parents=[common], help="set up, start, load the sample, run the first night")
    parser.add_argument("--no-sample", action="store_true", help="an empty practice with a practice.yaml to fill in")
    parser.add_argument("--sample-seed", type=int, default=1, metavar="N", help="seed of the sample (default 1)")
    parser.add_argument("--port", type=_port, metavar="N", help="the UI's port on 127.0.0.1 (default 8080)")
    parser.add_argument("--no-night", action="store_true", help="start only")
    parser.add_argument("--json", action="store_true", help="print the summary as JSON")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, state: State) -> int:
    """Bring the state up and print the summary of its night; 0 when the night's runs succeeded."""
    brought = bring_up(
        state,
        now=datetime.now(UTC),
        port=arguments.port,
        sample=None if arguments.no_sample else write_sample_of(arguments.sample_seed),
        with_night=not arguments.no_night,
        report=say,
        watching=watching,
    )
    seconds = Seconds(
        install=_install_seconds(),
        services=round(brought.services_seconds, 1),
        night=round(brought.night.seconds, 1) if brought.night else None,
    )
    print_summary(summarize(brought.engine, brought.days, seconds), as_json=arguments.json)
    _say_where(brought)
    return report_failures(brought.night, state) if brought.night else 0


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= LAST_PORT:
        raise argparse.ArgumentTypeError(f"{text!r} is no port: a number from 1 to {LAST_PORT} is expected")
    return int(text)


def write_sample_of(seed: int) -> WriteSample:
    """What writes the sample of that seed."""

    def write(folder: Path, through: date) -> None:
        write_sample(folder, seed=seed, encounters=SAMPLE_ENCOUNTERS, through=through)

    return write


def _install_seconds() -> float | None:
    """What the launcher says the environment took; nothing when it was there already."""
    told = os.environ.get("REVCYCLE_INSTALL_SECONDS")
    return float(told) if told else None


def _say_where(brought: Brought) -> None:
    services = brought.services
    password = json.loads(services.password_file.read_text())[services.user]
    say(f"\nAirflow: {services.url}   user {services.user}, password {password}")
    say("Next: ./revcycle work list, ./revcycle status, ./revcycle down")
